"""What a look at somebody's runs found, before anything is written."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.exchange.curve_summary import FoundCurve
from core.exchange.import_runs import Found, FoundRun
from core.exchange.saving import in_words
from core.runs import RunStatus
from pages.components.widgets.dataset_words import many
from pages.components.widgets.status_badge import BADGES
from pages.components.widgets.text import count, plain

ROW_HEIGHT = 36  # pixels
SHOWN_WHOLE = 10  # runs; with more, the table scrolls
SHOWN_TROUBLE = 5  # sentences; the others are behind a click


def found_summary(found: Found) -> None:
    """Say how much there is."""
    keys = max((run.curves for run in found.runs), default=0)
    with st.container(border=True, gap="xsmall", key="found"):
        st.markdown(f"## :primary[:material/download:] {many(len(found.runs), 'run')} from {plain(found.title)}")
        facts = [f"up to {many(keys, 'curve')} each", f"{count(found.points)} points"]
        if known := sum(bool(run.known_as) for run in found.runs):
            facts.append(f"{known:,} here already: brought up to date")
        st.caption("  ·  ".join(facts))
        said(sentence for run in found.runs for sentence in (*map(in_words, run.guesses), *run.remarks))


def said(sentences: Iterable[str]) -> None:
    """Say what was guessed, left out or changed on the way, each once."""
    every = list(dict.fromkeys(sentences))
    for sentence in every[:SHOWN_TROUBLE]:
        st.markdown(f":material/info: {plain(sentence)}")
    if len(every) > SHOWN_TROUBLE:
        with st.expander(f"{len(every) - SHOWN_TROUBLE:,} more"):
            for sentence in every[SHOWN_TROUBLE:]:
                st.markdown(plain(sentence))


def found_table(runs: Sequence[FoundRun], key: str) -> list[FoundRun]:
    """Show the runs, and return those that were picked; all where none was."""
    state: Any = st.dataframe(
        _frame(runs),
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height="content" if len(runs) <= SHOWN_WHOLE else 400,
        on_select="rerun",
        selection_mode="multi-row",
        alt="Table of the runs that were found: pick rows to import only those.",
        column_config={
            "name": st.column_config.TextColumn("Name", width=210),
            "here": st.column_config.TextColumn("Here", width=90),
            "status": st.column_config.TextColumn("Status", width=110),
            "project": st.column_config.TextColumn("Project", width=130),
            "began": st.column_config.DatetimeColumn("Started", format="distance", width=110),
            "curves": st.column_config.NumberColumn("Curves", format="localized", width=75),
            "points": st.column_config.NumberColumn("Points", format="localized", width=90),
            "settings": st.column_config.NumberColumn("Settings", format="localized", width=85),
            "part_of": st.column_config.TextColumn("Part of", width=130),
        },
    )
    picked = [runs[row] for row in state.selection.rows if row < len(runs)]
    return picked or list(runs)


def _frame(runs: Sequence[FoundRun]) -> pd.DataFrame:
    frame = pd.DataFrame([_row(run) for run in runs])
    return frame if any(run.part_of for run in runs) else frame.drop(columns="part_of")


def found_curves(curves: Sequence[FoundCurve]) -> None:
    """Show which curves come, each as the first run that has it logged it."""
    if not curves:
        return
    rows = [
        {"name": one.name, "course": list(one.course), "last": one.last, "points": one.points, "runs": one.runs}
        for one in curves
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="found-curves",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height="content" if len(rows) <= SHOWN_WHOLE else 400,
        alt="Table of the curves that come, each with a small chart.",
        column_config={
            "name": st.column_config.TextColumn("Curve", width=210),
            "course": st.column_config.LineChartColumn("Course", width=160, help="Of the first run that has it"),
            "last": st.column_config.NumberColumn("Last value", format="%.4g", width=90),
            "points": st.column_config.NumberColumn("Points", format="localized", width=90),
            "runs": st.column_config.NumberColumn("In runs", format="localized", width=75),
        },
    )


def trouble(sentences: Sequence[str]) -> None:
    """Say what could not be read."""
    if not sentences:
        return
    with st.container(border=True, key="trouble"):
        st.markdown(f":orange[:material/warning:] **{many(len(sentences), 'thing')} could not be read**")
        for sentence in sentences[:SHOWN_TROUBLE]:
            st.markdown(plain(sentence))
        if len(sentences) > SHOWN_TROUBLE:
            with st.expander(f"{len(sentences) - SHOWN_TROUBLE:,} more"):
                for sentence in sentences[SHOWN_TROUBLE:]:
                    st.markdown(plain(sentence))


def _row(run: FoundRun) -> dict[str, Any]:
    shown = BADGES[RunStatus(run.status)]
    return {
        "name": run.name,
        "here": "known" if run.known_as else "new",
        "status": f"{shown.sign} {shown.word}",
        "project": run.project,
        "began": pd.Timestamp(run.began) if run.began else None,
        "curves": run.curves,
        "points": run.points,
        "settings": run.settings,
        "part_of": run.part_of,
    }
