"""A run's verdict, its scores with intervals, and the baselines beside them."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

import streamlit as st

from core.evaluation.target_status import TargetStatus
from core.evaluation.verdict import Verdict
from core.runs import Run
from core.specs import TaskSpec
from pages.components.run.next_step import next_step
from pages.components.widgets.lazy_expander import folded
from pages.components.widgets.text import interval, number, plain

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


def verdict(run: Run, report: Mapping[str, Any], found: Verdict | None) -> None:
    """Show a run's verdict and next step, with numbers and method in a fold."""
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
        if (decided := found.decision) is not None:
            st.markdown(f":primary[**{decided.answer}:**] {plain(decided.reason)}")
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
