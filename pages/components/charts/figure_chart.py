"""A figure made on the server, drawn with the served Plotly.

`st.plotly_chart` would load a second Plotly, and before anything else is drawn.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.io.json import to_json_plotly

from pages.components.widgets.addresses import library_urls

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "touchstone_figure",
    css=".ts-figure { width: 100%; }",
    js="\n".join((_HERE / name).read_text() for name in ("mounting.js", "curve_library.js", "figure_chart.js")),
    isolate_styles=False,  # Plotly puts its own styles into the document
)


def figure_chart(
    figure: Mapping[str, Any], *, key: str, alt: str, on_click: Callable[[str, str], None] | None = None
) -> None:
    """Draw a figure.

    Args:
        figure: Plotly's `data` and `layout`, with the layout's `height` in pixels.
        key: Unique on the page.
        alt: What the figure shows, for whom does not see it.
        on_click: Called with x and y of a point that was clicked, before the page runs again.
    """

    def clicked() -> None:
        point = st.session_state[key].get("clicked")
        if point and on_click:
            on_click(point[0], point[1])

    data = {
        "figure": to_json_plotly(figure),
        "alt": alt,
        "height": figure["layout"]["height"],
        "clickable": on_click is not None,
        "libraries": library_urls(),
    }
    _component(key=key, data=data, on_clicked_change=clicked)
