"""Permutation importance of columns, image regions and distances back in a text.

Columns of a table, regions of images, or what stands so far back in a text are exchanged among the examples of the
test split. Each part is exchanged several times; the interval is that of the mean loss of score over examples, which
holds the chance of the exchanges too. Copies and rows of one group count as one.

Source:
    Breiman, Random Forests, 2001; Fisher, Rudin and Dominici, All Models are Wrong, but Many are Useful, 2019.
"""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.evaluation.what_matters import Importance, WhatMatters
from core.serving.explanation.columns import columns_of, shuffled
from core.serving.explanation.jobs import Progress
from core.serving.explanation.subject import Numbers, Subject
from core.serving.predictor import Predictor
from core.specs import Examples, Inputs, texts_of

REPEATS = 10  # of each exchange
CELLS = 6  # a side of an image
WINDOWS = 400  # of a text


def losses_of(predictor: Predictor, inputs: Inputs, targets: NDArray[np.generic]) -> Numbers:
    """Return each example's lost share of the score, (N,): error or relative squared error.

    Squared errors are divided by the variance of the right numbers, so that their mean is 1 - R².
    """
    if predictor.task.output_kind == "number":
        right = np.asarray(targets, dtype=np.float64)
        spread = float(right.var()) or 1.0
        return np.asarray((Subject(predictor).values(inputs) - right) ** 2 / spread, dtype=np.float64)
    return np.asarray(Subject(predictor, 0).answers(inputs).argmax(1) != targets, dtype=np.float64)


def important_columns(
    predictor: Predictor, test: Examples, groups: NDArray[np.int64] | None, progress: Progress, repeats: int = REPEATS
) -> WhatMatters:
    """Return how much each column matters."""
    table = cast(pd.DataFrame, test.inputs)
    names = [name for name, _ in columns_of(predictor)]

    def exchanged(part: int, order: NDArray[np.int64]) -> Inputs:
        return shuffled(table, names[part], order)

    found, score = _importance(predictor, test, names, exchanged, groups, progress, repeats)
    found.sort(key=lambda one: -one.value)
    measure, is_share = _measure(predictor)
    return WhatMatters("columns", measure, is_share, score, tuple(found), repeats, len(test))


def important_regions(
    predictor: Predictor, test: Examples, groups: NDArray[np.int64] | None, progress: Progress, repeats: int = REPEATS
) -> WhatMatters:
    """Return how much each region of the images matters."""
    images = np.asarray(test.inputs)  # (N, H, W, C)
    rows, columns = (
        np.unique(np.linspace(0, side, min(CELLS, side) + 1).round().astype(np.int64)) for side in images.shape[1:3]
    )
    cells = [
        (slice(*rows[row : row + 2]), slice(*columns[column : column + 2]))
        for row in range(len(rows) - 1)
        for column in range(len(columns) - 1)
    ]

    def exchanged(part: int, order: NDArray[np.int64]) -> Inputs:
        changed = images.copy()
        changed[:, cells[part][0], cells[part][1]] = images[order][:, cells[part][0], cells[part][1]]
        return changed

    found, score = _importance(predictor, test, [""] * len(cells), exchanged, groups, progress, repeats)
    measure, is_share = _measure(predictor)
    shape = (len(rows) - 1, len(columns) - 1)
    return WhatMatters("regions", measure, is_share, score, tuple(found), repeats, len(test), shape)


def important_distances(
    predictor: Predictor, test: Examples, progress: Progress, repeats: int = REPEATS
) -> WhatMatters:
    """Return how much tokens at each distance back matter, in nats.

    Raises:
        ValueError: The test text is shorter than the context.
    """
    ids = np.concatenate([predictor.preprocessor.transform((text,)) for text in texts_of(test.inputs)])
    context = min(predictor.preprocessor.info(()).input_shape[0], len(ids) - 2)
    starts = np.linspace(0, len(ids) - context - 1, WINDOWS).astype(np.int64)
    windows = ids[np.unique(starts)[:, None] + np.arange(context + 1)]  # (N, context + 1): the last one is predicted
    reaches = [(near, min(2 * near - 1, context)) for near in (2**power for power in range(12)) if near <= context]
    base, chance, found = _surprise(predictor, windows), np.random.default_rng(0), []
    for number, (near, far) in enumerate(reaches):
        lost = np.zeros(len(windows))
        for repeat in range(repeats):
            changed = windows.copy()
            places = slice(context - far, context - near + 1)
            changed[:, places] = windows[chance.permutation(len(windows))][:, places]
            lost += (_surprise(predictor, changed) - base) / repeats
            progress(number * repeats + repeat + 1, len(reaches) * repeats)
        found.append(importance_of(f"{near}" if near == far else f"{near} to {far}", lost, None))
    return WhatMatters("distances", "loss", False, float(base.mean()), tuple(found), repeats, len(windows))


def _surprise(predictor: Predictor, windows: NDArray[np.int64], at_once: int = 64) -> Numbers:
    """Return minus the log probability of each window's last token, (N,)."""
    import torch

    found = []
    for start in range(0, len(windows), at_once):
        rows = torch.as_tensor(windows[start : start + at_once], device=predictor.device)
        with torch.inference_mode():
            known = predictor.module(rows[:, :-1])[:, -1].float().log_softmax(-1)
        found.append(-known.gather(1, rows[:, -1:])[:, 0].double().cpu().numpy())
    return np.concatenate(found)


def _importance(
    predictor: Predictor, test: Examples, names: Sequence[str],
    exchanged: Callable[[int, NDArray[np.int64]], Inputs], groups: NDArray[np.int64] | None, progress: Progress,
    repeats: int,
) -> tuple[list[Importance], float]:  # fmt: skip
    """Return how much each part matters, and the score before."""
    base, chance = losses_of(predictor, test.inputs, test.targets), np.random.default_rng(0)
    found = []
    for part, name in enumerate(names):
        lost = np.zeros(len(test))
        for repeat in range(repeats):
            changed = exchanged(part, chance.permutation(len(test)))
            lost += (losses_of(predictor, changed, test.targets) - base) / repeats
            progress(part * repeats + repeat + 1, len(names) * repeats)
        found.append(importance_of(name, lost, groups))
    return found, 1 - float(base.mean())


def importance_of(name: str, lost: Numbers, groups: NDArray[np.int64] | None) -> Importance:
    """Return the mean loss with its 95 % interval by Student's t."""
    from scipy.stats import t

    value, error = mean_and_error(lost, groups)
    independent = len(lost) if groups is None else len(np.unique(groups))
    reach = error * float(t.ppf(0.975, max(independent - 1, 1)))
    return Importance(name, value, value - reach, value + reach, len(lost))


def mean_and_error(values: Numbers, groups: NDArray[np.int64] | None) -> tuple[float, float]:
    """Return a mean and its standard error, whole groups counted as one."""
    mean, count = float(values.mean()), len(values)
    sums = values - mean if groups is None else np.bincount(groups, values - mean)
    sums = sums[np.bincount(groups) > 0] if groups is not None else sums
    few = max(len(sums) - 1, 1)
    return mean, float(np.sqrt(len(sums) / few * np.square(sums).sum()) / count)


def _measure(predictor: Predictor) -> tuple[str, bool]:
    """Return what is lost, and whether it is told as percent."""
    return ("R²", False) if predictor.task.output_kind == "number" else ("accuracy", True)
