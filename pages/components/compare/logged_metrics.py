"""Metrics that several logged runs share, side by side: last and best values."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.run_search.logged_metrics import DecidingScore, Logged, Moment
from core.services.run_search.measures import direction_of, is_share
from pages.components.compare.sentences import Looks
from pages.components.runs.columns import deciding_number

MOST_METRICS = 6  # that two runs have in common, in the table
UNTESTED = "What a run logged of itself is one number: whether a difference is more than chance cannot be tested."


def logged_finding(runs: Sequence[Run], styles: Looks) -> str:
    """Return the best logged run by the most common metric, in two sentences.

    The text is empty without such a metric.
    """
    known, logged = _known(runs)
    for name in logged.shared([run.id for run in known])[:1]:
        scores = {run.id: score for run in known if (score := _score(logged, run, name, "last")) is not None}
        if len(scores) < 2:
            return ""
        best = max(scores, key=lambda run_id: scores[run_id].quality)
        worst = min(scores, key=lambda run_id: scores[run_id].quality)
        if scores[best].quality == scores[worst].quality:
            return f"{name} ended at {deciding_number(scores[best])} in all {len(scores)} logged runs. {UNTESTED}"
        return (
            f"{styles[best].name} has the best {name} at last, {deciding_number(scores[best])}; "
            f"{styles[worst].name} has the worst of {len(scores)}, {deciding_number(scores[worst])}. {UNTESTED}"
        )
    return ""


def logged_scores(runs: Sequence[Run], styles: Looks) -> bool:
    """Show the shared metrics of logged runs as a table; return whether any exist."""
    known, logged = _known(runs)
    names = logged.shared([run.id for run in known])[:MOST_METRICS]
    if not names:
        return False
    rows = [
        {"Run": styles[run.id].title}
        | {
            f"{name} ({moment})": deciding_number(score) if (score := _score(logged, run, name, moment)) else ""
            for name in names
            for moment in ("last", "best")
        }
        for run in known
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, row_height=36, height="content", key="logged-table",
        alt="Logged metrics of the runs: the last and the best value of each",
        column_config={"Run": st.column_config.TextColumn(pinned=True, width=190)},
    )  # fmt: skip
    st.caption(UNTESTED)
    return True


def _known(runs: Sequence[Run]) -> tuple[list[Run], Logged]:
    return [run for run in runs if not run.is_own], Logged(shared_service())


def _score(logged: Logged, run: Run, name: str, moment: Moment) -> DecidingScore | None:
    value = logged.value(run.id, name, moment)
    return None if value is None else DecidingScore(name, value, direction_of(name) or "min", is_share(name))
