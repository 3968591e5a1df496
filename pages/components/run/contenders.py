"""A run and its contenders on the same examples: one chart, one table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.formatting import sentence_case
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.comparison.contenders import Contender, contenders_of
from core.services.prices import hour_price
from core.specs import MetricSpec, Score, TaskSpec
from pages.components.charts.figure_chart import figure_chart
from pages.components.contenders.chart import contender_chart, without_place
from pages.components.contenders.words import FRONT, KINDS, STANDINGS, scored, taken
from pages.components.widgets.lazy_expander import folded
from pages.components.widgets.text import interval, number, plain

AGAIN = "Run again while this machine does nothing else: the time of an answer is measured at the end of a run."


def contenders(run: Run, task: TaskSpec, report: Mapping[str, Any]) -> None:
    """Show score, test, latency, size and costs of a run and its contenders."""
    shown, metric = contenders_of(shared_service(), run), task.metric(task.primary_metric)
    if len(shown) < 2:
        return
    st.header("Contenders", anchor=False)
    found = finding(shown)
    st.markdown(f"**{plain(found)}**")
    judged = report.get("judged") or {}
    where = f"all {judged['rows']:,} rows, five folds" if judged.get("folds") else "the same unseen examples"
    better = "higher is better" if metric.direction == "max" else "lower is better"
    front = " On the dashed line nobody else is both better and cheaper." if any(o.on_front for o in shown) else ""
    st.caption(plain(f"{metric.title} on {where}, with 95 % intervals; {better}.{front}"))
    price = hour_price(shared_service().settings)
    alt = f"{metric.title}: " + ", ".join(
        f"{one.short} {number(metric, one.scores[metric.name].value)}" for one in shown
    )
    figure_chart(contender_chart(shown, metric, price.currency), key=f"contenders-{run.id}", alt=alt)
    for said in _not_in_chart(shown, str((report.get("costs") or {}).get("unmeasured") or "")):
        st.caption(f":material/timer_off: {plain(said)}")
    st.dataframe(
        _table(shown, metric, price.currency), hide_index=True, row_height=36, height="content",
        key=f"contender-table-{run.id}", alt="Scores, tests and costs of all contenders",
        column_config={"Contender": st.column_config.TextColumn(pinned=True, width=270)},
    )  # fmt: skip
    st.caption(plain(_how(shown, price.how)))
    for said in report.get("baselines_left_out") or ():
        st.caption(plain(str(said)))

    def numbers() -> None:
        methods = {one.name: one.scores for one in shown}
        on_validation = {f"{run.config.model}, validation split": run.validation} if run.validation else {}
        every = methods | on_validation | _single_split(run, judged)
        st.dataframe(_numbers(every, task), hide_index=True, row_height=36)

    folded("All numbers", numbers, key=f"numbers-{run.id}", icon=":material/table_rows:")


def _not_in_chart(shown: Sequence[Contender], why_own: str) -> list[str]:
    """Return who is not in the chart of costs, and why."""
    names = [one.short for one in without_place(shown) if one.standing != "reference"]
    found = [f"Not in the chart, as what an answer costs is not known: {_and(names)}."] if names else []
    own = next((one for one in without_place(shown) if one.standing == "reference"), None)
    if own is not None:
        why = why_own or "it was not measured when this run ended"
        found.insert(0, f"{own.short} is not in the chart, as nobody knows what its answers cost: {why}. {AGAIN}")
    return found


def finding(shown: Sequence[Contender]) -> str:
    """Return whom the reference is clearly better or worse than, in a sentence."""
    own = next(one for one in shown if one.standing == "reference")
    name = sentence_case(own.short)
    sides = {
        said: [one.short for one in shown if one.standing == standing]
        for standing, said in (
            ("worse", "is clearly better than"), ("better", "is clearly worse than"),
            ("unclear", "no clear difference from"),
        )
    }  # fmt: skip
    parts = [f"{said} {_and(names)}" for said, names in sides.items() if names]
    if not parts:
        return f"{name} cannot be tested against the others."
    if parts[0].startswith("no clear"):
        return f"No clear difference between {own.short} and {parts[0].removeprefix('no clear difference from ')}."
    return f"{name} {'; '.join(parts)}."


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _table(shown: Sequence[Contender], metric: MetricSpec, currency: str) -> pd.DataFrame:
    own = next(one for one in shown if one.standing == "reference")
    rows = []
    for one in shown:
        front = f" {FRONT}" if one.on_front else ""
        row = {"Contender": f"{KINDS[one.kind]} {one.short}{front}", metric.title: scored(metric, one)}
        rows.append(row | {f"Against {own.short}": STANDINGS[one.standing]} | taken(one.takes, currency))
    return pd.DataFrame(rows).fillna("–")


def _how(shown: Sequence[Contender], price: str) -> str:
    tests = sum(one.difference is not None for one in shown)
    many = f" Tests are paired, corrected for the {tests} shown (Holm)." if tests > 1 else " Tests are paired." * tests
    why = " ".join(dict.fromkeys(one.why for one in shown if one.standing == "untested"))
    priced = [one.takes.how for one in shown if one.takes.thousand is not None and one.kind == "language model"]
    asked = f", of language models {priced[0]}" if priced else ""
    front = f" {FRONT} nobody else is both better and cheaper." if any(one.on_front for one in shown) else ""
    times = f"p50, p95: time of one answer, alone. Costs here: measured time, {price}{asked}."
    return f"{times}{many}{front} {why}".strip()


def _single_split(run: Run, judged: Mapping[str, Any]) -> dict[str, dict[str, Score]]:
    """Return the kept model's test split scores, if the others cover all rows."""
    kept = judged.get("single_split") or {}
    return {f"{run.config.model}, test split alone": {name: Score(**one) for name, one in kept.items()}} if kept else {}


def _numbers(methods: Mapping[str, Mapping[str, Score]], task: TaskSpec) -> pd.DataFrame:
    rows = []
    for name, scores in methods.items():
        row = {"Method": name}
        for metric in task.metrics:
            if (score := scores.get(metric.name)) is not None:
                row[metric.title] = f"{number(metric, score.value)} ({interval(metric, score)})"
        rows.append(row)
    return pd.DataFrame(rows)
