"""The example on Start: a finished run whose answers play."""

from pathlib import Path

import streamlit as st

from core.evaluation.target_status import TargetResult
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.widgets.addresses import base_url
from pages.components.widgets.status_badge import target_chip
from pages.components.widgets.text import duration, number, plain

_HERE = Path(__file__).parent
_PIECES = (
    _HERE.parent / "charts" / "mounting.js",
    _HERE.parent / "run" / "sample_prediction_cards.js",
    _HERE / "example_player.js",
)
_STYLES = (_HERE.parent / "run" / "sample_predictions.css", _HERE / "example_player.css")
_component = st.components.v2.component(
    "touchstone_example",
    css="\n".join(file.read_text() for file in _STYLES),
    js="\n".join(file.read_text() for file in _PIECES),
)


def example() -> None:
    """Show the example; nothing once somebody deleted it."""
    service = shared_service()
    run = service.example()
    task = service.tasks().get(run.task) if run else None
    if run is None or task is None:
        return
    with st.container(border=True, key="example"):
        facts, answers = st.columns([1, 2.1], gap="large", vertical_alignment="center")
        with facts, st.container(gap="small"):
            _facts(run, task, service.targets.result(run))
        with answers:
            _component(key="example-wall", data={"run": run.id, "base": base_url()})


def _facts(run: Run, task: TaskSpec, result: TargetResult | None) -> None:
    datasets, metric = shared_service().datasets(), task.metric(task.primary_metric)
    data = datasets[run.config.dataset].title if run.config.dataset in datasets else run.config.dataset
    st.header(f"A real result: {plain(data[:1].lower() + data[1:])}", anchor=False)
    st.metric(f"Right on {task.noun}s that it had never seen", number(metric, run.test[metric.name].value))
    if result is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"Wanted: {plain(result.target.amount)}", width="content")
            target_chip(result)
    strongest = max(scores[metric.name].value for scores in run.baselines.values())
    st.markdown(f"Best baseline: {number(metric, strongest)}")
    st.caption(f"Trained in {duration(run.took_s)} on {plain(run.device)}. An example that comes with Touchstone.")
    st.page_link("try_it.py", label="Try it", icon=":material/science:", query_params={"run": run.id})
    st.page_link("run.py", label="See the whole result", icon=":material/arrow_forward:", query_params={"run": run.id})
