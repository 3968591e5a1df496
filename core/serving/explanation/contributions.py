"""The answer divided among pixels, words or columns, which add up to it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from core.serving.explanation.attribution import Attribution, parts_of
from core.serving.explanation.columns import columns_of
from core.serving.explanation.integrated_gradients import STEPS, embedding_of, integrated_gradients, token_gradients
from core.serving.explanation.shapley import shapley_values
from core.serving.explanation.subject import Numbers, Subject
from core.serving.explanation.words import shares, without, words_of
from core.specs import Inputs, texts_of

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor

MOST_CELLS = 28  # a side: what a person can tell apart in a map
NO_REST = "an error of the computation, which has finitely many steps"
DARK = 0.5  # of 0..1: a training mean below it belongs to bright ink on a dark ground


def image_contributions(subject: Subject, image: Inputs, steps: Sequence[int] = STEPS) -> Attribution:
    """Return what each region adds: integrated gradients from a plain picture, summed over regions."""
    import torch

    info = subject.predictor.info
    rows = subject.predictor.preprocessor.transform(image)
    end = torch.as_tensor(np.ascontiguousarray(rows)).float().to(subject.predictor.device)
    given, start, answer = integrated_gradients(subject, blank_image(info.channel_mean, end), end, steps)
    regions = _regions(given.sum(1)[0])
    what = "a black image" if is_drawing(info.channel_mean) else "an image all in the mean colour"
    names = [""] * regions.size
    return Attribution(start, answer, parts_of(names, regions.ravel().tolist()), what, NO_REST, regions.shape)


def is_drawing(channel_mean: tuple[float, ...]) -> bool:
    """Return whether images are bright ink on a dark ground."""
    return len(channel_mean) == 1 and channel_mean[0] < DARK


def blank_image(channel_mean: tuple[float, ...], like: "Tensor") -> "Tensor":
    """Return an image without content: black for drawings, else of the mean colour."""
    import torch

    if is_drawing(channel_mean) or len(channel_mean) != like.shape[1]:
        return torch.zeros_like(like)
    mean = torch.tensor(channel_mean, dtype=like.dtype, device=like.device) * 255
    return mean.view(1, -1, 1, 1).expand_as(like).clone()


def _regions(pixels: Numbers) -> Numbers:
    """Return sums over blocks, so that a map has at most `MOST_CELLS` a side."""
    for axis in (0, 1):
        size = -(-pixels.shape[axis] // MOST_CELLS)
        pixels = np.add.reduceat(pixels, np.arange(0, pixels.shape[axis], size), axis=axis)
    return pixels


def column_contributions(
    subject: Subject, row: Inputs, background: Inputs, steps: Sequence[int] = STEPS
) -> Attribution:
    """Return what each column adds to the answer to mean training rows."""
    import torch

    transform = subject.predictor.preprocessor.transform
    start_row = transform(background).mean(0, keepdims=True)
    first, last = (torch.as_tensor(part).float().to(subject.predictor.device) for part in (start_row, transform(row)))
    given, start, answer = integrated_gradients(subject, first, last, steps)
    columns = columns_of(subject.predictor)
    values = [float(given[0, place].sum()) for _, place in columns]
    parts = parts_of([name for name, _ in columns], values)
    return Attribution(start, answer, parts, "a row whose columns are all as in the mean of training rows", NO_REST)


def has_token_gradients(subject: Subject) -> bool:
    """Return whether a text model reads token ids through a layer of vectors."""
    info = subject.predictor.info
    return not info.feature_count and embedding_of(subject.predictor.module, info.vocabulary_size) is not None


def word_contributions(subject: Subject, text: Inputs, steps: Sequence[int] = STEPS) -> Attribution:
    """Return what each word adds, by token gradients or else by Shapley values."""
    import torch

    (given,) = texts_of(text)
    words = words_of(given)
    names = [given[begin:end] for begin, end in words]
    if has_token_gradients(subject):
        ids = subject.predictor.preprocessor.transform(text)
        belongs = shares(subject.predictor.preprocessor, given, words, ids[0])
        if belongs is not None:
            tokens = torch.as_tensor(ids).to(subject.predictor.device)
            tokens_add, start, answer = token_gradients(subject, tokens, steps)
            values = (tokens_add @ belongs).tolist()
            return Attribution(start, answer, parts_of(names, values), "a text of empty words", NO_REST)

    def answers(kept: np.ndarray) -> Numbers:
        return subject.values(tuple(without(given, words, np.flatnonzero(~row).tolist()) for row in kept))

    values, start, answer = shapley_values(answers, len(words))
    return Attribution(start, answer, parts_of(names, values), "an empty text", NO_REST)


def table(inputs: Inputs) -> "pd.DataFrame":
    """Return inputs typed as a table."""
    return cast("pd.DataFrame", inputs)
