"""What this machine can find out before a run starts: asked once, waited for by a fragment, shown when it is there."""

from collections.abc import Callable

import streamlit as st

from core.config import TrainConfig
from core.runs import Trial, TrialKind, TrialStatus
from core.services.bootstrap import shared_service
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

POLL_S = 1.0
_ASKED = "asked-trial"  # by kind: the configuration that this session asked about last


def known(kind: TrialKind, config: TrainConfig) -> Trial | None:
    """Return the trial about this as it is now; None where nobody has asked."""
    return shared_service().trials.find(kind, config)


def ask(kind: TrialKind, config: TrainConfig, *, again: bool = False) -> Trial:
    """Ask this now; again, where the answer was that it could not be found out.

    Raises:
        UserError: What the model needs is not chosen or missing.
    """
    st.session_state[f"{_ASKED}-{kind}"] = config
    return shared_service().trials.request(kind, config, again=again)


def ask_in_turn(kind: TrialKind, config: TrainConfig) -> Trial | None:
    """Ask this unless an earlier question of this session still waits for its answer.

    Somebody who looks at nine models in nine seconds leaves one question behind, not nine.
    """
    found = known(kind, config)
    if found is not None:
        return found
    before = st.session_state.get(f"{_ASKED}-{kind}")
    waits = known(kind, before) if before is not None else None
    return None if waits is not None and waits.status.is_active else ask(kind, config)


def watched(
    kind: TrialKind, config: TrainConfig, trial: Trial | None, show: Callable[[Trial], None], doing: str
) -> None:
    """Show an answer, or what is being done to find it; asks again only while it may still come.

    Args:
        kind: What is asked.
        config: About what.
        trial: How it is now; None before anybody could ask.
        show: Draws an answer that is there.
        doing: What is being done, in words.
    """
    active = trial is None or trial.status.is_active
    if not active and trial is not None:
        _ended(kind, config, trial, show)
        return
    st.fragment(_watch, run_every=POLL_S, key=f"trial-{kind}")(kind, config, doing)


def _watch(kind: TrialKind, config: TrainConfig, doing: str) -> None:
    with shown_errors():
        trial = ask_in_turn(kind, config)
        if trial is not None and not trial.status.is_active:
            st.rerun()  # the whole page: what was found out may change what else it shows
        st.markdown(f":primary[:material/progress_activity:] {plain(_waiting(trial, doing))}")


def _waiting(trial: Trial | None, doing: str) -> str:
    if trial is None:
        return f"{doing}: the last question is still being answered."
    if trial.status is TrialStatus.WAITING and trial.ahead:
        others = "1 other question" if trial.ahead == 1 else f"{trial.ahead} other questions"
        return f"{doing}: waits for {others}."
    return f"{doing}: {trial.note[:1].lower()}{trial.note[1:]} …" if trial.note else f"{doing} …"


def _ended(kind: TrialKind, config: TrainConfig, trial: Trial, show: Callable[[Trial], None]) -> None:
    if trial.status is TrialStatus.DONE:
        show(trial)
        return
    st.markdown(f":orange[:material/warning:] {plain(trial.reason or 'It could not be found out.')}")
    if st.button("Try again", key=f"again-{kind}", icon=":material/refresh:", type="tertiary"):
        with shown_errors():
            ask(kind, config, again=True)
            st.rerun()
