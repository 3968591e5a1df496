"""Scores of compared runs with intervals, and which differences are significant."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from core.evaluation.target_words import wanted
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.comparison.contenders import Contender, of_ranking
from core.services.comparison.grouping import Group, data_in_words
from core.services.comparison.significance import ComparisonResult, Ranking
from core.services.comparison.testing import Standing
from core.services.prices import hour_price
from core.specs import MetricSpec, TaskSpec
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.compare.sentences import Looks, called, difference_in_words, luck_in_words, names_of
from pages.components.contenders.words import KINDS, scored, taken
from pages.components.widgets.status_badge import target_text
from pages.components.widgets.text import interval, number, plain
from pages.components.widgets.url_state import chosen_place, read_choice, write_choice

ROW_HEIGHT = 52  # pixels of one run in the chart
VERDICTS = {
    "reference": "◎ compared with",
    "better": "▲ significantly better",
    "worse": "▼ significantly worse",
    "unclear": "≈ no clear difference",
    "untested": "– cannot be tested",
}
COUNTED: Mapping[Standing, str] = {
    "better": "significantly better", "worse": "significantly worse", "unclear": "with no clear difference",
    "untested": "not tested",
}  # fmt: skip
SHORT = {"reference": "◎", "better": "▲ better", "worse": "▼ worse", "unclear": "≈ unclear", "untested": ""}
METHODS = {
    "label": "McNemar's mid-p test and the interval of Bonett and Price, on the answers to the same examples; clear is "
    "what both call clear.",
    "number": "A paired bootstrap-t: how far the difference of the squared errors moves when the rows are drawn again, "
    "1,000 times.",
    "text": "A paired bootstrap of blocks of the text: all runs are judged on the same 1,000 resamples.",
}

IN_FOLDS = (
    "Every row was judged once, by models of the same five folds; the interval counts that models which learn from "
    "other rows are other models, and is the corrected resampled t (Nadeau and Bengio, 2003) where folds differ by "
    "more than their rows explain."
)


def reference_choice(runs: Sequence[Run], styles: Looks) -> str:
    """Ask which run the others stand against; empty is the best one."""
    ids = [run.id for run in runs if run.test]
    if len(ids) < 2:
        return ""
    options = ["best", *ids]
    read_choice("against", options, "best")
    chosen = st.selectbox(
        "Compare with", options, chosen_place(options, "against"), key="against", width=320,
        format_func=lambda one: "The best one (by validation)" if one == "best" else styles[one].title,
        help="Every other run is tested against this one, on the same test examples.",
    )  # fmt: skip
    write_choice("against", "best")
    return "" if chosen == "best" else str(chosen)


def data_warning(groups: Sequence[Group], styles: Looks) -> None:
    """Say which runs were not judged on the same examples."""
    tasks, known = shared_service().tasks(), [group for group in groups if group.fingerprint]
    of_task: dict[str, list[Run]] = {}
    for group in groups:
        of_task.setdefault(group.task, []).extend(group.runs)
    of_task.pop("", None)  # of runs from elsewhere nobody knows what they do
    if len(of_task) > 1:
        parts = "; ".join(
            f"{names_of(found, styles)}: {_title(tasks.get(name), name)}" for name, found in of_task.items()
        )
        st.warning(
            plain(f"These runs do different things ({parts}). Scores are compared within each of these alone."),
            icon=":material/call_split:",
        )
    for task in dict.fromkeys(group.task for group in known):
        versions = [group for group in known if group.task == task]
        if len(versions) > 1:
            parts = "; ".join(f"{names_of(g.runs, styles)} on {data_in_words(g)}" for g in versions)
            said = f"These runs were not judged on the same examples: {parts}. Their scores are not tested against "
            st.warning(plain(f"{said}each other, as other examples may be easier."), icon=":material/difference:")


def scores(group: Group, standing: Ranking, styles: Looks) -> None:
    """Show the scores of one group.

    Args:
        group: Runs that were judged on the same examples.
        standing: Who is better than whom.
        styles: Of the runs.
    """
    task, metric = shared_service().tasks()[group.task], standing.metric
    better = "higher is better" if metric.direction == "max" else "lower is better"
    said = _headline(standing, styles)
    st.markdown(f"**{plain(said)}**")
    st.caption(plain(f"{metric.title} on unseen examples of {data_in_words(group)}, with 95 % intervals; {better}."))
    alt = f"{said} " + ", ".join(
        f"{styles[one.run.id].name} {number(metric, one.run.test[metric.name].value)}" for one in standing.results
    )
    if len(standing.results) == 1:
        return
    figure_chart(
        _dots(standing, styles), key=f"scores-{group.task}-{group.fingerprint}", alt=alt,
    )  # fmt: skip
    st.dataframe(
        _table(standing, task, styles), hide_index=True, row_height=36, height="content",
        key=f"score-table-{group.task}-{group.fingerprint}", alt="Scores of the runs, and how they were tested",
        column_config={"Run": st.column_config.TextColumn(pinned=True, width=190)},
    )  # fmt: skip
    _how(standing, task, styles)


def _headline(standing: Ranking, styles: Looks) -> str:
    """Return what the chart shows, as its title."""
    highest, best, metric = standing.results[0].run, standing.best.run, standing.metric
    score = number(metric, highest.test[metric.name].value)
    said = f"{styles[highest.id].name} has the best {called(metric)}, {score}."
    if standing.best.by == "validation" and len(standing.results) > 1:
        chosen = number(metric, best.test[metric.name].value)
        said = (
            f"{styles[best.id].name} is the best by validation; its {called(metric)} on the test examples is {chosen}."
        )
    counts = {words: len(standing.of(verdict)) for verdict, words in COUNTED.items()}
    found = ", ".join(f"{count} {words}" for words, count in counts.items() if count)
    return f"{said} Against {styles[standing.reference.id].name}: {found}." if found else said


def group_choice(standings: Sequence[Ranking], styles: Looks) -> Ranking:
    """Ask which group to look at more closely, where there are several."""
    if len(standings) == 1:
        return standings[0]
    titles = {f"{one.group.dataset}-{one.group.fingerprint[:8]}": one for one in standings}
    options = list(titles)
    read_choice("group", options, options[0])
    chosen = st.selectbox(
        "Look closer at", options, chosen_place(options, "group"), key="group", width=480,
        format_func=lambda name: f"{titles[name].group.dataset}: {names_of(titles[name].group.runs, styles)}",
    )  # fmt: skip
    write_choice("group", options[0])
    return titles[str(chosen)]


def _how(standing: Ranking, task: TaskSpec, styles: Looks) -> None:
    """Say how it was tested, and what could not be."""
    for why in dict.fromkeys(one.why for one in standing.of("untested")):
        st.caption(f":material/info: {plain(why)}")
    tests = sum(one.difference is not None for one in standing.results)
    tests += sum(one.difference is not None for one in standing.beside)
    if tests:
        many = f" Its p-values are corrected for {tests} comparisons (Holm 1979)." if tests > 1 else ""
        unit = "characters" if task.output_kind == "text" else "examples"
        in_folds = [one for one in standing.results if one.rows]
        where = f"{standing.examples:,} test {unit}."
        method = METHODS[task.output_kind]
        if in_folds and len(in_folds) == tests:
            method, where = IN_FOLDS, f"All {standing.examples:,} rows."
        elif in_folds:
            where = f"{standing.examples:,} test {unit} or more: all rows where both runs judged them in folds."
        st.caption(f"{method} {where}{many}")
    if (luck := luck_in_words(standing, styles)) and len(standing.results) > 1:
        st.caption(f":material/casino: {plain(luck)}")


def _title(task: TaskSpec | None, name: str) -> str:
    return task.title.lower() if task else name


def _dots(standing: Ranking, styles: Looks) -> dict[str, Any]:
    palette, metric = colors(), standing.metric
    names = [
        {
            "text": f"{escape(styles[one.run.id].name)}  <b>{number(metric, one.run.test[metric.name].value)}</b>"
            f"  {SHORT[one.verdict]}",
            "x": 0, "xref": "paper", "xanchor": "left", "y": i, "yshift": 19, "showarrow": False, "font": {"size": 13},
        }
        for i, one in enumerate(standing.results)
    ]  # fmt: skip
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True}
    count = len(standing.results)
    return {
        "data": [_dot(one, i, metric, styles) for i, one in enumerate(standing.results)],
        "layout": figure_layout(80 + ROW_HEIGHT * count)
        | {
            "annotations": names,  # above their row, so that they take no width from it
            "xaxis": {
                **axis, "ticksuffix": " %" if metric.unit == "percent" else "", "nticks": 8,
                "title": {"text": escape(metric.title), "standoff": 8, "font": {"size": 13}},
            },
            "yaxis": {**axis, "range": [count - 0.6, -0.9], "showticklabels": False, "showgrid": False},
        },
    }  # fmt: skip


def _dot(one: ComparisonResult, row: int, metric: MetricSpec, styles: Looks) -> dict[str, Any]:
    score, style = one.run.test[metric.name], styles[one.run.id]
    scale = 100 if metric.unit == "percent" else 1
    value = score.value * scale
    return {
        "type": "scatter", "x": [value], "y": [row], "mode": "markers", "cliponaxis": False,
        "marker": {"size": 12, "color": style.color, "symbol": style.symbol},
        "error_x": {
            "type": "data", "array": [score.ci_high * scale - value], "arrayminus": [value - score.ci_low * scale],
            "thickness": 2, "width": 6, "color": style.color,
        },
        "hovertemplate": f"{escape(style.name)}<br>{number(metric, score.value)}<br>{interval(metric, score)}"
        "<extra></extra>",
    }  # fmt: skip


def _table(standing: Ranking, task: TaskSpec, styles: Looks) -> pd.DataFrame:
    rows, against = [], styles[standing.reference.id].name
    service = shared_service()
    targets, currency = (
        service.targets.results(one.run for one in standing.results),
        hour_price(service.settings).currency,
    )
    costs = {one.reference: one for one in of_ranking(service, standing, {id: s.name for id, s in styles.items()})}
    for one in standing.results:
        row = {"Run": styles[one.run.id].title}
        if (held := targets.get(one.run.id)) is not None:
            row["Target"] = f"{target_text(held)} ({wanted(held.target)})"
        for metric in sorted(task.metrics, key=lambda m: m.name != standing.metric.name):
            if (score := one.run.test.get(metric.name)) is not None:
                row[metric.title] = f"{number(metric, score.value)} ({interval(metric, score)})"
            if metric.name == standing.metric.name:
                row[f"Against {against}"] = VERDICTS[one.verdict]
                said = difference_in_words(metric, one.difference) if one.difference else ""
                row["Difference"] = said.replace(", 95 % interval ", " (") + (")" if said else "")
                row["p"] = _p(one) if one.difference else ""
        rows.append(row | taken(costs[one.run.id].takes, currency))
    return pd.DataFrame([*rows, *_beside(standing, against, currency)]).fillna("")


def _beside(standing: Ranking, against: str, currency: str) -> list[dict[str, str]]:
    """Return rows of the baselines and language models that were asked the same examples."""
    metric, rows = standing.metric, []
    for one in standing.beside:
        said = difference_in_words(metric, one.difference) if one.difference else ""
        row = {
            "Run": f"{KINDS[one.kind]} {one.short}", metric.title: scored(metric, one),
            f"Against {against}": VERDICTS[one.standing],
            "Difference": said.replace(", 95 % interval ", " (") + (")" if said else ""),
            "p": _p(one) if one.difference else "",
        }  # fmt: skip
        rows.append(row | taken(one.takes, currency))
    return rows


def _p(one: ComparisonResult | Contender) -> str:
    return "< 0.001" if one.p < 0.001 else f"{one.p:.3f}"
