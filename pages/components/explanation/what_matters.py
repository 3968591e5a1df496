"""What matters over a whole test split: measured on demand and kept."""

from html import escape
from typing import Any

import numpy as np
import streamlit as st

from core.errors import TouchstoneError
from core.evaluation.run_result import short
from core.evaluation.what_matters import Importance, WhatMatters, kept_what_matters
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.inference import path_of
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.explanation.image_map import place_of
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

LOOK_S = 1.5  # between two looks at the progress
SHOWN = 15
LOSS = "loss (cross-entropy)"
BAR, ROOM, LONGEST = 26, 84, 28  # pixels a bar and beside them; characters of a name
NOT_PROVED = {
    "columns": "Columns that go together stand in for each other, so that neither looks important; and a column may "
    "matter to this model without causing anything.",
    "regions": "Regions of other images make images that do not exist, and what stands at another place is not seen.",
    "words": "A word may stand for others that come with it, and words that say the same stand in for each other.",
    "distances": "It says how far back this model looks, not how far back a better one would have to.",
}
HOW = {
    "columns": "Each column's values were exchanged among {examples:,} test rows, {repeats} times; lines are",
    "regions": "Each region was exchanged among {examples:,} test images, {repeats} times; under the pointer are",
    "words": "Each word was taken out of the test texts it stands in (chosen on the validation split); beside it, "
    "{repeats} words drawn at random out of each text; lines are",
    "distances": "What stands so far back was exchanged among {examples:,} places of the test text, {repeats} "
    "times; lines are",
}


def what_matters(run: Run) -> None:
    """Show what matters in a tested run, or offer to measure it."""
    if not run.test:
        return
    st.header("What matters", anchor=False)
    st.fragment(_what_matters, key="what-matters")(run.id)


def _what_matters(run_id: str) -> None:
    measuring = f"measuring-{run_id}"
    if st.session_state.get(measuring):
        with shown_errors():
            st.fragment(_progress, run_every=LOOK_S, key="what-matters-progress")(run_id, measuring)
        return
    found = kept_what_matters(shared_service().folder(run_id))
    if found is not None:
        _draw(found, run_id)
        return
    st.caption(
        "Which words, columns or regions this model goes by, over the whole test split, with intervals. It is measured "
        "in the background, in minutes, and kept with the run."
    )
    if st.button("Measure what matters", key=f"what-matters-{run_id}", icon=":material/troubleshoot:"):
        st.session_state[measuring] = True
        st.rerun(scope="fragment")


def _progress(run_id: str, measuring: str) -> None:
    try:
        said = shared_service().inference.post(f"{path_of(run_id)}/explain", {"method": "what-matters"})
    except TouchstoneError:
        st.session_state[measuring] = False
        raise
    if said["ready"]:
        st.session_state[measuring] = False
        st.rerun()
    done, of = int(said["done"]), int(said["of"])
    words = f"Measuring: {done:,} of {of:,}" if of else "Testing first whether such an explanation can be believed"
    st.progress(done / of if of else 0.0, text=words)


def _draw(found: WhatMatters, run_id: str) -> None:
    if found.why_withdrawn:
        st.info(plain(found.why_withdrawn), icon=":material/block:")
        return
    if not found.parts:
        st.markdown("No word stands in enough of the texts to be measured.")
        return
    title = headline(found)
    st.markdown(f"**{plain(title)}**")
    figure = _region_map(found) if found.kind == "regions" else _bars(found)
    figure_chart(figure, key=f"what-matters-chart-{run_id}", alt=f"{title}. {_unit(found)} with 95 % intervals.")
    how = HOW[found.kind].format(examples=found.examples, repeats=found.repeats)
    st.caption(plain(f"{how} 95 % intervals. What this does not prove: {NOT_PROVED[found.kind]}"))


