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
    "label": "The same validation examples at each evaluation. It never learns from them.",
    "number": "The same validation rows at each evaluation. It never learns from them.",
    "text": "A sample at each evaluation, always from the same words.",
}


def sample_predictions(run: Run, task: TaskSpec) -> None:
    """Show a run's sample predictions, live while it works, with a time slider.

    Args:
        run: The run; see `has_evaluation`.
        task: What it does.
    """
    st.header("What it writes" if task.output_kind == "text" else "Watch it learn", anchor=False)
    data = {
        "run": run.id,
        "attempt": run.attempt,  # another one tells a wall that has ended to ask again
        "base": base_url(),
        "text": task.output_kind == "text",
        "about": ABOUT[task.output_kind],
    }
    _component(key=f"wall-{run.id}", data=data)


def has_evaluation(run: Run) -> bool:
    """Check whether a run was trained here and has, or will have, an evaluation."""
    service = shared_service()
    if not run.is_own or run.status.is_active:
        return run.is_own
    return bool(read_evaluation_passes(service.folder(run.id))[1] or service.events(run.id, "sample"))
