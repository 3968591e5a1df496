"""Follow-up runs: train longer, change and run again; and a run's origin."""

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from core.runs import CLONE, LONGER, NESTED, Run, RunStatus
from core.services.bootstrap import shared_service
from pages.components.run.family_graph import family_graph
from pages.components.run.run_again import again_link
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.starting import one_key
from pages.components.widgets.status_badge import badge_of
from pages.components.widgets.text import plain

_CAME = {LONGER: "Goes on from", CLONE: "Began with the settings of", NESTED: "A part of"}
_BECAME = {LONGER: "Trained longer as", CLONE: "Its settings were used again in", NESTED: "Its parts"}


def next_steps(run: Run) -> None:
    """Show the follow-ups of a run: more epochs, or a copy with other settings."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="next-steps", width="content"):
        if run.status is RunStatus.SUCCEEDED and run.can_train_longer:  # any other is resumed first
            with st.popover("Train longer", icon=":material/resume:", key="train-longer"):
                _longer_form(run)
        again_link(run, "Change and run again", {})


def _longer_form(run: Run) -> None:
    st.markdown("Goes on from what it has learnt, as a new run beside this one.")
    config = run.config
    passes = st.number_input("More epochs (passes over the data)", 1, 1000, config.epochs, key="longer-epochs")
    rate = st.number_input(
        "Learning rate", value=config.learning_rate, format="%g", key="longer-rate",
        help="A lower one refines what is there; the same one may first lose a little.",
    )  # fmt: skip
    clicked = st.button("Train longer", key="longer", type="primary", icon=":material/play_arrow:")
    key = one_key(f"longer-{run.id}", clicked)
    if clicked:
        with shown_errors():
            go_on_from(run, int(passes), float(rate), key)


def go_on_from(run: Run, epochs: int, learning_rate: float | None, key: str) -> NoReturn:
    """Queue a run that goes on from what another learnt, once, and show it.

    Args:
        run: The other.
        epochs: More passes over the data.
        learning_rate: None is the same, or a tenth where it broke down.
        key: From `one_key`.
    """
    new = shared_service().train_longer(run.id, epochs, learning_rate, key)
    st.switch_page("run.py", query_params={"run": new.id})


def lineage(run: Run) -> None:
    """Show where a run came from and what came from it."""
    family = shared_service().lineage(run.id)
    if not family.ancestors and not family.children:
        return
    with st.container(gap=None, key="lineage"):
        if family.ancestors:
            _relatives(_CAME.get(run.parent_kind, "Came from"), family.ancestors[-1:])
        for kind, said in _BECAME.items():
            _relatives(said, [child for child in family.children if child.parent_kind == kind])
    family_graph(run)


def _relatives(said: str, runs: Sequence[Run]) -> None:
    if not runs:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(f":material/account_tree: {said}", width="content")
        for other in runs:
            title = f"{plain(other.name)} ({badge_of(other).word.lower()})"
            st.page_link("run.py", label=title, query_params={"run": other.id})
