"""Charts of a dataset: class frequencies, lengths or sizes of examples, splits."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.widgets.dataset_words import SPLIT_TITLES, shortened
from pages.components.widgets.text import plain

if TYPE_CHECKING:
    from core.services.dataset_service import Histogram

BAR_HEIGHT = 30  # pixels
MOST_BARS = 30
EVEN = 1.5  # the largest class over the smallest, up to which they count as equally frequent
LONGEST_NAME = 28  # characters beside a bar


def class_chart(counts: Mapping[str, int], key: str) -> None:
    """Show the number of examples per class, titled with the conclusion."""
    if not counts:
        return
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    _titled(class_finding(counts))
    if len(ordered) > MOST_BARS:
        st.caption(f"The {MOST_BARS} most frequent of {len(ordered):,} classes.")
    shown = ordered[:MOST_BARS]
    _draw(_bars(shown, sum(counts.values())), key, "Examples by class: " + _listed(shown))


def split_chart(sizes: Mapping[str, int], key: str, unit: str = "examples") -> None:
    """Show how a version is divided; its sizes are of this unit."""
    total = sum(sizes.values())
    if not total:
        return
    shares = [f"{100 * sizes.get(part, 0) / total:.0f} % {title.lower()}" for part, title in SPLIT_TITLES.items()]
    _titled("Split once, the same for every run: " + ", ".join(shares))
    named = [(title, sizes.get(part, 0)) for part, title in SPLIT_TITLES.items()]
    _draw(_bars(named, total, unit), key, "Examples by part: " + _listed(named))


def histogram_chart(shown: "Histogram", title: str, key: str) -> None:
    """Show how a length or size is spread.

    Args:
        shown: The spread.
        title: What is measured: "Length".
        key: The figure's own.
    """
    unit, edges, counts = shown.unit, shown.edges, shown.counts
    said = histogram_finding(shown, title)
    _titled(said)
    if shown.smallest == shown.largest:
        return
    palette = colors()
    axis = {"gridcolor": palette.line, "zeroline": False, "fixedrange": True, "automargin": True}
    bars = {
        "type": "bar",
        "x": [(low + high) / 2 for low, high in pairwise(edges)],
        "width": [high - low for low, high in pairwise(edges)],
        "y": list(counts),
        "customdata": [[_said(low), _said(high)] for low, high in pairwise(edges)],
        "marker": {"color": palette.accent, "line": {"width": 1, "color": palette.line}},
        "hovertemplate": "%{customdata[0]} to %{customdata[1]}: %{y:,}<extra></extra>",
    }
    layout = figure_layout(240) | {
        "xaxis": {**axis, "title": _axis_title(escape(unit or title)), "showgrid": False, "nticks": 8},
        "yaxis": {**axis, "title": _axis_title("examples"), "nticks": 5, "rangemode": "tozero"},
        "bargap": 0,
    }
    _draw({"data": [bars], "layout": layout}, key, said)


def class_finding(counts: Mapping[str, int]) -> str:
    """Return what the class counts say, in one sentence."""
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    (most, largest), (least, smallest) = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return f"There is only one class: {shortened(most, LONGEST_NAME)}"
    if not smallest:
        return f"{shortened(least, LONGEST_NAME)} has no example"
    if largest <= EVEN * smallest:
        number = "Both classes" if len(ordered) == 2 else f"All {len(ordered):,} classes"
        if smallest == largest:
            return f"{number} are equally frequent: {largest:,} examples each"
        return f"{number} are about equally frequent: {smallest:,} to {largest:,} examples each"
    share = 100 * largest / sum(counts.values())
    times = f"{largest / smallest:.0f}" if largest / smallest >= 10 else f"{largest / smallest:.1f}"
    return (
        f"{shortened(most, LONGEST_NAME)} is {share:.0f} % of all, {times} times as frequent as "
        f"{shortened(least, LONGEST_NAME)}"
    )


def histogram_finding(shown: "Histogram", title: str) -> str:
    """Return what a histogram says: where its middle lies, and how far it goes."""
    if shown.smallest == shown.largest:
        return f"{title}: {_said(shown.largest)} {shown.unit}".rstrip() + ", always the same"
    middle = f"{_said(shown.middle)} {shown.unit}".strip()
    return f"{title}: half have {middle} or less, from {_said(shown.smallest)} to {_said(shown.largest)}"


def _bars(named: Sequence[tuple[str, int]], total: int, unit: str = "examples") -> dict[str, Any]:
    palette = colors()
    rows = list(range(len(named)))
    texts = [f"{count:,}  ({100 * count / total:.1f} %)" if total else f"{count:,}" for _, count in named]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [count for _, count in named],
        "y": rows,
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": palette.accent},
        "customdata": [escape(shortened(name, 80)) for name, _ in named],
        "hovertemplate": "%{customdata}: %{x:,}<extra></extra>",
    }
    largest = max((count for _, count in named), default=1) or 1
    layout = figure_layout(46 + BAR_HEIGHT * len(named)) | {
        "xaxis": {
            "title": _axis_title(unit),
            "range": [0, largest * 1.35],
            "gridcolor": palette.line,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 5,
            "automargin": True,
        },
        "yaxis": {
            "tickvals": rows,
            "ticktext": [escape(shortened(name, LONGEST_NAME)) for name, _ in named],
            "range": [len(named) - 0.4, -0.6],
            "fixedrange": True,
            "automargin": True,
            "ticks": "outside",
            "ticklen": 6,
            "tickcolor": "rgba(0,0,0,0)",
        },
        "bargap": 0.35,
    }
    return {"data": [bars], "layout": layout}


def _draw(figure: dict[str, Any], key: str, alt: str) -> None:
    figure_chart(figure, key=key, alt=alt)


def _titled(text: str) -> None:
    st.markdown(f"**{plain(text)}**")


def _listed(named: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{shortened(name, LONGEST_NAME)} {count:,}" for name, count in named)


def _axis_title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 12, "color": colors().muted}, "standoff": 8}


def _said(value: float) -> str:
    if abs(value) >= 20 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"
