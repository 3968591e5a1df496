"""The demos: one small button for each task, with the seconds that it takes."""

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.widgets.starting import one_key, start
from pages.components.widgets.text import plain


def demos() -> None:
    """Offer a demo of each task."""
    tasks = shared_service().tasks().values()
    with st.container(key="demos", gap="xsmall"):
        st.header("No data at hand? Train one of these now", anchor=False)
        with st.grid(len(tasks), min_column_width=165, gap="small"):
            for task in tasks:
                _demo(task)


def _demo(task: TaskSpec) -> None:
    service = shared_service()
    dataset, model = task.demo
    ready = model in service.models(task.name) and dataset in service.datasets(task.name)
    title = service.datasets()[dataset].title if ready else dataset
    with st.container(key=f"card-{task.name}", gap="xxsmall"):
        clicked = st.button(
            plain(title), key=f"demo-{task.name}", icon=f":material/{task.icon}:", width="stretch", disabled=not ready
        )
        st.caption(f"{task.title}, about {task.demo_seconds} s")
    key = one_key(f"demo-{task.name}", clicked)
    if clicked:
        start(service.demo_config(task.name), key)
