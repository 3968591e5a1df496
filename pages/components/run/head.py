"""Head of a run page: name, status, facts and actions."""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.run.actions import run_actions
from pages.components.run.external_run import external_facts, origin_chip
from pages.components.run.labels import run_labels
from pages.components.widgets.note import show_note
from pages.components.widgets.status_badge import badge_of, status_chip
from pages.components.widgets.tab_title import tab_title
from pages.components.widgets.text import ago, duration, plain


def run_head(run: Run) -> None:
    """Show name, status, actions, one line of facts, and any tags and note."""
    tab_title(run.name, "" if run.status.is_active else badge_of(run).word)
    with st.container(gap="xxsmall", key="head"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head-row"):
            st.title(plain(run.name), anchor=False, width="stretch")
            if not run.status.is_active:
                status_chip(run)
            with st.popover("", icon=":material/more_horiz:", help="Rename, note, tags, trash"):
                run_actions(run)
        st.caption("  ·  ".join(plain(part) for part in (_facts(run) if run.is_own else external_facts(run)) if part))
        if run.origin:  # below: beside it a phone leaves the name one letter a line
            origin_chip(run)
    run_labels(run)
    show_note(run.note)


def _facts(run: Run) -> list[str]:
    models, datasets = shared_service().models(), shared_service().datasets()
    model = models[run.config.model].title if run.config.model in models else run.config.model
    data = datasets[run.config.dataset].title if run.config.dataset in datasets else run.config.dataset
    facts = [
        f"{model} on {data}", run.config.preset, run.device, f"started {ago(run.first_started_at or run.created_at)}",
    ]  # fmt: skip
    if run.took_s is not None:
        facts.append(f"took {duration(run.took_s)}")
    if run.ended_early:
        facts.append(f"ended at step {run.steps:,} of {run.steps_total:,}")
    return facts
