"""Preflight trials of a configuration: requested once, awaited by a fragment, shown when ready."""

from collections.abc import Callable

import streamlit as st

from core.runs import Preflight, PreflightKind, PreflightStatus
from core.services.bootstrap import shared_service
from core.specs.config import TrainConfig
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

POLL_S = 1.0
_ASKED = "asked-trial"  # by kind: the configuration that this session asked about last


def known(kind: PreflightKind, config: TrainConfig) -> Preflight | None:
    """Return the trial about this as it is now; None where nobody has asked."""
    return shared_service().preflights.find(kind, config)


def ask(kind: PreflightKind, config: TrainConfig, *, again: bool = False) -> Preflight:
    """Request a trial now, again if the last one had no answer.

    Raises:
        UserError: What the model needs is not chosen or missing.
    """
    st.session_state[f"{_ASKED}-{kind}"] = config
    return shared_service().preflights.request(kind, config, again=again)


def ask_in_turn(kind: PreflightKind, config: TrainConfig) -> Preflight | None:
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
    kind: PreflightKind, config: TrainConfig, preflight: Preflight | None, show: Callable[[Preflight], None], doing: str
) -> None:
    """Show an answer, or the progress towards it, refreshing while it may come.

    Args:
        kind: What is asked.
        config: About what.
        preflight: How it is now; None before anybody could ask.
        show: Draws an answer that is there.
        doing: What is being done, in words.
    """
    active = preflight is None or preflight.status.is_active
    if not active and preflight is not None:
        _ended(kind, config, preflight, show)
        return
    st.fragment(_watch, run_every=POLL_S, key=f"trial-{kind}")(kind, config, doing)


def _watch(kind: PreflightKind, config: TrainConfig, doing: str) -> None:
    with shown_errors():
        preflight = ask_in_turn(kind, config)
        if preflight is not None and not preflight.status.is_active:
            st.rerun()  # the whole page: what was found out may change what else it shows
        st.markdown(f":primary[:material/progress_activity:] {plain(_waiting(preflight, doing))}")


def _waiting(preflight: Preflight | None, doing: str) -> str:
    if preflight is None:
        return f"{doing}: the last question is still being answered."
    if preflight.status is PreflightStatus.WAITING and preflight.ahead:
        others = "1 other question" if preflight.ahead == 1 else f"{preflight.ahead} other questions"
        return f"{doing}: waits for {others}."
    return f"{doing}: {preflight.note[:1].lower()}{preflight.note[1:]} …" if preflight.note else f"{doing} …"


def _ended(kind: PreflightKind, config: TrainConfig, preflight: Preflight, show: Callable[[Preflight], None]) -> None:
    if preflight.status is PreflightStatus.DONE:
        show(preflight)
        return
    st.markdown(f":orange[:material/warning:] {plain(preflight.reason or 'It could not be found out.')}")
    if st.button("Try again", key=f"again-{kind}", icon=":material/refresh:", type="tertiary"):
        with shown_errors():
            ask(kind, config, again=True)
            st.rerun()
