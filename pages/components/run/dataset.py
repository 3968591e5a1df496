"""The dataset version that a run was trained on, and any newer one."""

import streamlit as st

from core.errors import UnknownName
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs.dataset_types import DatasetEntry
from pages.components.widgets.text import plain


def run_data(run: Run) -> None:
    """Show a link to a run's data, and what has changed since."""
    name, mark = run.config.dataset, run.config.dataset_version
    try:
        entry = shared_service().dataset_service.entry(name)
    except UnknownName:
        st.caption(f":material/database: Its data set, {plain(name)}, is gone. What it learnt and its scores stay.")
        return
    if not mark:
        _link(entry.title, {"set": name})
        return
    known = [info.fingerprint for info in reversed(shared_service().dataset_service.versions(name))]  # the oldest first
    if mark not in known:
        _link(entry.title, {"set": name})
        st.caption("The version that it was trained on is gone. What it learnt and its scores stay.")
        return
    place = f", version {known.index(mark) + 1} of {len(known)}" if len(known) > 1 else ""
    _link(f"{entry.title}{place}", {"set": name, "version": mark})
    _since(run, entry, known)


def _link(label: str, query: dict[str, str]) -> None:
    st.page_link("data.py", label=f"Data: {plain(label)}", icon=":material/database:", query_params=query)


def _since(run: Run, entry: DatasetEntry, known: list[str]) -> None:
    """Show whether the dataset is in the trash, or another version in use."""
    if entry.deleted_at is not None:
        st.caption(":material/delete: The data set is in the trash. Restore it to train on it again.")
        return
    if entry.fingerprint == run.config.dataset_version:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="data-changed"):
        st.caption(
            f":material/history: The data has changed since: version {known.index(entry.fingerprint) + 1} is in use "
            "now, so these scores are about older rows.",
            width="content",
        )
        query = {"task": run.task, "data": entry.name, "model": run.config.model, "preset": run.config.preset}
        st.page_link(
            "train.py", label="Train on the version in use", icon=":material/model_training:", query_params=query
        )
