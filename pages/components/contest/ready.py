"""A contest whose trial is done: its prompts, its price, its start."""

import pandas as pd
import streamlit as st

from core.contest.endpoints import Endpoint
from core.contest.plan import FEWEST_ROWS, Trial, size_of
from core.services.contests.contests import Contests, sent_in_words
from core.services.contests.in_words import cost_in_words, trial_in_words
from core.services.contests.progress import ContestProgress
from pages.components.contest.progress import dismiss
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.sample_text import sample_text
from pages.components.widgets.text import duration, plain


def ready_card(contests: Contests, now: ContestProgress) -> None:
    """Show what a trial found, and ask for the number of test rows."""
    endpoint = Endpoint(**contests.request_of(now.id)["endpoint"])
    st.markdown(f":green[:material/labs:] **{plain(now.name)}** was tried on validation rows")
    chosen = _chosen(now)
    trial = now.tried[chosen]
    with st.expander("Prompt and answers of the trial", icon=":material/description:", key=f"tried-{now.id}"):
        _looked_at(trial)
    count = int(
        st.number_input(
            "Test rows to ask", min(FEWEST_ROWS, now.test_rows), now.test_rows, now.test_rows, key=f"rows-{now.id}",
            help=f"The test split has {now.test_rows:,}. A sample is always the same rows; more narrow the interval.",
        )
    )  # fmt: skip
    _size(trial, endpoint, count, now)
    sent = sent_in_words(count, "test", trial.shots)
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Ask {count:,} test rows" if endpoint.is_local else f"Send {sent} to {endpoint.host}"
        if st.button(label, key=f"confirm-{now.id}", icon=":material/send:"):
            with shown_errors():
                contests.confirm(now.id, rows=count, chosen=chosen, confirmed_host=endpoint.host)
                st.rerun()
        dismiss(contests, now.id)


def _chosen(now: ContestProgress) -> int:
    if len(now.tried) == 1:
        st.caption(plain(trial_in_words(now.tried[0])))
        return 0
    return int(
        st.radio(
            "Prompt, the best on validation first", range(len(now.tried)), key=f"prompt-{now.id}",
            format_func=lambda place: plain(trial_in_words(now.tried[place])),
        )
        or 0
    )  # fmt: skip


def _looked_at(trial: Trial) -> None:
    sample_text(trial.prompt)
    rows = [
        {"Row": one.row, "Expected": one.expected, "Answered": one.answered, "Right": one.is_right}
        for one in trial.answers
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")


def _size(trial: Trial, endpoint: Endpoint, count: int, now: ContestProgress) -> None:
    """Show what so many test rows take and buy."""
    size = size_of(trial, endpoint, count, now.parallel)
    with st.grid(4, min_column_width=190):  # as wide as "±13.5 points" in a narrow column
        st.metric(
            "Shares known to" if trial.is_written else "Score known to",
            f"±{100 * size.half_width:.1f} points",
            border=True,
            help="95 % interval.",
        )
        note = (
            "Read and written, as counted in the trial." if trial.counted else "Guessed from the length of the texts."
        )
        st.metric("Tokens", f"{size.tokens:,}", border=True, help=note)
        cost = cost_in_words(size.money, endpoint.currency) if endpoint.has_price else "Not stated"
        priced = f"At the price of {endpoint.priced_on}." if endpoint.has_price else "No price was typed in."
        st.metric("Cost", cost, border=True, help=priced)
        st.metric("Time, about", duration(size.seconds), border=True, help=f"{now.parallel} requests at once.")
