"""Meaning of logged metric names: split, direction, and whether a share of 1."""

import re
from typing import Literal

FALLING = frozenset(("loss", "error", "err", "perplexity", "ppl", "mse", "mae", "rmse", "nll", "cer", "wer", "fid"))
RISING = frozenset((
    "accuracy", "acc", "top1", "top5", "f1", "auc", "auroc", "precision", "recall", "r2", "bleu", "rouge", "map", "iou",
    "miou", "dice", "psnr", "ssim", "reward", "return", "score",
))  # fmt: skip
SHARES = frozenset((
    "accuracy", "acc", "top1", "top5", "f1", "auc", "auroc", "precision", "recall", "map", "iou", "miou", "dice",
))  # fmt: skip
_UNSEEN = (frozenset(("test", "testing")), frozenset(("val", "validation", "valid", "dev", "eval")))
_SEEN = frozenset(("train", "training", "tr"))
_SHORT = {"acc": "accuracy", "ppl": "perplexity", "err": "error"}
_WORD = re.compile(r"[A-Za-z]+\d*|\d+")


def words_of(name: str) -> frozenset[str]:
    """Return the words of a metric's name, in lower case.

    >>> sorted(words_of("val/trainAccuracy"))
    ['accuracy', 'train', 'val']
    """
    split = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name)
    return frozenset(_WORD.findall(split.lower()))


def direction_of(name: str) -> Literal["max", "min", ""]:
    """Return the better direction by a metric's name; falling words win, as in `accuracy_loss`."""
    words = words_of(name)
    return "min" if words & FALLING else "max" if words & RISING else ""


def measures(name: str, measure: str) -> tuple[int, str] | None:
    """Return a logged metric's rank as a measure of unseen data, smallest best.

    It is None where the metric is no such measure.

    >>> measures("val/acc", "accuracy"), measures("train/accuracy", "accuracy")
    ((2, 'val/acc'), None)
    """
    words = {_SHORT.get(word, word) for word in words_of(name)}
    unseen = next((place for place, part in enumerate(_UNSEEN, start=1) if words & part), 3)
    parts = frozenset().union(*_UNSEEN)
    if words - parts != {_SHORT.get(word, word) for word in words_of(measure)}:
        return None
    return (0 if name == measure else unseen, name)


def is_share(name: str) -> bool:
    """Check whether a metric name is that of a share, also logged as percent."""
    return direction_of(name) == "max" and bool(words_of(name) & SHARES)


def is_percent(name: str, lowest: float, highest: float) -> bool:
    """Check whether a share was logged as percent: its values exceed 1."""
    return is_share(name) and lowest >= 0 and 1 < highest <= 100


def decides(name: str) -> tuple[bool, int, int, str] | None:
    """Return a metric's rank as quality measure, smallest best; None if not by name.

    What is better higher comes before losses, unseen data before training data, a short name before a long one.
    """
    words, direction = words_of(name), direction_of(name)
    if not direction:
        return None
    kind = 0 if is_share(name) else 1 if direction == "max" else 2
    part = next((place for place, part in enumerate(_UNSEEN) if words & part), 3 if words & _SEEN else 2)
    return (part == 3, kind, part, f"{len(name):04}{name}")
