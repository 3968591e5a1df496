"""A run's verdict, its scores with intervals, and the baselines beside them."""

import math
from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any, Literal

import pandas as pd
import streamlit as st

from core.evaluation.target_status import TargetStatus
from core.evaluation.verdict import Verdict
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.verdict import verdict_of
from core.specs import MetricSpec, Score, TaskSpec
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.run.next_step import next_step
from pages.components.widgets.lazy_expander import folded
from pages.components.widgets.text import interval, number, plain

ROW_HEIGHT = 56  # pixels of one method in the chart
FOLD_ICON = ":material/functions:"
# By how it stands against its target. Without one nothing is green: who knows whether it is good enough?
SEALS: Mapping[TargetStatus | None, tuple[str, Literal["green", "blue", "orange", "red", "gray"]]] = {
    TargetStatus.REACHED: ("verified", "green"),
    TargetStatus.LIKELY: ("check_circle", "green"),
    TargetStatus.NOT_YET: ("pending", "orange"),
    TargetStatus.OUT_OF_REACH: ("block", "red"),
    TargetStatus.UNKNOWN: ("help", "gray"),
    None: ("analytics", "gray"),
}
NOTHING_LEARNT: tuple[str, Literal["orange"]] = ("trending_flat", "orange")


def verdict(run: Run, report: Mapping[str, Any]) -> None:
    """Show a run's verdict and next step, with numbers and method in a fold."""
    found = verdict_of(shared_service(), run)
    if found is None:
        if run.verdict:
            with st.container(border=True, key="verdict"):
                st.markdown(plain(run.verdict))
        return
    with st.container(border=True, key="verdict", gap="xsmall"):
        icon, color = SEALS[found.status] if found.status or not found.learnt_nothing else NOTHING_LEARNT
        st.markdown(f"## :{color}[:material/{icon}:] {plain(found.meaning)}")
        if found.status is not None:
            st.badge(str(found.status), color=color)
        for note in found.notes:
            st.caption(plain(note))
        next_step(run, found.step)
        folded("Numbers and method", partial(_numbers, found, report), key=f"verdict-{run.id}", icon=FOLD_ICON)


def _numbers(found: Verdict, report: Mapping[str, Any]) -> None:
    if said := judged_in_words(report):
        st.caption(plain(said))
    for one in found.numbers:
        st.markdown(f"{plain(one.name)}: **{plain(one.value)}**")
        st.caption(plain(one.how))


def judged_in_words(report: Mapping[str, Any]) -> str:
    """Return the sentences on what a run's scores are based; empty if trivial."""
    judged = report.get("judged") or {}
    if not judged.get("folds"):
        return str(judged.get("why_not_folds") or "")
    return " ".join(judged.get("notes", ()))


def score_cards(run: Run, task: TaskSpec) -> None:
    """Show every metric of the test split with its 95 % interval."""
    metrics = [m for m in task.metrics if m.name in run.test]
    with st.grid(max(1, len(metrics)), min_column_width=140):
        for metric in metrics:
            score = run.test[metric.name]
            st.metric(
                metric.title.partition(" (")[0],
                number(metric, score.value),
                delta=interval(metric, score),
                delta_color="off",
                delta_arrow="off",
                help=f"{metric.help} Below it: the 95 % interval, where the score would fall with other test examples.",
                border=True,
            )


def comparison(run: Run, task: TaskSpec, report: Mapping[str, Any]) -> None:
    """Show the primary metric of run and baselines with intervals, and all scores."""
    metric = task.metric(task.primary_metric)
    methods = {run.config.model: run.test} | {name: scores for name, scores in run.baselines.items()}
    found = [(name, scores[metric.name]) for name, scores in methods.items() if metric.name in scores]
    shown = dict(sorted(found, key=lambda pair: pair[1].value, reverse=metric.direction == "max"))
    if len(shown) < 2:
        return
    st.header("Compared with baselines", anchor=False)
    better = "higher is better" if metric.direction == "max" else "lower is better"
    st.markdown(f"**{plain(_finding(shown, run.config.model, metric, report.get('difference') or {}))}**")
    judged = report.get("judged") or {}
    where = f"on all {judged['rows']:,} rows, five folds" if judged.get("folds") else "on the same unseen examples"
    st.caption(f"{metric.title} {where}, with 95 % intervals; {better}.")
    figure_chart(
        _dots(shown, metric, run.config.model),
        key=f"comparison-{run.id}",
        alt=f"{metric.title}: " + ", ".join(f"{name} {number(metric, s.value)}" for name, s in shown.items()),
    )

    def numbers() -> None:
        on_validation = {f"{run.config.model}, validation split": run.validation} if run.validation else {}
        st.dataframe(_table(methods | on_validation | _single_split(run, judged), task), hide_index=True, row_height=36)

    folded("All numbers", numbers, key=f"numbers-{run.id}", icon=":material/table_rows:")


