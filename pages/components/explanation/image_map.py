"""What each region of an image adds to the answer, drawn over the image."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.explanation.amounts import change
from pages.components.explanation.contributions import sum_in_words
from pages.components.widgets.text import plain

SIDE = 260  # pixels
PLACES = (("top left", "top", "top right"), ("left", "middle", "right"), ("bottom left", "bottom", "bottom right"))


def draw_image_map(said: Mapping[str, Any], key: str) -> None:
    """Show the image, and which regions speak for and against the answer."""
    label, (rows, columns) = str(said["label"]), said["shape"]
    values = np.array([part["value"] for part in said["parts"]], dtype=np.float64).reshape(rows, columns)
    title = headline(values, label)
    st.markdown(f"**{plain(title)}**")
    figure_chart(
        _figure(values, str(said["image"])), key=f"map-{key}",
        alt=f"{title}. The image, darkened, with regions that speak for the answer in blue, against it in orange.",
    )  # fmt: skip
    st.caption("Left: the image as the model sees it. Right: blue speaks for the answer, orange against it.")
    st.markdown(plain(sum_in_words(said)))


def headline(values: np.ndarray, label: str) -> str:
    """Return which of nine places speaks most for the answer, as a title."""
    places: dict[str, float] = {}
    for (row, column), value in np.ndenumerate(values):
        place = place_of(row, column, *values.shape)
        places[place] = places.get(place, 0.0) + float(value)
    most = max(places, key=lambda place: places[place])
    if places[most] <= 0:
        return "No part of the image speaks for the answer"
    return f"The {most} speaks most for '{label}': {change(places[most], label)}"


def place_of(row: int, column: int, rows: int, columns: int) -> str:
    """Return in which of nine places of an image a region lies."""
    return PLACES[min(3 * row // rows, 2)][min(3 * column // columns, 2)]


def _figure(values: np.ndarray, image_png: str) -> dict[str, Any]:
    palette, (rows, columns) = colors(), values.shape
    most = float(np.abs(values).max()) or 1.0
    middle = "rgba(128,128,128,0)"
    axes: dict[str, Any] = {"visible": False, "fixedrange": True}
    across = axes | {"range": [-0.5, columns - 0.5], "constrain": "domain"}
    down = axes | {"range": [rows - 0.5, -0.5], "scaleratio": columns / rows}
    image = {"source": f"data:image/png;base64,{image_png}", "sizing": "stretch", "layer": "below", "sizex": columns,
             "sizey": rows, "x": -0.5, "y": -0.5}  # fmt: skip
    return {
        "data": [
            {
                "type": "heatmap", "z": (100 * values).tolist(), "xaxis": "x2", "yaxis": "y2", "opacity": 0.8,
                "colorscale": [[0, palette.scale[0][1]], [0.5, middle], [1, palette.scale[-1][1]]],
                "zmin": -100 * most, "zmax": 100 * most, "showscale": False,
                "hovertemplate": "%{z:+.2f} points<extra></extra>",
            },
            {"type": "scatter", "x": [0], "y": [0], "mode": "markers", "marker": {"opacity": 0}, "hoverinfo": "skip"},
        ],
        "layout": figure_layout(SIDE)
        | {
            "images": [image | {"xref": "x", "yref": "y"}, image | {"xref": "x2", "yref": "y2", "opacity": 0.35}],
            "xaxis": across | {"domain": [0, 0.48]},
            "xaxis2": across | {"domain": [0.52, 1], "anchor": "y2"},
            "yaxis": down | {"scaleanchor": "x"},
            "yaxis2": down | {"scaleanchor": "x2", "anchor": "x2"},
        },
    }  # fmt: skip
