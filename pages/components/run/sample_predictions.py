"""Sample predictions: a few validation examples, and the model's predictions during training.

The model never learns from these examples.
"""

from pathlib import Path

import streamlit as st

from core.evaluation.sample_predictions import read_evaluation_passes
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.widgets.addresses import base_url

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "touchstone_wall",
    css=(_HERE / "sample_predictions.css").read_text(),
    js="\n".join(
        (_HERE / name).read_text()
        for name in ("../charts/mounting.js", "sample_prediction_cards.js", "sample_predictions.js")
    ),
)

ABOUT = {
    "label": "The same few validation examples at every look. It never learns from them. Move to see how it learnt.",
    "number": "The same few validation rows at every look. It never learns from them. Move to see how it learnt.",
    "text": "A sample after every look at the validation text, always from the same words. Move to see how it learnt.",
}


def sample_predictions(run: Run, task: TaskSpec) -> None:
    """Show a run's sample predictions, live while it works, with a time slider.

    Args:
        run: The run; one that was not trained here has no wall, nor has one that ended before its first look.
        task: What it does.
    """
    if not run.is_own or not (run.status.is_active or _has_looks(run)):
        return
    st.header("What it writes" if task.output_kind == "text" else "Watch it learn", anchor=False)
    st.caption(ABOUT[task.output_kind])
    data = {
        "run": run.id,
        "attempt": run.attempt,  # another one tells a wall that has ended to ask again
        "base": base_url(),
        "text": task.output_kind == "text",
    }
    _component(key=f"wall-{run.id}", data=data)


def _has_looks(run: Run) -> bool:
    service = shared_service()
    return bool(read_evaluation_passes(service.folder(run.id))[1] or service.events(run.id, "sample"))
