"""Blind mode: names are hidden, somebody votes, then they are told."""

import random
from collections.abc import Mapping, Sequence
from string import ascii_uppercase

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.contender_choice import ContenderChoice
from core.services.tried_inputs import TIE, TriedInputs
from core.specs import Score
from pages.components.try_it.question import Question
from pages.components.widgets.text import plain

PAIR = 2
HALF = 0.5


def can_be_blind(chosen: Sequence[ContenderChoice]) -> bool:
    """Return whether there is anything to compare."""
    return len(chosen) >= PAIR


def blind_switch(chosen: Sequence[ContenderChoice], place: str) -> bool:
    """Show the switch where there are several to compare; return whether names are hidden."""
    if not can_be_blind(chosen):
        return False
    return st.toggle("Hide who is who, and vote", key=f"blind-{place}")


def is_voting(chosen: Sequence[ContenderChoice], place: str) -> bool:
    """Return whether names are hidden still: what was kept would tell them."""
    question, voted = st.session_state.get(f"question-{place}"), st.session_state.get(f"voted-{place}")
    is_open = isinstance(question, Question) and (voted is None or voted[0] != question.number)
    return can_be_blind(chosen) and is_open and bool(st.session_state.get(f"blind-{place}"))


def blind_names(chosen: Sequence[ContenderChoice], number: int) -> Mapping[str, str]:
    """Return a letter for each, dealt anew for each question."""
    letters = list(ascii_uppercase[: len(chosen)])
    random.Random(number).shuffle(letters)
    return {one.reference: letter for one, letter in zip(chosen, letters, strict=True)}


def vote_bar(question: Question, chosen: Sequence[ContenderChoice], names: Mapping[str, str], place: str) -> None:
    """Ask which answer is best; then tell who was who."""
    voted = st.session_state.get(f"voted-{place}")
    if voted is None or voted[0] != question.number:
        options = {names[one.reference]: one.reference for one in chosen}
        word = "better" if len(chosen) == PAIR else "best"
        with st.container(horizontal=True, key=f"vote-{place}"):
            for letter in sorted(options):
                st.button(
                    f"{letter} is {word}", key=f"vote-{letter}-{place}", on_click=_vote,
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
    tally = TriedInputs(shared_service()).tally([one.reference for one in chosen])
    if not tally.shares:
        st.caption(f"So far {tally.ties:,} without a difference.")
        return
    lines = [
        f"- {plain(one.title)}: {_preferred(tally.shares[one.reference], tally.votes[one.reference])}"
        for one in sorted(chosen, key=lambda one: -tally.votes[one.reference])
    ]
    has_won = any(share.ci_low > HALF for share in tally.shares.values())
    tells = "" if has_won else " Nobody clearly has more than half of the votes yet: go on voting."
    st.markdown("\n".join([f"So far {sum(tally.votes.values()):,} preferred one.", "", *lines]))
    st.caption(f"{tally.ties:,} without a difference.{tells}")


def _preferred(share: Score, votes: int) -> str:
    low, high = 100 * share.ci_low, 100 * share.ci_high
    return f"{votes:,}, {100 * share.value:.0f} % (95 % interval {low:.0f} to {high:.0f} %)"
