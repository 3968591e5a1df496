"""Confusion matrix of a classifier, and the examples of the chosen cell."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from core.evaluation.class_metrics import confusions
from core.evaluation.confusion_examples import kept_examples
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.run.example_gallery import example_gallery
from pages.components.widgets.text import plain

NUMBERS_FIT = 25  # classes; with more, the squares are too small to write in
CLICKS_FIT = 40  # and with more than these too small to hit
FEW = 3  # mistakes of one kind; fewer say nothing
Cell = tuple[str, str]  # true class, answer


def confusion(run: Run, report: Mapping[str, Any]) -> None:
    """Show the confusion matrix beside the examples of one of its cells."""
    labels, counts = list(report["labels"]), np.array(report["confusion"], dtype=np.int64)
    found = confusions(counts)
    first = (labels[found[0].truth], labels[found[0].answer]) if found else (labels[0], labels[0])
    cell = _chosen(run, labels, first)
    matrix, examples = st.columns(2, gap="large")
    in_folds = bool((report.get("judged") or {}).get("folds"))
    with matrix:
        _matrix(run, labels, counts, cell, in_folds=in_folds)
    with examples:
        _cell(run, report, labels, counts, cell)
    _remember(run, cell, first)


def finding(labels: Sequence[str], counts: np.ndarray) -> str:
    """Return what the matrix shows, as its title."""
    found = confusions(counts)
    if not found:
        return f"All {int(counts.sum()):,} right: it predicted no class as another"
    top, wrong = found[0], sum(one.count for one in found)
    if top.count < FEW:
        return (
            f"No two classes stand out: {wrong:,} mistake{'' if wrong == 1 else 's'} in {int(counts.sum()):,} examples"
        )
    said = f"'{labels[top.truth]}' was predicted as '{labels[top.answer]}' most often"
    return f"{said}: {top.count:,} of {top.support:,} times"


# --- which cell ---


def _chosen(run: Run, labels: Sequence[str], first: Cell) -> Cell:
    """Return the cell from the URL, or the one selected since."""
    slot, address = f"cell-{run.id}", st.query_params.get("cell")
    if slot not in st.session_state or address != st.session_state.get(f"shown-{slot}"):
        st.session_state[slot] = _parsed(address or "", labels) or first
    found: Cell = st.session_state[slot]
    return found


def _parsed(address: str, labels: Sequence[str]) -> Cell | None:
    """Return the cell of an address such as "cat,dog"; class names may contain commas."""
    parts = address.split(",")
    pairs = ((",".join(parts[:i]), ",".join(parts[i:])) for i in range(1, len(parts)))
    return next((pair for pair in pairs if pair[0] in labels and pair[1] in labels), None)


def _remember(run: Run, cell: Cell, first: Cell) -> None:
    slot, text = f"cell-{run.id}", f"{cell[0]},{cell[1]}"
    if cell == first:
        st.query_params.pop("cell", None)
        st.session_state[f"shown-{slot}"] = None
    else:
        st.query_params["cell"] = st.session_state[f"shown-{slot}"] = text


def _on_choice(slot: str, truth: str, answer: str) -> None:
    st.session_state[slot] = (st.session_state[truth], st.session_state[answer])


# --- the matrix ---


def _matrix(run: Run, labels: Sequence[str], counts: np.ndarray, cell: Cell, *, in_folds: bool) -> None:
    title = finding(labels, counts)
    st.markdown(f"**{plain(title)}**")
    clicks = len(labels) <= CLICKS_FIT
    counted = f" Counted on all {int(counts.sum()):,} rows, by the models of the folds." * in_folds
    st.caption(
        f"A row is an actual class; the diagonal is right.{' Click a square to see its examples.' * clicks}{counted}"
    )
    height = max(280, min(520, 90 + 34 * len(labels)))
    axis = {"type": "category", "fixedrange": True, "automargin": True, "showgrid": False, "ticks": ""}
    names = [escape(label) for label in labels]
    axis |= {"tickmode": "array", "tickvals": list(labels), "ticktext": names} if len(labels) <= NUMBERS_FIT else {}
    figure = {
        "data": [_squares(labels, counts), *([_targets(labels, counts, height, cell)] if clicks else [])],
        "layout": figure_layout(height)
        | {
            "hovermode": "closest",
            "hoverdistance": 40,
            "xaxis": {**axis, "title": {"text": "Predicted", "standoff": 8, "font": {"size": 13}}},
            "yaxis": {
                **axis,
                "autorange": "reversed",
                "title": {"text": "Actual", "standoff": 8, "font": {"size": 13}},
            },
        },
    }
    right, total = int(counts.trace()), int(counts.sum())
    alt = f"{title}. Confusion matrix of {len(labels)} classes: {right} of {total} right."
    slot = f"cell-{run.id}"

    def choose(answer: str, truth: str) -> None:
        st.session_state[slot] = (truth, answer)

    figure_chart(figure, key=f"confusion-{run.id}", alt=alt, on_click=choose if clicks else None)


def _squares(labels: Sequence[str], counts: np.ndarray) -> dict[str, Any]:
    # Right answers go one way from zero and wrong ones the other, so that a mistake is never a faint "right".
    signs = np.where(np.eye(len(labels), dtype=bool), 1, -1)
    shares = signs * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    return {
        "type": "heatmap",
        "z": shares.tolist(),
        "x": list(labels),
        "y": list(labels),
        "text": [[str(n) if n else "" for n in row] for row in counts.tolist()],
        "texttemplate": "%{text}" if len(labels) <= NUMBERS_FIT else "",
        "customdata": counts.tolist(),
        "colorscale": colors().scale,
        "zmin": -0.5,
        "zmax": 1,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y} predicted as %{x}: %{customdata}<extra></extra>",
    }


def _targets(labels: Sequence[str], counts: np.ndarray, height: int, cell: Cell) -> dict[str, Any]:
    """Return invisible markers on the cells, as a heatmap does not support selection."""
    size = min(44.0, 0.75 * (height - 70) / len(labels))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [answer for _ in labels for answer in labels],
        "y": [truth for truth in labels for _ in labels],
        "customdata": counts.ravel().tolist(),
        "marker": {"symbol": "square-open", "size": size, "opacity": 0, "color": colors().text, "line": {"width": 3}},
        "selectedpoints": [labels.index(cell[0]) * len(labels) + labels.index(cell[1])],
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 0}},
        "hovertemplate": "%{y} predicted as %{x}: %{customdata}<extra></extra>",
    }


# --- its examples ---


def _cell(run: Run, report: Mapping[str, Any], labels: Sequence[str], counts: np.ndarray, cell: Cell) -> None:
    slot, truth, answer = f"cell-{run.id}", f"cell-truth-{run.id}", f"cell-answer-{run.id}"
    st.session_state[truth], st.session_state[answer] = cell
    st.markdown("**Examples of one square**")
    with st.container(horizontal=True, key="cell"):
        keys = (slot, truth, answer)
        st.selectbox("Actual", labels, key=truth, on_change=_on_choice, args=keys)
        st.selectbox("Predicted", labels, key=answer, on_change=_on_choice, args=keys)
    row, column = labels.index(cell[0]), labels.index(cell[1])
    count, support = int(counts[row, column]), int(counts[row].sum())
    folder = shared_service().folder(run.id)
    kept = [one for one in kept_examples(folder, report) if (one.truth, one.answer) == cell]
    in_folds = bool((report.get("judged") or {}).get("folds"))
    st.caption(plain(_about(cell, count, support, len(kept), in_folds=in_folds)))
    example_gallery(folder, kept, f"cell-page-{run.id}-{row}-{column}", shows_classes=False)


def _about(cell: Cell, count: int, support: int, kept: int, *, in_folds: bool) -> str:
    """Say how often a confusion occurred and which examples are shown.

    They are always the kept model's, on the test split.
    """
    truth, answer = cell
    if truth == answer:
        said, order = f"'{truth}' was found {count:,} of {support:,} times.", "the least confident first"
    else:
        said, order = (
            f"'{truth}' was predicted as '{answer}' {count:,} of {support:,} times.",
            "the most confident first",
        )
    if not support:
        return f"{'The data' if in_folds else 'The test split'} has no '{truth}'."
    if in_folds:
        shown = (
            f"{kept} by the model itself on its test split, {order}:"
            if kept
            else "None by the model itself on its test split."
        )
        return f"{said} {shown}"
    if not count:
        return f"{said} Choose another square."
    if not kept:
        return f"{said} Examples of it were not kept: train it again to see some."
    return f"{said} {'' if kept == count else f'{kept} of these, '}{order}:".replace(". the", ". The")
