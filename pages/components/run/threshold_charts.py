"""Charts over thresholds: cost, recall against false alarms, and precision."""

from typing import Any

import streamlit as st

from core.evaluation.thresholds import Alarms, Curve
from core.runs import Run
from core.specs import Score
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.widgets.text import plain

SMALL = {"size": 13}


def cost_chart(
    run: Run, title: str, test: Alarms, validation: Alarms | None, costs: tuple[float, float], marks: tuple[int, int]
) -> None:
    """Draw what each threshold costs.

    Args:
        run: The run.
        title: What it shows.
        test: Judged by.
        validation: Chosen on, if other than the test examples.
        costs: Of a false alarm, of a miss.
        marks: The cheapest threshold and the chosen one, in percent.
    """
    palette, cheapest, chosen = colors(), *marks
    never, always = test.cost_without(*costs)
    lines = [
        _cost_line("Test", test, costs, palette.scale[-1][1], "solid", 2.5),
        _without("Never an alarm" if never <= always else "Always an alarm", min(never, always)),
    ]
    if validation is not None:
        lines.append(_cost_line("Validation (chosen on)", validation, costs, palette.scale[0][1], "dash", 1.5))
    axis = _axis()
    figure = {
        "data": lines,
        "layout": figure_layout(330)
        | {
            "showlegend": True,
            "legend": {"orientation": "h", "y": 1.16, "x": 0},
            **_marks(cheapest, chosen),
            "xaxis": axis | {"title": _title("Decision threshold"), "ticksuffix": " %", "range": [0, 100]},
            # What costs much more than no model has no need to be told apart.
            "yaxis": axis | {"title": _title("Cost for 100 examples"), "range": [0, 1.3 * min(never, always) or 1]},
        },
    }  # fmt: skip
    alt = (
        f"{title}. Cost for 100 examples at each threshold from 0 to 100 %; the cheapest is {cheapest} %. "
        f"Without a model: {never:.3g} for never an alarm, {always:.3g} for always one."
    )
    figure_chart(figure, key=f"cost-{run.id}", alt=alt)


def _marks(cheapest: int, chosen: int) -> dict[str, Any]:
    """Return lines and labels for the cheapest threshold, and a differing chosen one."""
    signs = [("cheapest", cheapest, "dot", colors().muted)]
    if chosen != cheapest:
        signs.append(("yours", chosen, "solid", colors().text))
    return {
        "shapes": [
            {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1,
             "line": {"color": color, "dash": dash, "width": 1.5}}
            for _, x, dash, color in signs
        ],
        "annotations": [
            {"x": x, "yref": "paper", "y": 1, "text": f"{name}: {x} %", "showarrow": False, "yanchor": "bottom",
             "xanchor": "right" if x > 70 else "left", "font": {"size": 12}}
            for name, x, _, _ in signs
        ],
    }  # fmt: skip


def _cost_line(
    name: str, counted: Alarms, costs: tuple[float, float], color: str, dash: str, width: float
) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": [round(100 * t) for t in counted.thresholds],
        "y": counted.cost(*costs).tolist(), "line": {"color": color, "dash": dash, "width": width},
        "hovertemplate": f"{name}: from %{{x}} % on %{{y:.3g}}<extra></extra>",
    }  # fmt: skip


def _without(name: str, cost: float) -> dict[str, Any]:
    """Return the line of the cheaper of the two ways that need no model."""
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": [0, 100], "y": [cost, cost],
        "line": {"color": colors().muted, "dash": "dot", "width": 1.5},
        "hovertemplate": f"{name}: %{{y:.3g}}<extra></extra>",
    }  # fmt: skip


def area_charts(run: Run, label: str, found: Curve | None, pure: Curve | None, share: float) -> None:
    """Draw the ROC and the precision-recall curve of one class.

    Args:
        run: The run.
        label: The class.
        found: Its ROC.
        pure: Its precision over recall.
        share: Of the class in the test split: the precision of alarms by chance.
    """
    if found is None or pure is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        title = f"It ranks a case of '{label}' above another in {100 * found.area.value:.1f} % of pairs"
        about = f"ROC curve: area {_area(found.area)}; 50 % is guessing. Interval by DeLong et al. 1988."
        names = ("False alarms, of the rest", f"Found, of {label}")
        _area_chart(run, "roc", (title, about), found, names, [[0, 100], [0, 100]])
    with right:
        pure_at = next((p for r, p in zip(pure.x, pure.y, strict=True) if r >= 0.8), 0.0)
        title = f"To find 80 % of '{label}', {100 * pure_at:.0f} % of its alarms are right"
        about = f"Precision over recall: average precision {_area(pure.area)}; guessing: {100 * share:.1f} %."
        names = (f"Found, of {label}", "Right, of alarms")
        _area_chart(run, "pr", (title, about), pure, names, [[0, 100], [100 * share, 100 * share]])


def _area(area: Score) -> str:
    if area.ci_low != area.ci_low:  # NaN: no pair is out of order
        return f"{100 * area.value:.1f} %, too good for an interval"
    return f"{100 * area.value:.1f} % ({100 * area.ci_low:.1f} to {100 * area.ci_high:.1f} %)"


def _area_chart(
    run: Run, kind: str, words: tuple[str, str], curve: Curve, names: tuple[str, str], guess: list[list[float]]
) -> None:
    title, about = words
    st.markdown(f"**{plain(title)}**")
    st.caption(plain(about))
    palette, axis = colors(), _axis() | {"ticksuffix": " %", "range": [-2, 102], "nticks": 6}
    chance = {
        "type": "scatter", "mode": "lines", "x": guess[0], "y": guess[1], "hoverinfo": "skip",
        "line": {"color": palette.muted, "dash": "dash", "width": 1.5},
    }  # fmt: skip
    line = {
        "type": "scatter", "mode": "lines", "x": (100 * curve.x).tolist(), "y": (100 * curve.y).tolist(),
        "line": {"color": palette.scale[-1][1], "width": 2.5, "shape": "linear" if kind == "roc" else "hv"},
        "hovertemplate": "%{x:.1f} %, %{y:.1f} %<extra></extra>",
    }  # fmt: skip
    figure = {
        "data": [chance, line],
        "layout": figure_layout(320)
        | {"xaxis": axis | {"title": _title(names[0])}, "yaxis": axis | {"title": _title(names[1])}},
    }
    alt = f"{title}. {about}"
    figure_chart(figure, key=f"{kind}-{run.id}", alt=alt)


def _axis() -> dict[str, Any]:
    return {"gridcolor": colors().line, "zeroline": False, "automargin": True, "fixedrange": True}


def _title(text: str) -> dict[str, Any]:
    from html import escape

    return {"text": escape(text[:60]), "standoff": 8, "font": SMALL}
