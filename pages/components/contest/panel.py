"""Language models beside a run or a data set."""

from functools import partial

import streamlit as st

from core.contest.results import ContestResult
from core.errors import UserError
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.contests.contests import Contests
from core.services.contests.progress import ContestProgress
from core.services.contests.rows import check_task
from pages.components.contest.progress import ended_card, working_card
from pages.components.contest.ready import ready_card
from pages.components.contest.result import result_card
from pages.components.contest.start_form import start_form
from pages.components.widgets.lazy_expander import folded
from pages.components.widgets.notices import shown_errors

REFRESH_S = 1.0
QUESTION = "Would it be enough to ask a language model?"


def contest_panel(dataset: str, task: str, run: Run | None = None) -> None:
    """Show what language models do on the test rows; offer to ask one.

    Args:
        dataset: Its name.
        task: Of the data set.
        run: Beside which they are asked; None for the data set alone.
    """
    try:
        check_task(task)
    except UserError:  # there is nothing to ask one about
        return
    st.header("Language models", anchor=False)
    contests = Contests(shared_service())
    known = _of(contests, dataset, run)
    working = {one.id for one in known if one.is_working}
    every = REFRESH_S if working else None
    st.fragment(_contests, run_every=every, key="contests")(dataset, run, working)
    folded(QUESTION, partial(start_form, contests, dataset, task, run), key="contest-start", icon=":material/forum:")


def _of(contests: Contests, dataset: str, run: Run | None) -> list[ContestProgress]:
    if run:
        return contests.entries(run=run.id)
    head = shared_service().dataset_service.head(dataset)
    return [one for one in contests.entries(dataset=dataset) if not one.run and one.fingerprint == head]


def _contests(dataset: str, run: Run | None, were_working: set[str]) -> None:
    """Show contests while they go on; rerun the page when one has ended."""
    with shown_errors():
        contests = Contests(shared_service())
        known = _of(contests, dataset, run)
        if were_working != {one.id for one in known if one.is_working}:
            st.rerun()
        for one in known:
            if one.state != "done":
                with st.container(border=True, gap="small", key=f"contest-{one.id}"):
                    _card(contests, one)
        found = contests.results_of_run(run.id) if run else _results(contests, known)
        for result in found:
            with st.container(border=True, gap="small", key=f"contest-result-{result.id}"):
                result_card(contests, result, run)


def _results(contests: Contests, known: list[ContestProgress]) -> list[ContestResult]:
    results = (contests.result(one.id) for one in known if one.state == "done")
    return [one for one in results if one is not None]


def _card(contests: Contests, now: ContestProgress) -> None:
    if now.is_working:
        working_card(contests, now)
    elif now.state == "ready":
        ready_card(contests, now)
    else:
        ended_card(contests, now)
