"""Message of the Train page for an unusable dataset in its URL."""

from collections.abc import Collection

import streamlit as st

from core.errors import UnknownName
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import was_changed

_MISSING = "missing-data"


def missing_data(task: TaskSpec, names: Collection[str]) -> None:
    """Show why the dataset in the URL is unavailable, until another is chosen.

    Args:
        task: The one that was chosen.
        names: The data sets that there are for it.
    """
    wanted = st.query_params.get("data", "")
    if wanted in names:
        forget_missing_data()
    elif wanted and was_changed("data"):
        st.session_state[_MISSING] = (wanted, task.name)
    name, of_task = st.session_state.get(_MISSING, ("", ""))
    if name and of_task == task.name:
        _say(name, task)


def forget_missing_data() -> None:
    """Another data set was chosen."""
    st.session_state.pop(_MISSING, None)


def _say(name: str, task: TaskSpec) -> None:
    service = shared_service()
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="missing-data"):
        try:
            entry = service.dataset_service.entry(name)
        except UnknownName:
            text = f"There is no data set {plain(name[:40])}, or not any more. Choose another one below."
            st.markdown(f":material/search_off: {text}", width="stretch")
            return
        title = plain(entry.title)
        if entry.deleted_at is not None:
            text = f":material/delete: {title} is in the trash. Restore it to train on it, or choose another one below."
            st.markdown(text, width="stretch")
            st.page_link("data.py", label="Open it", icon=":material/database:", query_params={"set": name})
            return
        other = service.tasks()[entry.task].title
        st.markdown(
            f":material/info: {title} is for another task: {plain(other)}. It cannot be used for {plain(task.title)}.",
            width="stretch",
        )
        query = {"task": entry.task, "data": name}
        st.page_link("train.py", label=other, icon=":material/model_training:", query_params=query)
