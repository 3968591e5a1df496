"""The next step after a run, and the one button that does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.evaluation.next_step.situation import NextStep
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.run.next_runs import go_on_from
from pages.components.run.run_again import again_link
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.starting import one_key
from pages.components.widgets.text import plain, value


@dataclass(frozen=True)
class StepButton:
    """Something to press that leads to an advised action.

    Args:
        label: What it says; empty where there is nothing to press.
        page: Where it leads to; empty for a run.
        settings: Of a new run; with a model, that run begins with the settings of that model.
        more_epochs: By which this run is trained longer.
        key: Unique on the page.
        query: Of the page's address.
    """

    label: str
    page: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    more_epochs: int = 0
    key: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


def next_step(run: Run, step: NextStep) -> None:
    """Show the one action that is advised, and its likely gain."""
    st.markdown(f"**Next: {plain(step.action)}.** {plain(step.gain)}")
    page, query = step.page, {}
    if step.run:
        page, query = "run.py", {"run": step.run}
    elif step.page == "try_it.py":
        query = {"run": f"{run.id}+{step.baseline}" if step.baseline else run.id}
    elif step.page == "data.py":
        query = {"set": run.config.dataset, "run": run.id}
    step_button(run, StepButton(step.button, page, step.settings, step.more_epochs, f"next-{step.code}", query))


def step_button(run: Run, step: StepButton) -> None:
    """Show an action: a link to a page or run settings, or a start."""
    if not step.label:
        return
    if step.page:
        st.page_link(step.page, label=plain(step.label), icon=":material/arrow_forward:", query_params=step.query)
    elif step.more_epochs:
        _longer(run, step)
    elif "model" in step.settings:
        if run.config.dataset in shared_service().datasets(run.task):
            query = {"task": run.task, "data": run.config.dataset, "model": str(step.settings["model"])}
            st.page_link("train.py", label=plain(step.label), icon=":material/tune:", query_params=query)
    else:
        again_link(run, step.label, {name: value(chosen) for name, chosen in step.settings.items()})


def _longer(run: Run, step: StepButton) -> None:
    if not run.can_train_longer:
        return
    clicked = st.button(step.label, key=step.key, icon=":material/resume:")
    key = one_key(f"{step.key}-{run.id}", clicked)
    if clicked:
        with shown_errors():
            go_on_from(run, step.more_epochs, None, key)
