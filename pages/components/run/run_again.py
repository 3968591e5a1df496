"""Change and run again: a run's settings on the Train page, trained from scratch."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import RunNotFound, TouchstoneError
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.widgets.text import plain

CLONED_FROM = "from"  # in the address of the Train page: the run whose settings it begins with


def again_link(run: Run, label: str, changes: Mapping[str, str]) -> None:
    """Show a link to the Train page with a run's settings, some changed."""
    service = shared_service()
    if run.config.model not in service.models(run.task) or run.config.dataset not in service.datasets(run.task):
        return
    try:
        query = _of_another_model(run) if "model" in changes else again_query(run)
    except TouchstoneError:  # a setting of it is not what it was: there is nothing to begin with
        return
    st.page_link("train.py", label=label, icon=":material/tune:", query_params=query | dict(changes))


def _of_another_model(run: Run) -> dict[str, str]:
    """Return a run's query for another model, without its settings."""
    config = run.config
    return {"task": config.task, "data": config.dataset, "preset": config.preset, CLONED_FROM: run.id}


def again_query(run: Run) -> dict[str, str]:
    """Return the query of the Train page that shows the settings of a run."""
    config, service = shared_service().clone_config(run.id), shared_service()
    usual = service.preset_values(config.model, config.preset, config.task)
    values = {**config.params, **config.model_dump(mode="json")}
    chosen = {
        name: _in_url(values[name]) for name, preset in usual.items() if name in values and values[name] != preset
    }
    names = {"task": config.task, "data": config.dataset, "model": config.model, "preset": config.preset}
    return names | chosen | {CLONED_FROM: run.id}


def _in_url(value: Any) -> str:
    """Return a value as Streamlit writes it into an address."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def cloned_from() -> str:
    """Return the id of the run whose settings the URL holds, or ""."""
    try:
        return shared_service().run(st.query_params.get(CLONED_FROM, "")).id
    except RunNotFound:
        return ""


def clone_notice() -> None:
    """Say whose settings these are."""
    if not (run_id := cloned_from()):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="cloned"):
        name = plain(shared_service().run(run_id).name)
        st.markdown(f":material/content_copy: The settings of {name}. Change what you like.", width="stretch")
        st.page_link("run.py", label="Show that run", icon=":material/show_chart:", query_params={"run": run_id})
        if st.button("", key="forget-clone", icon=":material/close:", help="It is a run of its own", type="tertiary"):
            del st.query_params[CLONED_FROM]
            st.rerun()
