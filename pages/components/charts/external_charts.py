"""Charts of runs logged elsewhere: one per measure, derived from the metric names."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from core.formatting import sentence_case

MAIN_CHARTS = 4  # the others are folded away
# What people call the parts of their data, and how each part's line is drawn: label, colour, dash, place.
_PARTS = {
    "train": ("Training", "blue", "solid", 0),
    "training": ("Training", "blue", "solid", 0),
    "tr": ("Training", "blue", "solid", 0),
    "validation": ("Validation", "orange", "dash", 1),
    "valid": ("Validation", "orange", "dash", 1),
    "val": ("Validation", "orange", "dash", 1),
    "dev": ("Validation", "orange", "dash", 1),
    "eval": ("Validation", "orange", "dash", 1),
    "test": ("Test", "gold", "dot", 2),
}
_PLAIN = ("Logged", "blue", "solid", 0)
_NAMES = {"lr": "Learning rate", "acc": "Accuracy"}
_SEPARATORS = "/_.-"
_FALLING = ("loss", "error", "perplexity", "mse", "mae", "rmse", "nll", "cer", "wer")
_RISING = ("accuracy", "acc", "f1", "auc", "precision", "recall", "r2", "bleu", "reward", "score")


def external_charts(keys: Iterable[str]) -> list[dict[str, Any]]:
    """Return one chart per measure, the loss first.

    `train/loss`, `val_loss` and `loss` share a chart.
    """
    measures: dict[str, dict[int, tuple[str, str]]] = {}  # measure -> place -> (part, key)
    alone: list[str] = []
    for key in sorted(keys, key=lambda k: (not _split(k)[0], k)):  # `train/loss` before a bare `loss`
        part, measure = _split(key)
        lines = measures.setdefault(measure, {})
        place = _look(part)[3]
        if place in lines:  # `val/loss` beside `valid/loss`, or `loss` beside `train/loss`: never two in one colour
            alone.append(key)
        else:
            lines[place] = (part, key)
    charts = [_chart(measure, [lines[place] for place in sorted(lines)]) for measure, lines in measures.items()]
    charts += [_chart(key, [("", key)]) for key in alone]
    charts.sort(key=lambda chart: (_rank(chart["title"]), chart["title"].lower()))
    shared = Counter(chart["title"] for chart in charts)
    for chart in charts:  # `acc` beside `accuracy`: which is which
        if shared[chart["title"]] > 1:
            chart["title"] += f" ({', '.join(line['key'] for line in chart['lines'])})"
    return [chart | ({"aside": True} if at >= MAIN_CHARTS else {}) for at, chart in enumerate(charts)]


def in_order(keys: Iterable[str]) -> list[str]:
    """Return names in the order of their charts: what matters most comes first."""
    return [line["key"] for chart in external_charts(keys) for line in chart["lines"]]


def _split(key: str) -> tuple[str, str]:
    """Return the split that a metric name starts with, else "", and the measure."""
    for separator in _SEPARATORS:
        head, found, rest = key.partition(separator)
        if found and rest and head.lower() in _PARTS:
            return head.lower(), rest
    return "", key


def _look(part: str) -> tuple[str, str, str, int]:
    return _PARTS.get(part, _PLAIN)


def _chart(measure: str, lines: list[tuple[str, str]]) -> dict[str, Any]:
    drawn = []
    for part, key in lines:
        label, color, dash, _ = _look(part)
        drawn.append({"key": key, "label": label, "color": color, "dash": dash})
    return {"title": _title(measure), "hint": _hint(measure), "unit": measure, "percent": False, "lines": drawn}


def _title(measure: str) -> str:
    if measure.lower() in _NAMES:
        return _NAMES[measure.lower()]
    is_path = any(separator in measure for separator in "/.")  # a name of their own: as they wrote it
    words = measure if is_path else measure.replace("_", " ").strip() or measure
    return words if is_path else sentence_case(words)


def _words(measure: str) -> set[str]:
    for separator in "/_.- ":
        measure = measure.replace(separator, " ")
    return set(measure.lower().split())


def _hint(measure: str) -> str:
    words = _words(measure)
    if words & set(_FALLING):
        return "lower is better"
    return "higher is better" if words & set(_RISING) else ""


def _rank(title: str) -> int:
    words = _words(title)
    if "loss" in words:
        return 0
    return 1 if words & {*_FALLING, *_RISING} else 2