def _single_split(run: Run, judged: Mapping[str, Any]) -> dict[str, dict[str, Score]]:
    """Return the kept model's test split scores, if the others cover all rows."""
    kept = judged.get("single_split") or {}
    return {f"{run.config.model}, test split alone": {name: Score(**one) for name, one in kept.items()}} if kept else {}


def _finding(shown: Mapping[str, Score], own: str, metric: MetricSpec, tested: Mapping[str, Any]) -> str:
    """Return the chart's finding: which baselines the model beats, given test uncertainty."""
    sides: dict[int, list[str]] = {1: [], 0: [], -1: []}
    for name, score in shown.items():
        if name != own:
            sides[_side(shown[own], score, metric, tested if name == tested.get("baseline") else {})].append(name)
    if tested and tested["baseline"] in sides[1]:  # it was the best of them
        sides = {1: [name for name in shown if name != own], 0: [], -1: []}
    ahead, level, behind = (" and ".join(sides[side]) for side in (1, 0, -1))
    placed = ", ".join([f"ahead of {ahead}"] * bool(ahead) + [f"behind {behind}"] * bool(behind))
    if not placed:
        return f"No clear difference between {own} and {level}"
    return f"{own} is {placed}" + (f"; no clear difference from {level}" if level else "")


def _side(own: Score, other: Score, metric: MetricSpec, tested: Mapping[str, Any]) -> int:
    """Return 1 for clearly ahead, -1 for clearly behind, 0 otherwise.

    The paired test decides, or else intervals that do not overlap.
    """
    low, high = _interval_of(tested)
    if math.isnan(low) or math.isnan(high):
        low, high = _least(own) - _most(other), _most(own) - _least(other)
        if metric.direction == "min":
            low, high = -high, -low
    return _clear_side(low, high)


def _interval_of(difference: Mapping[str, Any]) -> tuple[float, float]:
    """Return the interval of a difference; not a number where it has none."""
    low, high = difference.get("ci_low"), difference.get("ci_high")
    return (math.nan, math.nan) if low is None or high is None else (low, high)


def _clear_side(low: float, high: float) -> int:
    return int(low > 0) - int(high < 0)


def _least(score: Score) -> float:
    return score.value if math.isnan(score.ci_low) else score.ci_low


def _most(score: Score) -> float:
    return score.value if math.isnan(score.ci_high) else score.ci_high


def _dots(shown: Mapping[str, Score], metric: MetricSpec, own: str) -> dict[str, Any]:
    palette = colors()
    names = [
        {
            "text": f"{escape(name)}  <b>{number(metric, score.value)}</b>",
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": name,
            "yshift": 20,
            "showarrow": False,
            "font": {"size": 13},
        }
        for name, score in shown.items()
    ]
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True}
    return {
        "data": [_dot(name, score, metric, name == own) for name, score in shown.items()],
        "layout": figure_layout(70 + ROW_HEIGHT * len(shown))
        | {
            "annotations": names,  # above their row, so that they take no width from it
            "xaxis": {**axis, "ticksuffix": " %" if metric.unit == "percent" else "", "nticks": 8},
            "yaxis": {**axis, "type": "category", "range": [len(shown) - 0.6, -0.9], "showticklabels": False},
        },
    }


def _dot(name: str, score: Score, metric: MetricSpec, is_own: bool) -> dict[str, Any]:
    palette = colors()
    scale = 100 if metric.unit == "percent" else 1
    value = score.value * scale
    return {
        "type": "scatter",
        "x": [value],
        "y": [name],
        "mode": "markers",
        "cliponaxis": False,
        "marker": {
            "size": 13 if is_own else 10,
            "color": palette.accent if is_own else palette.muted,
            "symbol": "circle" if is_own else "diamond",
        },
        "error_x": {
            "type": "data",
            "array": [score.ci_high * scale - value],
            "arrayminus": [value - score.ci_low * scale],
            "thickness": 2,
            "width": 6,
        },
        "hovertemplate": f"{number(metric, score.value)}<br>{interval(metric, score)}<extra></extra>",
    }


def _table(methods: Mapping[str, Mapping[str, Score]], task: TaskSpec) -> pd.DataFrame:
    rows = []
    for name, scores in methods.items():
        row = {"Method": name}
        for metric in task.metrics:
            if (score := scores.get(metric.name)) is not None:
                row[metric.title] = f"{number(metric, score.value)} ({interval(metric, score)})"
        rows.append(row)
    return pd.DataFrame(rows)