def headline(found: WhatMatters) -> str:
    """Return what matters most, with its interval, as a title."""
    most = max(found.parts, key=lambda part: (part.low > 0, part.value))
    if most.low <= 0:
        return f"Nothing alone matters clearly for {found.measure}"
    low, high = (_amount(end, found).removesuffix(" points") for end in (most.low, most.high))
    said = f"{_amount(most.value, found)} ({low} to {high})"
    if found.kind == "distances":
        return f"{_name(most, found).capitalize()} matters most: without it, the {LOSS} rises by {said}"
    if found.kind == "regions":
        row, column = divmod(found.parts.index(most), found.shape[1])
        place = place_of(row, column, found.shape[0], found.shape[1])
        return f"Its most important region is at the {place}: without it, {found.measure} falls by {said}"
    beside = f"; any word, {_amount(found.control.value, found)}" if found.control else ""
    return f"'{most.name}' matters most: without it, {found.measure} falls by {said}{beside}"


def _amount(value: float, found: WhatMatters) -> str:
    if found.is_share:
        return f"{100 * value:.1f} points"
    return short(value)


def _name(part: Importance, found: WhatMatters) -> str:
    if found.kind != "distances":
        return part.name
    return "the last character" if part.name == "1" else f"{part.name} characters back"


def _unit(found: WhatMatters) -> str:
    if found.kind == "distances":
        return f"By how much the {LOSS} rises"
    return f"Loss of {found.measure}{', in points' if found.is_share else ''}"


def _bars(found: WhatMatters) -> dict[str, Any]:
    palette, scale = colors(), 100 if found.is_share else 1
    parts = found.parts[:SHOWN]
    control = [found.control] if found.control else []
    rows = [*parts, *control]
    names = [*(_name(part, found) for part in parts), *(["any other word"] if control else [])]
    shown = [escape(name[:LONGEST]).replace("%", "&#37;") for name in names]
    places = list(range(len(rows)))
    axis = {"gridcolor": palette.line, "zeroline": True, "zerolinecolor": palette.muted, "automargin": True,
            "fixedrange": True}  # fmt: skip
    return {
        "data": [
            {
                "type": "bar", "orientation": "h", "y": places, "x": [scale * one.value for one in rows],
                "error_x": {
                    "type": "data", "symmetric": False, "array": [scale * (one.high - one.value) for one in rows],
                    "arrayminus": [scale * (one.value - one.low) for one in rows], "color": palette.text,
                    "thickness": 1.5, "width": 4,
                },
                "marker": {"color": [palette.muted if one is found.control else palette.scale[-1][1] for one in rows]},
                "customdata": [one.examples for one in rows],
                "hovertemplate": "%{x:.4~g}, in %{customdata:,} examples<extra></extra>",
            }
        ],
        "layout": figure_layout(BAR * len(rows) + ROOM)
        | {
            "bargap": 0.3,
            "xaxis": axis | {"title": {"text": _unit(found), "standoff": 12, "font": {"size": 13}}, "nticks": 6},
            "yaxis": {"tickmode": "array", "tickvals": places, "ticktext": shown, "automargin": True,
                      "autorange": "reversed", "fixedrange": True, "gridcolor": "rgba(0,0,0,0)"},
        },
    }  # fmt: skip


def _region_map(found: WhatMatters) -> dict[str, Any]:
    palette = colors()
    values = 100 * np.array([part.value for part in found.parts]).reshape(found.shape)
    ends = np.array([[100 * part.low, 100 * part.high] for part in found.parts]).reshape(*found.shape, 2)
    rows, columns = found.shape
    axis: dict[str, Any] = {"visible": False, "fixedrange": True}
    return {
        "data": [
            {
                "type": "heatmap", "z": values.tolist(), "customdata": ends.tolist(), "zmin": 0,
                "zmax": float(max(values.max(), 1e-6)), "xgap": 2, "ygap": 2,
                "colorscale": [[0, palette.line], [1, palette.scale[-1][1]]], "texttemplate": "%{z:.1f}",
                "hovertemplate": "%{z:.1f} points (%{customdata[0]:.1f} to %{customdata[1]:.1f})<extra></extra>",
                "colorbar": {"title": {"text": "points"}, "thickness": 12, "outlinewidth": 0},
            }
        ],
        "layout": figure_layout(340)
        | {
            "xaxis": axis | {"constrain": "domain"},
            "yaxis": axis | {"autorange": "reversed", "scaleanchor": "x", "scaleratio": columns / rows},
        },
    }  # fmt: skip
