"""Run page tabs; only the open one, named in the URL, is computed."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.runs import Run
from pages.components.widgets.notices import shown_errors

PARAMETER, WIDGET = "tab", "run-tabs"
OF_MISTAKES = ("results", "cell", "alarm", "threshold", "false_alarm_cost", "miss_cost")  # in links to a mistake
_OPEN, _SEEN = "run-tab-open", "run-tab-seen"
Tabs = Mapping[str, Callable[[], None]]


def show_tabs(run: Run, tabs: Tabs, first: str) -> None:
    """Show tabs by name and draw the open one; switching redraws nothing else.

    Args:
        run: The run that the page is about.
        tabs: What each draws.
        first: Which is open where the address does not say.
    """
    st.fragment(_tabs, key="tabs")(run.id, tabs, first)


def _tabs(run_id: str, tabs: Tabs, first: str) -> None:
    usual = _usual(tabs, first)
    _read(run_id, tabs, usual)
    _write(run_id, usual)
    st.session_state[WIDGET] = st.session_state[_OPEN]
    for (_, draw), part in zip(tabs.items(), st.tabs(list(tabs), key=WIDGET, on_change=_choose), strict=True):
        if part.open:
            with part, shown_errors():
                draw()


def _choose() -> None:
    st.session_state[_OPEN] = st.session_state[WIDGET]


def _usual(tabs: Tabs, first: str) -> str:
    """Return the tab where the address names none; old links lead to mistakes."""
    if "Mistakes" in tabs and any(name in st.query_params for name in OF_MISTAKES):
        return "Mistakes"
    return first


def _read(run_id: str, tabs: Tabs, usual: str) -> None:
    """Open what the address names, where somebody else than a click has changed it."""
    address = st.query_params.get(PARAMETER)
    if st.session_state.get(_SEEN) != (run_id, address):
        st.session_state[_OPEN] = (address or usual).capitalize()
    if st.session_state[_OPEN] not in tabs:
        st.session_state[_OPEN] = usual


def _write(run_id: str, usual: str) -> None:
    """Name the open tab in the address, unless that leads to it already."""
    name, address = str(st.session_state[_OPEN]), st.query_params.get(PARAMETER)
    if name != (address or usual).capitalize():
        if name == usual:
            del st.query_params[PARAMETER]
        else:
            st.query_params[PARAMETER] = name.lower()
    st.session_state[_SEEN] = (run_id, st.query_params.get(PARAMETER))
