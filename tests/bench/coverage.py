"""How often a 95 % interval holds the truth: simulated, for each kind of score and of difference.

A share of simulations is itself known to about 1.4 points (1,000 simulations) or 3 points (200): ends of two standard
errors. What is simulated has a truth that is known, or measured on two million examples.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.catalog import tasks
from core.data.splits.text_blocks import stretch_length
from core.specs import MetricSpec, Predictions, TaskSpec
from core.statistics.scores import difference_of, score_of

IN_TEXT = {5_000: 500, 20_000: 500, 100_000: 200}  # by characters
SIMULATIONS = {50: 1_000, 150: 1_000, 500: 500, 5_000: 200}  # by examples
IN_CLASSES = {5_000: 500, 50_000: 100}  # by examples
SCENE, PASSAGE = 3_000, 50  # characters
MANY = 2_000_000  # on which a truth is measured
Draw = Callable[[np.random.Generator, int], tuple[Predictions, Predictions]]


@dataclass(frozen=True)
class Case:
    """One world: what two models do in it, and by which metric they are judged."""

    name: str
    metric: MetricSpec
    draw: Draw
    block: int = 1
    is_compared: bool = True  # runs are compared by the primary metric of their task only
    sizes: Mapping[int, int] = field(default_factory=lambda: SIMULATIONS)
    truth: tuple[float, float] | None = None  # of the first score and the difference, where it is known


def measure() -> Iterator[dict[str, object]]:
    """Yield for each case and size how often the intervals of score and difference hold the truth."""
    for case in _cases():
        truth, apart = case.truth or _measured(case)
        for size, simulations in case.sizes.items():
            held = np.array([_held(case, size, seed, truth, apart) for seed in range(simulations)])
            names = ("score_held_%", "difference_held_%", "said_clear_%")[: 3 if case.is_compared else 1]
            shares = {name: round(100 * float(share), 1) for name, share in zip(names, held.mean(0), strict=False)}
            yield {"case": case.name, "metric": case.metric.name, "examples": size, "simulations": simulations} | shares


def _measured(case: Case) -> tuple[float, float]:
    first, second = (case.metric.compute(one) for one in case.draw(np.random.default_rng(12345), MANY))
    return first, first - second


def _held(case: Case, size: int, seed: int, truth: float, apart: float) -> tuple[bool, bool, bool]:
    first, second = case.draw(np.random.default_rng(seed), size)
    score = score_of(case.metric, first, case.block, seed)
    held = score.ci_low <= truth <= score.ci_high
    if not case.is_compared:
        return held, False, False
    difference = difference_of(case.metric, first, second, case.block, seed)
    return (
        held,
        difference.low <= apart <= difference.high,
        difference.is_clear,
    )


def _task(output_kind: str) -> TaskSpec:
    return next(task for task in tasks().values() if task.output_kind == output_kind)


def _cases() -> Iterator[Case]:
    labels, numbers, text = (_task(kind) for kind in ("label", "number", "text"))
    for right in (0.60, 0.80, 0.95, 0.995):
        yield Case(f"{100 * right:g} % right, the other 3 points less", labels.metric("accuracy"), _labels(right, 0.03))
        yield Case(f"{100 * right:g} % right, both the same", labels.metric("accuracy"), _labels(right, 0.0))
    for name in ("precision", "recall", "f1"):
        yield Case("5 classes, some rare", labels.metric(name), _classes(5), is_compared=False)
        yield Case("100 classes, some rare", labels.metric(name), _classes(100), is_compared=False, sizes=IN_CLASSES)
    yield Case("surprise, skewed", labels.metric("loss"), _surprise, is_compared=False)
    for name, noise in (("normal", _normal), ("skewed", _skewed)):
        for metric in ("r2", "rmse", "mae"):
            yield Case(f"{name} residuals", numbers.metric(metric), _numbers(noise), is_compared=metric == "r2")
    yield Case(
        "text, neighbours alike", text.metric("loss"), _text, text.bootstrap_block, sizes=IN_TEXT, truth=(3.0, -0.05)
    )


def _labels(right: float, less: float) -> Draw:
    """Two models that mostly fail on the same examples, the second so many points more often."""

    def draw(chance: np.random.Generator, size: int) -> tuple[Predictions, Predictions]:
        hard, own = chance.random(size), chance.random((2, size))
        shared = hard < 1 - right  # of which both miss three in four, and as many others
        missed = [np.where(shared, one < 0.75, one < 0.25 * (1 - right) / right) for one in own]
        missed[1] |= ~missed[1] & (chance.random(size) < less / right)
        return _answers(missed[0]), _answers(missed[1])

    return draw


def _answers(missed: NDArray[np.bool_]) -> Predictions:
    return Predictions(np.ones(len(missed)), np.zeros(len(missed), np.int64), missed.astype(np.int64))


def _classes(count: int) -> Draw:
    """A model that is right on about four in five of each class, of which some are ten times as common as others."""
    world = np.random.default_rng(count)
    shares, right = world.dirichlet(np.full(count, 3.0)), world.beta(16, 4, count)

    def draw(chance: np.random.Generator, size: int) -> tuple[Predictions, Predictions]:
        targets = chance.choice(count, size, p=shares)
        answers = np.where(chance.random(size) < right[targets], targets, chance.integers(count, size=size))
        predictions = Predictions(np.ones(size), targets, answers)
        return predictions, predictions

    return draw


def _surprise(chance: np.random.Generator, size: int) -> tuple[Predictions, Predictions]:
    shared, none = chance.gamma(0.4, 1.0, size), np.zeros(size, np.int64)
    return Predictions(shared, none, none), Predictions(shared + chance.gamma(0.2, 0.5, size), none, none)


def _normal(chance: np.random.Generator, size: int) -> NDArray[np.float64]:
    return chance.normal(size=size)


def _skewed(chance: np.random.Generator, size: int) -> NDArray[np.float64]:
    return chance.exponential(size=size) - 1  # as far as prices are


def _numbers(noise: Callable[[np.random.Generator, int], NDArray[np.float64]]) -> Draw:
    """Two models of a number that explain about three quarters and two thirds of it."""

    def draw(chance: np.random.Generator, size: int) -> tuple[Predictions, Predictions]:
        known, left = chance.gamma(2.0, 1.2, size), noise(chance, size)
        targets = known + left
        answers = known, known + 0.6 * noise(chance, size)
        return tuple(Predictions((targets - one) ** 2, targets, one) for one in answers)  # type: ignore[return-value]

    return draw


def _text(chance: np.random.Generator, size: int) -> tuple[Predictions, Predictions]:
    """Every tenth stretch of a text whose scenes (3,000 characters) and passages (50) are alike in how hard they are.

    The second model finds other scenes hard than the first, and is worse by 0.05.
    """
    length = stretch_length(10 * size)
    stretches = max(round(size / length), 1)
    setups = [_setups(chance, stretches, length) for _ in range(2)]
    passages = np.repeat(chance.gamma(4.0, 0.25, (stretches, length // PASSAGE + 1)), PASSAGE, 1)[:, :length]
    own = [passages + chance.gamma(1.0, 1.0, passages.shape) for _ in range(2)]
    groups, none = np.repeat(np.arange(stretches), length), np.zeros(stretches * length, np.int64)
    losses = (1 + 0.2 * setups[0] + own[0], 1.05 + 0.2 * setups[0] + 0.05 * setups[1] + own[1])
    return tuple(Predictions(one.ravel(), none, none, groups=groups) for one in losses)  # type: ignore[return-value]


def _setups(chance: np.random.Generator, stretches: int, length: int) -> NDArray[np.float64]:
    """Return a normal process whose correlation falls to 1/e in `SCENE` characters, within every tenth stretch."""
    steps = length // PASSAGE + 1
    level, rows = chance.normal(), []
    for _ in range(stretches):
        row = []
        for _ in range(steps):
            row.append(level)
            level = _later(level, PASSAGE, chance)
        rows.append(row)
        level = _later(level, 9 * length, chance)
    return np.repeat(np.array(rows), PASSAGE, 1)[:, :length]


def _later(level: float, characters: int, chance: np.random.Generator) -> float:
    kept = np.exp(-characters / SCENE)
    return float(kept * level + np.sqrt(1 - kept**2) * chance.normal())
