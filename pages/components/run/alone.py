"""How much a classifier can do alone, and what a person must do."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.evaluation.cached_predictions import cached_predictions
from core.evaluation.selective import TARGET, Alone, Confidences, Threshold, choose, confidences, curve, judge
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import Predictions, Score
from core.statistics.binomial import fewest_for
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.widgets.text import money, plain
from pages.components.widgets.url_state import read_choice, read_number, write_choice, write_number

TARGETS = ("0.5", "1", "2", "3", "5", "7.5", "10", "15", "20")  # percent of its own answers that may be wrong
USUAL = f"{100 * TARGET:g}"
MOST_COST = 1e6
HEIGHT = 260


def alone(run: Run, report: Mapping[str, Any]) -> None:
    """Show how much a classifier can answer without a person; nothing for other models."""
    folder = shared_service().folder(run.id)
    if not report.get("confusion") or (test := cached_predictions(folder)) is None:
        return
    if (validation := cached_predictions(folder, "validation")) is None or not len(test.nll):
        return
    st.header("How much can it do alone?", anchor=False)
    st.fragment(_alone, key="alone")(run.id, test, confidences(validation, once=True))


def _alone(run_id: str, test: Predictions, validation: Confidences) -> None:
    words, chart = st.container(), st.container()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        read_choice("may_be_wrong", TARGETS, USUAL)
        asked = st.select_slider(
            "Of its own answers may be wrong, at most", TARGETS, key="may_be_wrong", format_func=lambda n: f"{n} %",
            width=320,
        )  # fmt: skip
        write_choice("may_be_wrong", USUAL)
        key = f"look_cost-{run_id}"
        read_number("look_cost", key, 0.0, (0.0, MOST_COST))
        look = st.number_input("A person's look costs (optional)", 0.0, MOST_COST, key=key, width=240)
        write_number("look_cost", look, 0.0)
    target = float(asked) / 100
    found = choose(validation, target)
    with words:
        if found is None:
            st.markdown(f"**{plain(_nothing(validation, target))}**")
            return
        judged = judge(test, found.confidence)
        st.markdown(f"**{plain(in_words(judged))}**")
        if look:
            st.markdown(plain(_looks(judged, look)))
        st.caption(plain(_how(found, judged, validation, target)))
    with chart:
        _chart(run_id, test, judged)


def in_words(judged: Alone) -> str:
    """Return what a model answers alone, and how much is left to people."""
    answered, handed = (f"{100 * share:.0f} %" for share in (judged.answered.value, 1 - judged.answered.value))
    if not judged.answered.value:
        return "No test example reaches that confidence, so a person answers all of them."
    right = f"{100 * judged.right.value:.1f}".removesuffix(".0")
    return f"Answers {answered} alone, {right} % of them right; hands {handed} to a person."


def _looks(judged: Alone, look: float) -> str:
    currency = shared_service().settings.currency
    handed = 1000 * (1 - judged.answered.value)
    return (
        f"Of 1,000 cases a person looks at {handed:,.0f}: {money(handed * look, currency)} instead of "
        f"{money(1000 * look, currency)}."
    )


def _how(found: Threshold, judged: Alone, validation: Confidences, target: float) -> str:
    once = ", one of each group" if validation.grouped else ""
    return (
        f"It answers from {100 * found.confidence:.1f} % confidence on. With 95 % certainty fewer than "
        f"{100 * target:g} % of such answers are wrong: chosen on {len(validation):,} validation examples{once} by the "
        "exact bound of Clopper and Pearson, tested in a fixed sequence (Learn then Test, 2021). Measured on "
        f"{judged.examples:,} test examples: alone {_span(judged.answered)}, right {_span(judged.right)}. The "
        "validation split also chose which weights were kept, so believe the test where they differ."
    )


def _span(score: Score) -> str:
    if score.ci_low != score.ci_low:
        return "with no interval, as there are too few groups"
    return f"{100 * score.ci_low:.1f} to {100 * score.ci_high:.1f} %"


def _nothing(validation: Confidences, target: float) -> str:
    """Return why nothing can be promised, and what could be."""
    if len(validation) < (fewest := fewest_for(target)):
        why = (
            f"Nothing can be promised at {100 * target:g} %: that takes at least {fewest:,} validation examples, and "
            f"there are {len(validation):,}."
        )
    else:
        why = f"Nothing can be promised at {100 * target:g} %: also its most confident answers are wrong too often."
    easier = next((one for one in TARGETS if float(one) > 100 * target and choose(validation, float(one) / 100)), "")
    return f"{why} From {easier} % on something can." if easier else why


def _chart(run_id: str, test: Predictions, judged: Alone) -> None:
    palette = colors()
    shares, right = (100 * values for values in curve(test))
    marked = 100 * judged.answered.value
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True, "ticksuffix": " %"}
    low = max(0.0, float(min(right.min(), 100 * judged.right.ci_low if marked else 100)) - 2)
    dot = {
        "type": "scatter", "mode": "markers", "x": [marked], "y": [100 * judged.right.value], "cliponaxis": False,
        "marker": {"size": 12, "color": palette.accent}, "hovertemplate": f"{plain(in_words(judged))}<extra></extra>",
        "error_y": _bars(judged.right),
    }  # fmt: skip
    figure = {
        "data": [_line(shares.tolist(), right.tolist()), *([dot] if marked else [])],
        "layout": figure_layout(HEIGHT)
        | {
            "xaxis": {**axis, "range": [0, 102], "title": _title("Answered alone, the most confident first")},
            "yaxis": {**axis, "range": [low, 100.5], "title": _title("Of these right"), "nticks": 6},
        },
    }
    alt = f"{in_words(judged)} Of all {judged.examples:,} test examples {right[-1]:.1f} % are right."
    figure_chart(figure, key=f"alone-{run_id}", alt=alt)


def _line(shares: list[float], right: list[float]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": shares, "y": right,
        "line": {"color": colors().scale[-1][1], "width": 2},
        "hovertemplate": "alone %{x:.0f} %, right %{y:.1f} %<extra></extra>",
    }  # fmt: skip


def _bars(score: Score) -> dict[str, Any]:
    if score.ci_low != score.ci_low:
        return {}
    above, below = 100 * (score.ci_high - score.value), 100 * (score.value - score.ci_low)
    return {"type": "data", "array": [above], "arrayminus": [below], "thickness": 2, "width": 6}


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "standoff": 8, "font": {"size": 13}}
