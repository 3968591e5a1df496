"""Would more labels help? A job beside the run, its progress, and its curve."""

import streamlit as st

from core.evaluation.more_labels import more_labels
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.labels_curve import MORE_TEXT, LabelsCurveJobs, LabelsCurveProgress
from core.specs import MetricSpec, TaskSpec
from core.statistics.labels_curve import LabelsCurve
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import duration, number, plain

HEIGHT, REFRESH_S = 280, 2.0
DASHES = {"baseline": "dash", "model": "solid"}
SYMBOLS = {"baseline": "diamond", "model": "circle"}


def labels_curve(run: Run, task: TaskSpec) -> None:
    """Show whether more labels would help, or offer to find out."""
    jobs = LabelsCurveJobs(shared_service())
    if why := jobs.why_not(run):
        if why == MORE_TEXT:
            st.header("Would more text help?", anchor=False)
            st.caption(plain(why))
        return
    st.header("Would more labels help?", anchor=False)
    working = (now := jobs.progress(run.id)) is not None and now.state == "working"
    st.fragment(_panel, run_every=REFRESH_S if working else None, key="labels-curve")(run.id, task, working)


def _panel(run_id: str, task: TaskSpec, was_working: bool) -> None:
    jobs = LabelsCurveJobs(shared_service())
    now, result = jobs.progress(run_id), jobs.result(run_id)
    if was_working != (now is not None and now.state == "working"):
        st.rerun()
    if now is not None and now.state == "working":
        _progress(jobs, now)
        return
    if now is not None and now.state == "failed":
        st.error(plain(now.message), icon=":material/error:")
    curves = dict(result.curves) if result is not None else {}
    for curve in curves.values():
        st.markdown(f"**{plain(more_labels(curve, task.metric(curve.metric)))}** {plain(_whose(curve))}")
    if curves:
        _chart(run_id, list(curves.values()), task.metric(task.primary_metric))
    else:
        st.caption("The best baseline is fitted to 10, 25, 50 and 100 % of the training rows, five times each.")
    with st.container(horizontal=True):
        if "baseline" not in curves:
            _start(jobs, run_id, "Find out", model=False)
        if "model" not in curves:
            _start(jobs, run_id, "With its model too", model=True)


def _whose(curve: LabelsCurve) -> str:
    return f"({'its model' if curve.kind == 'model' else curve.name})"


def _start(jobs: LabelsCurveJobs, run_id: str, label: str, *, model: bool) -> None:
    help_text = "It trains the model ten more times, on parts of the rows: about five trainings." if model else None
    if st.button(label, key=f"labels-curve-{label}", icon=":material/query_stats:", help=help_text):
        with shown_errors():
            jobs.start(run_id, model=model)
            st.rerun()


def _progress(jobs: LabelsCurveJobs, now: LabelsCurveProgress) -> None:
    left = f", about {duration(now.time_left_s)} left" if now.time_left_s is not None else ""
    st.progress(now.done / now.total if now.total else 0.0, text=plain(f"{now.stage}{left}"))
    if st.button("Stop", key="labels-curve-stop", icon=":material/stop:"):
        jobs.cancel(now.id)
        st.rerun()


def _chart(run_id: str, curves: list[LabelsCurve], metric: MetricSpec) -> None:
    palette, scale = colors(), 100 if metric.unit == "percent" else 1
    lines = [
        {
            "type": "scatter", "mode": "lines+markers", "name": "Model" if curve.kind == "model" else curve.name,
            "x": [p.rows for p in curve.points], "y": [p.value * scale for p in curve.points],
            "line": {"color": palette.accent if curve.kind == "model" else palette.muted, "dash": DASHES[curve.kind]},
            "marker": {"size": 9, "symbol": SYMBOLS[curve.kind]},
            "error_y": {
                "type": "data", "array": [(p.high - p.value) * scale for p in curve.points],
                "arrayminus": [(p.value - p.low) * scale for p in curve.points], "thickness": 2, "width": 6,
            },
            "hovertemplate": "%{x:,} rows: %{y:.4g}<extra></extra>",
        }
        for curve in curves
    ]  # fmt: skip
    rows = [p.rows for p in curves[0].points]
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True}
    figure = {
        "data": lines,
        "layout": figure_layout(HEIGHT)
        | {
            "showlegend": len(lines) > 1, "legend": {"orientation": "h", "y": 1.2, "x": 0},
            "xaxis": {
                **axis, "type": "log", "tickvals": rows, "ticktext": [f"{n:,}" for n in rows],
                "title": {"text": "Training rows", "standoff": 8, "font": {"size": 13}},
            },
            "yaxis": {
                **axis, "nticks": 6, "ticksuffix": " %" if metric.unit == "percent" else "",
                "title": {"text": metric.title, "standoff": 8, "font": {"size": 13}},
            },
        },
    }  # fmt: skip
    said = "; ".join(
        f"{curve.name}: " + ", ".join(f"{p.rows:,} rows {number(metric, p.value)}" for p in curve.points)
        for curve in curves
    )
    figure_chart(figure, key=f"labels-curve-{run_id}", alt=f"{metric.title} by training rows. {said}")
    st.caption(
        "The same test rows for all, several draws of each size, 95 % intervals. Carried on by a power law (Cortes et "
        "al. 1993; Hestness et al. 2017); the field calls this a learning curve."
    )
