"""Choice of the runs to compare: by search, link or suggestion."""

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.comparison.selection import FEWEST, MOST, Choice, choose, suggestions
from core.specs import TaskSpec
from pages.components.widgets.notices import empty_state
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.status_badge import badge_of
from pages.components.widgets.text import number, plain

PARAMETER = "runs"
MOST_SUGGESTED = 4  # data sets
_KEY, _ASKED = "compared-runs", "compared-in-url"


def chosen_runs() -> Choice:
    """Return the runs that the URL names."""
    return choose(shared_service(), st.query_params.get(PARAMETER, ""))


def picker(choice: Choice) -> None:
    """Ask which runs; the answer goes into the URL.

    Args:
        choice: What the URL names now.
    """
    service, asked = shared_service(), st.query_params.get(PARAMETER, "")
    known = {run.id: run for run in [*choice.runs, *service.runs()]}
    if _KEY not in st.session_state or st.session_state.get(_ASKED) != asked:
        st.session_state[_KEY], st.session_state[_ASKED] = [run.id for run in choice.runs], asked
    st.session_state[_KEY] = [run_id for run_id in st.session_state[_KEY] if run_id in known]
    tasks = service.tasks()
    if known:
        st.multiselect(
            f"Runs to compare ({FEWEST} to {MOST})", list(known), key=_KEY, max_selections=MOST, on_change=_picked,
            format_func=distinct(known, lambda run_id: _described(known[run_id], tasks)),
            placeholder="Search by name, model, data set or score",
        )  # fmt: skip
    for note in choice.notes:
        st.warning(plain(note), icon=":material/warning:")


def ask_for_more(chosen: Sequence[Run]) -> None:
    """Say what to do where there is nothing to compare yet."""
    runs = shared_service().runs()
    if len(runs) < FEWEST:
        empty_state(
            "compare_arrows", "Nothing to compare yet", "Train a model two ways, and see here which is better.",
            ("Train a model", "model_training", "train.py"),
        )  # fmt: skip
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.page_link("start.py", label="Try a demo", icon=":material/play_arrow:")
        return
    title = "Pick one more run" if chosen else "Which runs?"
    empty_state(
        "compare_arrows", title, f"Pick {FEWEST} to {MOST} above: their curves, scores and settings come side by side."
    )
    found = [one for one in suggestions(runs) if not chosen or one.dataset == chosen[0].config.dataset]
    if found:
        st.caption("Or compare:")
    with st.container(horizontal=True, key="suggestions"):
        for place, one in enumerate(found[:MOST_SUGGESTED]):
            kind: Literal["primary", "secondary"] = "secondary" if place else "primary"
            label = f"The last {len(one.runs)} on {plain(one.dataset)}"
            if st.button(label, key=f"suggest-{one.dataset}", type=kind, icon=":material/history:"):
                st.query_params[PARAMETER] = ",".join(run.id for run in one.runs)
                st.rerun()


def _picked() -> None:
    """Put what was picked into the URL, from which the page is drawn."""
    asked = ",".join(st.session_state[_KEY])
    st.session_state[_ASKED] = asked
    if asked:
        st.query_params[PARAMETER] = asked
    else:
        st.query_params.pop(PARAMETER, None)


def _described(run: Run, tasks: Mapping[str, TaskSpec]) -> str:
    """Return a run as the search shows and finds it."""
    parts = [run.name, run.config.model, run.config.dataset, run.project, run.origin]
    task = tasks.get(run.task)
    if task is not None and (score := run.test.get(task.primary_metric)) is not None:
        parts.append(number(task.metric(task.primary_metric), score.value))
    elif not run.test:
        parts.append(badge_of(run).word.lower())
    return " · ".join(part for part in dict.fromkeys(parts) if part)
