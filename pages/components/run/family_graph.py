"""Family graph of a run: continued runs, and runs with reused settings."""

import json

import streamlit as st

from core.evaluation.best_of_runs import best_of
from core.runs import LONGER, NESTED, Run
from core.services.bootstrap import shared_service
from core.services.run_search.family import Family, family_of
from core.services.run_search.fields import deciding
from pages.components.charts.colors import colors
from pages.components.widgets.status_badge import badge_of
from pages.components.widgets.text import number, plain

FEWEST = 3  # runs; two are said in a line
_HOW = {LONGER: "goes on from", NESTED: "is a part of"}
LONGEST_NAME = 28  # characters in the picture


def family_graph(run: Run) -> None:
    """Show a run's family as a graph beside links, for three or more members."""
    family = family_of(shared_service(), run.id)
    if len(family.runs) < FEWEST:
        return
    title = f"Family: {len(family.runs)}{' of more' if family.skipped else ''} runs{_best(family, run)}"
    with st.expander(title, icon=":material/account_tree:", key="family"):
        st.caption("Solid: trained longer. Dashed: begun anew with its settings. The bold frame is this run.")
        st.graphviz_chart(_dot(family, run.id), width="content", alt=_in_words(family))
        with st.container(gap="xsmall", key="family-list"):
            for member in family.runs:
                said = "this run" if member.id == run.id else badge_of(member).word.lower()
                label = f"{plain(member.name)} ({plain(_score(member) or said)})"
                st.page_link("run.py", label=label, query_params={"run": member.id}, disabled=member.id == run.id)


def _best(family: Family, run: Run) -> str:
    """Return the best member, if all share metric and data."""
    metric = deciding(run, shared_service().tasks())
    if metric is None or len({member.dataset_fingerprint for member in family.runs}) > 1:
        return ""
    best = best_of(family.runs, metric)
    if best is None or sum(metric.name in member.test for member in family.runs) < 2:
        return ""
    name = "this one" if best.run.id == run.id else plain(best.run.name)
    value = number(metric, best.run.test[metric.name].value)
    how = "the best by validation is" if best.by == "validation" else "the best score is of"
    return f"; {how} {name}, {value} on the test examples"


def _score(run: Run) -> str:
    metric = deciding(run, shared_service().tasks())
    return number(metric, run.test[metric.name].value) if metric and metric.name in run.test else ""


def _dot(family: Family, own: str) -> str:
    """Return the graph in DOT; quoted texts are escaped as in JSON, against injection."""
    palette = colors()
    lines = [
        "digraph { rankdir=LR; bgcolor=transparent; nodesep=0.2; ranksep=0.4;",
        f'node [shape=box, style=rounded, fontname="sans-serif", fontsize=11, color="{palette.muted}",'
        f' fontcolor="{palette.text}", margin="0.12,0.06"];',
        f'edge [color="{palette.muted}", arrowsize=0.6];',
    ]
    for run in family.runs:
        bold = f', penwidth=2.5, color="{palette.accent}"' if run.id == own else ""
        lines.append(f"{_quoted(run.id)} [label={_quoted(_label(run))}{bold}];")
    for parent, child, kind in family.edges:
        lines.append(f"{_quoted(parent)} -> {_quoted(child)}{'' if kind == LONGER else ' [style=dashed]'};")
    return "\n".join([*lines, "}"])


def _label(run: Run) -> str:
    name = run.name if len(run.name) <= LONGEST_NAME else run.name[: LONGEST_NAME - 1] + "…"
    return f"{name}\n{_score(run) or badge_of(run).word}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _in_words(family: Family) -> str:
    names = {run.id: run.name for run in family.runs}
    said = [f"{names[c]} {_HOW.get(kind, 'began with the settings of')} {names[p]}" for p, c, kind in family.edges]
    return "Family of runs: " + "; ".join(said)
