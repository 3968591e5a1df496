"""Curves of several runs in one chart: selection, axis and smoothing.

A component draws and updates them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from core.formatting import sentence_case
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import MetricSpec
from pages.components.charts.curve_chart import DRAWING, LOSS_UNITS
from pages.components.charts.curve_names import unique_names
from pages.components.compare.sentences import Looks
from pages.components.widgets.addresses import base_url, library_urls
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.text import plain
from pages.components.widgets.url_lists import read_list, write_list
from pages.components.widgets.url_state import chosen_place, read_choice, write_choice

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "touchstone_comparison",
    css="\n".join((_HERE / name).read_text() for name in ("../charts/curve_chart.css", "compare_chart.css")),
    js="\n".join(
        (_HERE / name).read_text()
        for name in (*(f"../charts/{name}" for name in DRAWING), "compare_drawing.js", "compare_chart.js")
    ),
    isolate_styles=False,  # as the chart of one run, whose words it uses
)
MOST_CURVES = 6  # charts at once
HIDDEN = "hide"  # in the address: ids of the runs whose lines are switched off
ALONG = {"step": "Step", "run": "Step of the run", "pass": "Epoch", "time": "Time"}
SMOOTH = {"0": "Off", "0.6": "Light", "0.9": "Strong", "0.97": "Very strong"}
PARTS = {"train": "training", "validation": "validation", "test": "test", "val": "validation", "eval": "validation"}
FIRST = ("validation/loss", "train/loss")  # after the metric that decides


@dataclass(frozen=True)
class Curve:
    """A curve that some runs have."""

    key: str
    title: str
    unit: str
    percent: bool
    direction: str  # "max", "min"; empty where neither is better
    count: int  # of runs that have it


def compared_curves(runs: Sequence[Run], styles: Looks, *, same_data: bool) -> None:
    """Show curves of the runs, one above the other.

    Args:
        runs: The runs.
        styles: Of the runs.
        same_data: Whether all learn the same from the same data version, so that one may be called better.
    """
    st.header("Curves", anchor=False)
    curves = curves_of(runs)
    if not curves:
        st.caption("None of these runs has a curve yet. The first points appear a few seconds after a run starts.")
        return
    keys = list(curves)
    usual = keys[:2]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        read_list("metric", keys, usual)
        chosen = st.multiselect(
            "Curves", keys, key="metric", max_selections=MOST_CURVES, width=380,
            format_func=distinct(keys, lambda key: _with_count(curves[key], len(runs))),
        )  # fmt: skip
        write_list("metric", usual)
        along, smooth = _choice("X axis", "along", ALONG), _choice("Smoothing", "smooth", SMOOTH)
        read_choice("log", ("on",), None)
        log = st.pills("Scale", ["on"], key="log", format_func=lambda _: "Log scale", label_visibility="collapsed")
        write_choice("log", None)
    if not chosen:
        st.caption("Choose a curve to see it.")
        return
    data = {
        "runs": [_described(run, styles) for run in runs],
        "curves": [vars(curves[key]) for key in chosen],
        "along": along, "same_data": same_data, "smoothing": float(smooth), "log": log == "on",
        "hidden": [run_id for run_id in st.query_params.get(HIDDEN, "").split(",") if run_id],
        "base": base_url(), "libraries": library_urls(),
    }  # fmt: skip
    _component(key="compared-curves", data=data, on_hidden_change=_hide)


def _hide() -> None:
    """Keep in the address which lines are switched off."""
    hidden = st.session_state["compared-curves"].get("hidden") or []
    if hidden:
        st.query_params[HIDDEN] = ",".join(map(str, hidden))
    else:
        st.query_params.pop(HIDDEN, None)


def curves_of(runs: Sequence[Run]) -> dict[str, Curve]:
    """Return the curves of the runs: shared ones first, primary metric before losses."""
    service = shared_service()
    tasks = [service.tasks()[name] for name in dict.fromkeys(run.task for run in runs) if name in service.tasks()]
    metrics = {metric.name: metric for task in tasks for metric in task.metrics}
    first = [*(f"validation/{task.primary_metric}" for task in tasks), *FIRST]
    kinds = {task.output_kind for task in tasks} if all(run.task for run in runs) else set()
    unit = LOSS_UNITS[kinds.pop()] if len(kinds) == 1 else "loss"
    counts = Counter(key for run in runs for key in service.latest(run.id))

    def order(key: str) -> tuple[int, int, str]:
        return -counts[key], first.index(key) if key in first else len(first), key

    curves = {key: _curve(key, metrics, unit, counts[key]) for key in sorted(counts, key=order)}
    names = unique_names(curves, lambda key, parts: curves[key].title if parts == 1 else _path(key, parts))
    return {key: replace(curve, title=names[key]) for key, curve in curves.items()}


def _path(key: str, parts: int) -> str:
    """Return the end of a name as it was logged: `generator/loss, training`."""
    part, _, name = key.partition("/")
    end = "/".join((name if part in PARTS else key).split("/")[-parts:])
    return f"{end}, {PARTS[part]}" if part in PARTS else end


def _curve(key: str, metrics: Mapping[str, MetricSpec], loss_unit: str, count: int) -> Curve:
    part, _, name = key.partition("/")
    if part not in PARTS:  # of a run from elsewhere, or a single word
        part, name = "", key
    metric, of = metrics.get(name), f", {PARTS[part]}" if part in PARTS else ""
    if name.rpartition("/")[2] in ("loss", "nll"):
        return Curve(key, f"Loss{of}", loss_unit, False, "min", count)
    if metric is None:
        title = name.rpartition("/")[2].replace("_", " ")
        return Curve(key, f"{sentence_case(title)}{of}", title, False, "", count)
    percent, title = metric.unit == "percent", metric.title.partition(" (")[0]
    return Curve(key, f"{title}{of}", "" if percent else metric.title, percent, metric.direction, count)


def _with_count(curve: Curve, runs: int) -> str:
    return curve.title if curve.count == runs else f"{curve.title} ({curve.count} of {runs} runs)"


def _choice(label: str, key: str, titles: Mapping[str, str]) -> str:
    options = list(titles)
    read_choice(key, options, options[0])
    st.selectbox(
        label, options, chosen_place(options, key), key=key, width=170, format_func=lambda name: plain(titles[name])
    )
    write_choice(key, options[0])
    return str(st.session_state[key])


def _described(run: Run, styles: Looks) -> dict[str, Any]:
    style = styles[run.id]
    return {
        "id": run.id, "name": style.name, "colors": list(style.colors), "dash": style.dash, "symbol": style.symbol,
        "live": run.status.is_active, "attempt": run.attempt,
        "steps_per_epoch": run.steps_per_epoch if run.is_own else 0,
        "began": run.first_started_at.timestamp() if run.first_started_at else 0,
        "pauses": run.pauses,
    }  # fmt: skip
