"""What sets compared runs apart: their settings in a table, and as lines over parallel axes."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.bootstrap import shared_service
from core.comparing.coordinates import Axis, axes_of, axis
from core.comparing.judging import Standing
from core.comparing.settings_table import SettingRow, settings_table
from core.runs import Run
from pages.components.colors import colors, figure_layout
from pages.components.compare_words import Looks, called
from pages.components.text import number, plain, value
from pages.components.url_state import read_choice, write_choice

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV Injection: a table on a page can be downloaded
LONGEST_VALUE = 120  # characters
LONGEST_LABEL = 22  # characters above an axis
MISSING = "–"
SHOWN = {"different": "What differs", "all": "All settings"}


def settings(runs: Sequence[Run], looks: Looks) -> list[SettingRow]:
    """Show the settings of the runs side by side; return them."""
    st.subheader("Settings", anchor=False)
    rows = settings_table(shared_service(), runs)
    read_choice("settings", SHOWN, "different")
    shown = st.segmented_control(
        "Show", list(SHOWN), key="settings", required=True, format_func=lambda name: SHOWN[name],
        label_visibility="collapsed",
    )  # fmt: skip
    write_choice("settings", "different")
    differing = [row for row in rows if row.differs]
    st.markdown(f"**{plain(_finding(differing, len(rows)))}**")
    listed = rows if shown == "all" else differing
    if listed:
        st.dataframe(
            _table(listed, runs, looks), hide_index=True, row_height=36, key=f"settings-{shown}",
            height="content" if len(listed) <= 20 else 720, alt="Settings of the runs, one in a row",
            column_config={"Setting": st.column_config.TextColumn(pinned=True, width=190)},
        )  # fmt: skip
    return rows


def _finding(differing: Sequence[SettingRow], total: int) -> str:
    if not differing:
        return f"All {total} settings are the same: only chance sets these runs apart."
    names = ", ".join(row.label for row in differing[:4])
    more = f" and {len(differing) - 4} more" if len(differing) > 4 else ""
    verb = "setting differs" if len(differing) == 1 else "settings differ"
    return f"{len(differing)} of {total} {verb}: {names}{more}."


def _table(rows: Sequence[SettingRow], runs: Sequence[Run], looks: Looks) -> pd.DataFrame:
    table = {"Setting": [_safe(row.label) for row in rows]}
    for run in runs:
        table[looks[run.id].title] = [_written(row, run) for row in rows]
    return pd.DataFrame(table)


def _written(row: SettingRow, run: Run) -> str:
    found = row.values.get(run.id, None)
    return MISSING if found is None or found == "" else _safe(value(found)[:LONGEST_VALUE])


def _safe(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "", 1).replace("e", "", 1).replace("-", "", 1).isdecimal()


def parallel(rows: Sequence[SettingRow], standing: Standing, looks: Looks) -> None:
    """Show which settings lead to which score.

    Args:
        rows: From `settings`.
        standing: Runs of one group.
        looks: Their names.
    """
    runs = [one.run for one in standing.judgements]
    axes = axes_of(rows, runs)
    if len(runs) < 3 or not axes:  # two runs are read from the table
        return
    metric, scale = standing.metric, 100 if standing.metric.unit == "percent" else 1
    st.subheader("Settings and score", anchor=False)
    best = runs[0]
    said = "; ".join(f"{one.label} {_word_of(one, 0)}" for one in axes[:3])
    title = f"The best score, {number(metric, best.test[metric.name].value)} by {looks[best.id].name}, was reached with"
    st.markdown(f"**{plain(f'{title} {said}.')}**")
    st.caption("Each line is a run, crossing every setting at its value; the bluer it is, the better its score.")
    scores = axis(metric.title.partition(" (")[0], [run.test[metric.name].value * scale for run in runs])
    first = axis("Run", [looks[run.id].name for run in runs])
    alt = f"{title} {said}. " + " ".join(
        f"{looks[run.id].name}: {', '.join(f'{one.label} {_word_of(one, i)}' for one in axes)}, "
        f"{called(metric)} {number(metric, run.test[metric.name].value)}."
        for i, run in enumerate(runs)
    )
    with st.container(key="parallel"):
        st.plotly_chart(
            _parallel_figure([first, *axes, scores], scores.places, metric.direction == "max", len(runs)),
            theme=None, key="parallel-axes", config={"displayModeBar": False}, alt=alt,
        )  # fmt: skip


def _word_of(one: Axis, run: int) -> str:
    place = one.places[run]
    near = min(range(len(one.ticks)), key=lambda i: abs(one.ticks[i] - place))
    return one.words[near]


def _parallel_figure(axes: Sequence[Axis], scores: Sequence[float], up: bool, runs: int) -> dict[str, Any]:
    palette = colors()
    ends = [palette.line, palette.scale[-1][1]]
    dimensions = [
        {
            "label": one.label if len(one.label) <= LONGEST_LABEL else f"{one.label[: LONGEST_LABEL - 1]}…",
            "values": list(one.places), "tickvals": list(one.ticks), "ticktext": list(one.words),
            "range": _range(one.places),
        }
        for one in axes
    ]  # fmt: skip
    return {
        "data": [
            {
                "type": "parcoords", "dimensions": dimensions,
                "line": {
                    "color": list(scores), "colorscale": [[0, ends[0 if up else 1]], [1, ends[1 if up else 0]]],
                    "cmin": min(scores), "cmax": max(scores) if max(scores) > min(scores) else min(scores) + 1,
                },
                "labelfont": {"size": 12}, "tickfont": {"size": 11, "color": palette.text},
                "rangefont": {"size": 1, "color": "rgba(0,0,0,0)"}, "unselected": {"line": {"opacity": 0.1}},
            }
        ],
        "layout": figure_layout(max(300, 120 + 24 * runs)) | {"margin": {"l": 150, "r": 60, "t": 60, "b": 24}},
    }  # fmt: skip


def _range(places: Sequence[float]) -> list[float]:
    low, high = min(places), max(places)
    edge = (high - low) * 0.05 or 0.5
    return [low - edge, high + edge]
