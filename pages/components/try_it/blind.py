"""Blind mode: names are hidden, somebody votes, then they are told."""

import random
from collections.abc import Mapping, Sequence

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.contender_choice import ContenderChoice
from core.services.tried_inputs import TIE, TriedInputs
from pages.components.try_it.question import Question
from pages.components.widgets.text import plain

LETTERS = "AB"
PAIR = len(LETTERS)


def blind_switch(chosen: Sequence[ContenderChoice], place: str) -> bool:
    """Show the switch where there are two to compare; return whether names are hidden."""
    if len(chosen) != PAIR:
        return False
    return st.toggle("Hide who is who, and vote", key=f"blind-{place}")


def is_voting(chosen: Sequence[ContenderChoice], place: str) -> bool:
    """Return whether names are hidden still: what was kept would tell them."""
    question, voted = st.session_state.get(f"question-{place}"), st.session_state.get(f"voted-{place}")
    is_open = isinstance(question, Question) and (voted is None or voted[0] != question.number)
    return len(chosen) == PAIR and is_open and bool(st.session_state.get(f"blind-{place}"))


def blind_names(chosen: Sequence[ContenderChoice], number: int) -> Mapping[str, str]:
    """Return a letter for each, dealt anew for each question."""
    letters = list(LETTERS)
    random.Random(number).shuffle(letters)
    return {one.reference: letter for one, letter in zip(chosen, letters, strict=True)}


def vote_bar(question: Question, chosen: Sequence[ContenderChoice], names: Mapping[str, str], place: str) -> None:
    """Ask which answer is better; then tell who was who."""
    voted = st.session_state.get(f"voted-{place}")
    if voted is None or voted[0] != question.number:
        options = {names[one.reference]: one.reference for one in chosen}
        with st.container(horizontal=True, key=f"vote-{place}"):
            for letter in LETTERS:
                st.button(
                    f"{letter} is better", key=f"vote-{letter}-{place}", on_click=_vote,
                    args=(question, options[letter], place),
                )  # fmt: skip
            st.button("No difference", key=f"vote-tie-{place}", on_click=_vote, args=(question, TIE, place))
        return
    who = ", ".join(f"{names[one.reference]} is {plain(one.title)}" for one in chosen)
    st.markdown(f":material/how_to_vote: Thank you. {who}.")
    _tally(chosen)


def _vote(question: Question, vote: str, place: str) -> None:
    kept = st.session_state.get(f"kept-{place}")
    if kept and kept[0] == question.number and kept[1]:
        TriedInputs(shared_service()).vote(kept[1][0], vote)
    st.session_state[f"voted-{place}"] = (question.number, vote)


def _tally(chosen: Sequence[ContenderChoice]) -> None:
    first, second = chosen
    tally = TriedInputs(shared_service()).tally(first.reference, second.reference)
    if tally.share is None:
        st.caption(f"So far {tally.ties:,} without a difference.")
        return
    low, high = 100 * tally.share.ci_low, 100 * tally.share.ci_high
    tells = "" if low > 50 or high < 50 else " That does not tell them apart yet: go on voting."
    st.caption(
        f"So far {tally.first:,} for {plain(first.title)}, {tally.second:,} for {plain(second.title)}, "
        f"{tally.ties:,} without a difference. {plain(first.title)} is preferred in {100 * tally.share.value:.0f} % "
        f"(95 % interval {low:.0f} to {high:.0f} %).{tells}"
    )
