"""The live chart: a component that polls the JSON route without rerunning the page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import MetricSpec, TaskSpec
from pages.components.charts.external_charts import external_charts
from pages.components.widgets.addresses import base_url, library_urls

_HERE = Path(__file__).parent
DRAWING = (  # what every component that shows curves is made of
    "mounting.js", "curve_library.js", "number_text.js", "axis_fit.js", "line_join.js", "line_pointer.js",
    "line_chart.js", "chart_keys.js", "curve_points.js", "curve_lines.js", "curve_smoothing.js", "curve_drawing.js",
    "curve_tools.js", "near_screen.js",
)  # fmt: skip
_component = st.components.v2.component(
    "touchstone_curves",
    css=(_HERE / "curve_chart.css").read_text(),
    js="\n".join((_HERE / name).read_text() for name in (*DRAWING, "curve_detail.js", "curve_chart.js")),
    isolate_styles=False,  # in the document, where tests and benches find it
)


SMALL_ONES = 2  # charts: the loss and what is measured
LOSS_UNITS = {
    "label": "cross-entropy",
    "text": "cross-entropy per character",
    "number": "squared error (1: always the mean)",
}


# What says how training itself goes: key, title, what it means, unit.
ASIDE = (
    ("train/learning_rate", "Learning rate", "the size of the steps", ""),
    ("train/gradient_norm", "Gradient norm", "how strongly an example pulls", ""),
    ("train/examples_per_s", "Speed", "examples a second", "examples/s"),
    ("train/memory_mb", "Memory", "of the process, or of the GPU", "MB"),
    ("system/cpu_percent", "CPU", "by this run; 100 % is every core", "%"),
    ("system/memory_mb", "Memory (RAM)", "by this run", "MB"),
    ("system/gpu_percent", "GPU", "share of the time that it was busy", "%"),
    ("system/gpu_memory_mb", "Memory of the GPU", "taken, by all programs together", "MB"),
)


@dataclass(frozen=True)
class Line:
    """One curve of a chart."""

    key: str
    label: str
    color: str
    dash: str  # a second sign beside the colour
    name: str = ""  # how a sentence calls it: "Validation loss"


def curve_chart(run: Run, task: TaskSpec | None, *, is_small: bool = False) -> None:
    """Show the loss and the primary metric of a run, live while active.

    Args:
        run: The run.
        task: Its task; a run without one shows its logged curves.
        is_small: Whether only these two are shown, low and without tools, beside something else.
    """
    kept = None if run.status.is_active or task is None else shared_service().kept_step(run.id)
    data: dict[str, Any] = {
        "run": run.id,
        "attempt": run.attempt,  # another one tells a chart that has ended to ask again
        "active": run.status.is_active,
        "base": base_url(),
        "libraries": library_urls(),
        "label": "Learning curves",
        "steps_per_epoch": run.steps_per_epoch,
        "batch_size": run.config.batch_size if task else 0,  # unknown: the axis of examples is not offered
        "kept": kept,
        "charts": charts(task) if task else external_charts(shared_service().latest(run.id)),
        "small": is_small,
    }
    if is_small:
        data["charts"] = data["charts"][:SMALL_ONES]
    # Another chart is another component: it is built once.
    _component(
        key=f"curve{'' if is_small else 's'}-{run.id}-{sum(len(chart['lines']) for chart in data['charts'])}",
        data=data,
        on_ended_change=_seen,
    )
    if kept is not None and not is_small:
        st.caption(
            f"★ The weights that are kept, of step {kept:,}: the latest that are as good as the best, as far as the "
            "validation examples can tell."
        )


def _seen() -> None:
    """Rerun the page to show the result: the chart first notices a run's end."""


def charts(task: TaskSpec) -> list[dict[str, Any]]:
    """Return the charts of a task: loss, metrics, primary one first, and training diagnostics."""
    train, validation = (
        Line("train/loss", "Training", "blue", "solid", "Training loss"),
        Line("validation/loss", "Validation", "orange", "dash", "Validation loss"),
    )
    loss = _chart("Loss", "lower is better", LOSS_UNITS[task.output_kind], [train, validation], better="min")
    metrics = sorted((m for m in task.metrics if m.name != "loss"), key=lambda m: m.name != task.primary_metric)
    first, *others = map(_metric_chart, metrics)
    return [loss, first, *(other | {"aside": True} for other in others), *map(_aside, ASIDE)]


def _metric_chart(metric: MetricSpec) -> dict[str, Any]:
    percent = metric.unit == "percent"
    lines = [Line(f"validation/{metric.name}", "Validation", "orange", "dash", f"Validation {metric.in_a_sentence}")]
    if metric.name == "accuracy":
        lines.insert(0, Line("train/accuracy", "Training", "blue", "solid", "Training accuracy"))
    hint = "higher is better" if metric.direction == "max" else "lower is better"
    unit = "" if percent else metric.title
    return _chart(metric.title, hint, unit, lines, percent=percent, better=metric.direction)


def _aside(kind: tuple[str, str, str, str]) -> dict[str, Any]:
    key, title, hint, unit = kind
    chart = _chart(title, hint, unit, [Line(key, title, "blue", "solid", title)])
    return chart | {"aside": True, "said_unit": unit}


def _chart(
    title: str, hint: str, unit: str, lines: list[Line], *, percent: bool = False, better: str = ""
) -> dict[str, Any]:
    shown = [vars(line) for line in lines]
    return {"title": title, "hint": hint, "unit": unit, "percent": percent, "better": better, "lines": shown}
