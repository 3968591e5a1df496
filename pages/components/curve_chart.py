"""The live chart: one component that asks the JSON route itself, so that a new point costs no rerun of the page."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import streamlit as st

from core.runs import Run
from core.specs import TaskSpec

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "touchstone_curves",
    css=(_HERE / "curve_chart.css").read_text(),
    js="\n".join((_HERE / name).read_text() for name in ("curve_drawing.js", "curve_chart.js")),
    isolate_styles=False,  # Plotly puts its own styles into the document
)


LOSS_UNITS = {"label": "nats", "text": "nats per character", "number": "squared error (1: always the mean)"}


@dataclass(frozen=True)
class Line:
    """One curve of a chart."""

    key: str
    label: str
    color: str
    dash: str  # a second sign beside the colour


def curve_chart(run: Run, task: TaskSpec) -> None:
    """Show the loss and the deciding metric of a run, live while it is active."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    data = {
        "run": run.id,
        "attempt": run.attempt,  # another one tells a chart that has ended to ask again
        "base": f"/{base}" if base else "",
        "plotly": f"{'/' + base if base else ''}/assets/plotly-{version('plotly')}.min.js",
        "label": "Learning curves",
        "charts": charts(task),
    }
    _component(key=f"curves-{run.id}", data=data)


def charts(task: TaskSpec) -> list[dict[str, Any]]:
    """Return what to draw for a task: its loss, and the metric that says most beside it."""
    train, validation = (
        Line("train/loss", "Training", "blue", "solid"),
        Line("validation/loss", "Validation", "orange", "dash"),
    )
    unit = LOSS_UNITS[task.output_kind]
    loss = {
        "title": "Loss",
        "hint": "lower is better",
        "unit": unit,
        "percent": False,
        "lines": [vars(train), vars(validation)],
    }
    metric = next((m for m in task.metrics if m.name == task.primary_metric and m.name != "loss"), task.metrics[1])
    line = Line(f"validation/{metric.name}", "Validation", "orange", "dash")
    second = {
        "title": metric.title,
        "hint": "higher is better" if metric.direction == "max" else "lower is better",
        "unit": "" if metric.unit == "percent" else metric.title,
        "percent": metric.unit == "percent",
        "lines": [vars(line)],
    }
    return [loss, second]
