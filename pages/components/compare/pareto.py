"""Score against time, size or cost: which runs nobody beats in both."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.comparison.contenders import Contender, of_ranking
from core.services.comparison.pareto import Price, front, price_of
from core.services.comparison.significance import Ranking
from core.services.prices import hour_price
from core.specs import MetricSpec
from pages.components.charts.colors import colors, figure_layout
from pages.components.charts.figure_chart import figure_chart
from pages.components.compare.sentences import Looks, called, names_of
from pages.components.contenders.chart import contender_chart
from pages.components.widgets.text import count, duration, money, number, plain
from pages.components.widgets.url_state import read_choice, write_choice

ANSWERS = "answers"
FEWEST = 2  # points that are worth a chart
ALL_NAMED = 4  # points; of more, only those on the front have room for their names
WIDE = 20.0  # times the smallest price: from here on the axis is logarithmic
MINUTE_S, HOUR_S = 60.0, 3600.0


@dataclass(frozen=True)
class Kind:
    """Something that a score is paid with."""

    title: str
    cheaper: str  # "faster", in a sentence


KINDS = {
    "time": Kind("Time", "faster"),
    "size": Kind("Size", "smaller"),
    "cost": Kind("Cost", "cheaper"),
}


def score_against_price(standing: Ranking, styles: Looks) -> None:
    """Show what the scores of one group cost."""
    settings = shared_service().settings
    runs = [one.run for one in standing.results]
    prices = {run.id: price_of(run, settings) for run in runs}
    known = {kind: found for kind in KINDS if len(found := _known(kind, prices)) >= FEWEST}
    everybody = of_ranking(shared_service(), standing, {run_id: style.name for run_id, style in styles.items()})
    if sum(bool(one.takes.thousand) for one in everybody) >= FEWEST:
        known = {ANSWERS: {}} | known
    if not known:
        return
    st.header("What a score costs", anchor=False)
    default = next(iter(known))
    read_choice("price", list(known), default)
    kind = str(
        st.segmented_control(
            "Against", list(known), key="price", required=True, format_func=_title,
            label_visibility="collapsed",
        )
    )  # fmt: skip
    write_choice("price", default)
    metric = standing.metric
    if kind == ANSWERS:
        _of_answers(everybody, metric)
        return
    points = {run.id: (known[kind][run.id], run.test[metric.name].value) for run in runs if run.id in known[kind]}
    best = front(points, higher_is_better=metric.direction == "max")
    said = _finding([run for run_id in best for run in runs if run.id == run_id], len(points), KINDS[kind], styles)
    st.markdown(f"**{plain(said)}**")
    without = [run for run in runs if run.id not in points]
    skipped = f" Not known of {names_of(without, styles)}." if without else ""
    st.caption(plain(f"Each sign is a run; those on the line are beaten by no other in both.{skipped}"))
    alt = f"{said} " + "; ".join(
        f"{styles[run_id].name}: {_in_words(kind, price)}, {called(metric)} {number(metric, score)}"
        for run_id, (price, score) in points.items()
    )
    figure_chart(
        _figure(points, best, kind, metric, styles), key="score-against-price", alt=alt,
    )  # fmt: skip


def _title(kind: str) -> str:
    return "1,000 answers" if kind == ANSWERS else KINDS[kind].title


def _of_answers(everybody: Sequence[Contender], metric: MetricSpec) -> None:
    """Show score against the cost of answers, baselines and language models included."""
    best = [one.short for one in everybody if one.on_front]
    said = f"{len(best)} of {len(everybody)} on the front: {', '.join(best)}. Nobody else is both better and cheaper."
    st.markdown(f"**{plain(said)}**")
    price = hour_price(shared_service().settings)
    st.caption(plain(f"● run, ◆ baseline, ■ language model. Costs here: measured time, {price.how}."))
    figure_chart(contender_chart(everybody, metric, price.currency), key="score-against-answers", alt=said)


def _known(kind: str, prices: Mapping[str, Price]) -> dict[str, float]:
    field = "time_s" if kind == "time" else kind
    found = {run_id: getattr(price, field) for run_id, price in prices.items()}
    return {run_id: value for run_id, value in found.items() if value is not None}


def _finding(best: Sequence[Run], total: int, kind: Kind, styles: Looks) -> str:
    if len(best) == 1:
        return f"1 of {total} runs is on the front: {styles[best[0].id].name} is both the best and the {_most(kind)}."
    named = names_of(best, styles)
    return f"{len(best)} of {total} runs are on the front: {named}. No other run is both better and {kind.cheaper}."


def _most(kind: Kind) -> str:
    return {"faster": "fastest", "smaller": "smallest", "cheaper": "cheapest"}[kind.cheaper]


def _in_words(kind: str, price: float) -> str:
    if kind == "time":
        return duration(price) if price >= 1 else f"{price:.2f} s"
    return f"{count(price)} numbers" if kind == "size" else money(price, shared_service().settings.currency)


def _unit(kind: str, prices: Sequence[float]) -> tuple[str, float]:
    """Return the axis label, and the price that one unit represents."""
    if kind == "size":
        return "Parameters", 1.0
    if kind == "cost":
        return f"Cost of training ({shared_service().settings.currency})", 1.0
    longest = max(prices)
    size, unit = (HOUR_S, "hours") if longest > 3 * HOUR_S else (MINUTE_S, "minutes")
    return (f"Training time ({unit})", size) if longest > 3 * MINUTE_S else ("Training time (seconds)", 1.0)


def _figure(
    points: Mapping[str, tuple[float, float]], best: Sequence[str], kind: str, metric: MetricSpec, styles: Looks
) -> dict[str, Any]:
    palette, scale = colors(), 100 if metric.unit == "percent" else 1
    prices = [price for price, _ in points.values()]
    title, size = _unit(kind, prices)
    logarithmic = max(prices) / min(prices) >= WIDE
    steps = _steps([(points[run_id][0] / size, points[run_id][1] * scale) for run_id in best])
    line = {
        "type": "scatter", "mode": "lines", "x": [x for x, _ in steps], "y": [y for _, y in steps],
        "line": {"color": palette.muted, "width": 2, "dash": "dash"}, "hoverinfo": "skip",
    }  # fmt: skip
    dots = [
        {
            "type": "scatter", "x": [price / size], "y": [score * scale], "cliponaxis": False,
            "mode": "markers+text" if run_id in best or len(points) <= ALL_NAMED else "markers",
            "text": escape(styles[run_id].name), "textfont": {"size": 12},
            "textposition": f"{'top' if run_id in best else 'bottom'} {_side(price, prices, logarithmic)}",
            "marker": {
                "size": 13 if run_id in best else 9, "color": styles[run_id].color, "symbol": styles[run_id].symbol,
                "opacity": 1 if run_id in best else 0.75,
            },
            "hovertemplate": f"{escape(styles[run_id].name)}<br>{escape(_in_words(kind, price))}<br>"
            f"{number(metric, score)}<extra></extra>",
        }
        for run_id, (price, score) in points.items()
    ]  # fmt: skip
    axis = {"gridcolor": palette.line, "zeroline": False, "automargin": True, "fixedrange": True, "nticks": 8}
    return {
        "data": [line, *dots],
        "layout": figure_layout(400)
        | {
            "xaxis": {
                **axis, "type": "log" if logarithmic else "linear", **({} if logarithmic else {"rangemode": "tozero"}),
                "title": {"text": escape(title), "standoff": 8, "font": {"size": 13}},
            },
            "yaxis": {
                **axis, "range": _range([score * scale for _, score in points.values()]),
                "ticksuffix": " %" if metric.unit == "percent" else "",
                "title": {"text": escape(metric.title), "standoff": 8, "font": {"size": 13}},
            },
        },
    }  # fmt: skip


def _range(scores: Sequence[float]) -> list[float]:
    """Return axis ends that do not make a tiny difference seem large."""
    low, high = min(scores), max(scores)
    edge = max((high - low) * 0.12, 0.02 * max(abs(low), abs(high)), 1e-9)
    return [low - edge, high + edge]


def _side(price: float, prices: Sequence[float], logarithmic: bool) -> str:
    """Return on which side of its sign a name has room."""
    low, high = (0.0 if not logarithmic else min(prices)), max(prices)
    share = math.log(price / low) / math.log(high / low) if logarithmic else price / high
    return "right" if share < 0.35 else "left" if share > 0.65 else "center"


def _steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the front as stairs: between two runs on it nothing better is known."""
    steps = [*points[:1]]
    for (_, before), (x, y) in pairwise(points):
        steps += [(x, before), (x, y)]
    return steps
