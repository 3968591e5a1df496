"""One class against the rest: costs of errors, and the decision threshold.

The errors are false alarms and misses; the threshold is a probability.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.evaluation.cached_predictions import cached_predictions
from core.evaluation.thresholds import Alarms, alarms, chances, precision_recall, roc
from core.runs import Run
from core.services.bootstrap import shared_service
from pages.components.run.calibration import not_kept
from pages.components.run.threshold_charts import area_charts, cost_chart
from pages.components.widgets.notices import empty_state
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import read_number, write_number

MOST_COST = 1e9


def alarm_threshold(run: Run, report: Mapping[str, Any]) -> None:
    """Show what each threshold costs, and the curves over all of them."""
    labels, folder = list(report["labels"]), shared_service().folder(run.id)
    predictions = cached_predictions(folder)
    if predictions is None:
        not_kept()
        return
    k = _class(run, labels, predictions.targets)
    test_scores, is_it = chances(predictions, k), predictions.targets == k
    if is_it.all() or not is_it.any():
        text = f"All test examples are of one side: {plain(labels[k])} cannot be told from the rest by them."
        empty_state("balance", "Nothing to weigh", text)
        return
    test = alarms(test_scores, is_it)
    validation = cached_predictions(folder, "validation")
    chooses = test if validation is None else alarms(chances(validation, k), validation.targets == k)
    _weigh(run, labels[k], test, chooses, is_same=validation is None)
    area_charts(run, labels[k], roc(test_scores, is_it), precision_recall(test_scores, is_it), float(is_it.mean()))


def _class(run: Run, labels: Sequence[str], targets: np.ndarray) -> int:
    """Ask which class raises the alarm, by default the rarest in the test split."""
    counts = np.bincount(targets, minlength=len(labels))
    rarest = int(np.where(counts > 0, counts, len(targets) + 1).argmin())
    slot = f"alarm-{run.id}"
    if slot not in st.session_state:
        wanted = st.query_params.get("alarm")
        st.session_state[slot] = wanted if wanted in labels else labels[rarest]
    chosen = st.selectbox(
        "Raise an alarm for", labels, key=slot, width=320, on_change=_forget_threshold,
        help="This class against all others. A false alarm names it where it is not; a miss overlooks it.",
    )  # fmt: skip
    if chosen == labels[rarest]:
        st.query_params.pop("alarm", None)
    else:
        st.query_params["alarm"] = chosen
    return labels.index(chosen)


def _weigh(run: Run, label: str, test: Alarms, chooses: Alarms, *, is_same: bool) -> None:
    """Ask for costs, choose a threshold, and say what it costs."""
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        with st.container(horizontal=True):
            false_alarm = _cost("A false alarm costs", "false_alarm_cost", run)
            miss = _cost("A miss costs", "miss_cost", run)
        best = chooses.cheapest(false_alarm, miss)
        cheapest = round(100 * float(chooses.thresholds[best]))
        percent = _threshold(run, f"{label}-{false_alarm:g}-{miss:g}", cheapest)
        at = test.at(percent / 100)
        cost = test.cost(false_alarm, miss)
        _counts(label, test, at)
    with right:
        title = _finding(cheapest, percent, float(cost[at]), float(cost[test.at(cheapest / 100)]), is_same=is_same)
        st.markdown(f"**{plain(title)}**")
        st.caption(_honest(cheapest, is_same))
        cost_chart(run, title, test, None if is_same else chooses, (false_alarm, miss), (cheapest, percent))


def _cost(label: str, name: str, run: Run) -> float:
    """Ask what a mistake costs; the URL says so too."""
    key = f"{name}-{run.id}"
    read_number(name, key, 1.0, (0.0, MOST_COST))
    cost = st.number_input(label, 0.0, MOST_COST, key=key, on_change=_forget_threshold)
    write_number(name, cost, 1.0)
    return cost


def _forget_threshold() -> None:
    """Remove the threshold from the URL: it belonged to other costs or another class."""
    st.query_params.pop("threshold", None)


def _threshold(run: Run, weighed: str, cheapest: int) -> int:
    """Ask for the threshold in percent; new costs or classes reset it.

    It is reset to the cheapest one.
    """
    key = f"threshold-{run.id}-{weighed}"
    read_number("threshold", key, cheapest, (0, 100))
    st.session_state[key] = round(st.session_state[key])
    percent = st.slider("Decision threshold (alarm from this probability on)", 0, 100, key=key, format="%d %%")
    write_number("threshold", percent, cheapest)
    return percent


def _finding(cheapest: int, chosen: int, cost: float, cost_of_cheapest: float, *, is_same: bool) -> str:
    if chosen == cheapest:
        chosen_on = "these" if is_same else "the validation"
        return f"An alarm from {chosen} % on costs {cost:,.3g} for 100 examples: the cheapest on {chosen_on} examples"
    more = cost - cost_of_cheapest
    beside = f"{abs(more):,.3g} {'more' if more > 0 else 'less'} than" if abs(more) > 1e-9 else "as much as"
    return f"An alarm from {chosen} % on costs {cost:,.3g} for 100 examples, {beside} from {cheapest} % on"


def _honest(cheapest: int, is_same: bool) -> str:
    if is_same:
        return (
            f"{cheapest} % is the cheapest on these same test examples, so its cost here flatters it: on new ones "
            "expect a little more. Train it again, and the threshold is chosen on other examples than it is judged on."
        )
    return (
        f"{cheapest} % was the cheapest on the validation examples; what it costs is counted on the test examples, "
        "which took no part in choosing it. Where you move the slider by what you see here, that is no longer so."
    )


def _counts(label: str, test: Alarms, at: int) -> None:
    name = plain(label)
    hits, false, missed, quiet = (int(x[at]) for x in (test.hits, test.false_alarms, test.misses, test.right_silences))
    st.markdown(
        f"| Of {test.examples:,} test examples | alarm | no alarm |\n|---|---:|---:|\n"
        f"| **{name}** | {hits:,} right | {missed:,} missed |\n| **the rest** | {false:,} false | {quiet:,} right |"
    )
    named = f"{100 * hits / (hits + false):.0f} % of alarms are right" if hits + false else "there is no alarm"
    st.caption(f"{100 * hits / max(hits + missed, 1):.0f} % of '{name}' are found; {named}.")
