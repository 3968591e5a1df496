"""Contenders on the same examples: runs, baselines, language models, with tests and costs."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import numpy as np

from core.contest.results import ContestResult, results_of_run
from core.evaluation.baseline_names import full_name, plain_name
from core.evaluation.predictions_file import BASELINES_NAME, StoredBaselines, StoredFolds, read_baselines
from core.processes.loopback import is_loopback
from core.runs import Run
from core.services.comparison.pareto import front
from core.services.comparison.predictions import Answers, answers_of, folds_of
from core.services.comparison.testing import SEED, Standing, corrected, difference_between, difference_in_folds
from core.services.prices import HourPrice, hour_price
from core.services.run_service import Service
from core.specs import MetricSpec, Predictions, Score, TaskSpec
from core.statistics.difference import Difference
from core.statistics.scores import difference_of

if TYPE_CHECKING:
    from core.services.comparison.significance import Ranking

Kind = Literal["model", "baseline", "language model"]
THOUSAND = 1000


@dataclass(frozen=True)
class Takes:
    """What a contender takes to be made and to answer; None if unknown.

    Args:
        p50_ms: Of one answer by itself, the median.
        p95_ms: Which one answer of twenty exceeds.
        size_bytes: Of its files.
        made_s: Seconds to train or fit it.
        made_cost: Of these.
        thousand: The cost of 1,000 answers, each by itself.
        how: What that is made of, a clause.
        per: What one answer is.
    """

    p50_ms: float | None = None
    p95_ms: float | None = None
    size_bytes: float | None = None
    made_s: float | None = None
    made_cost: float | None = None
    thousand: float | None = None
    how: str = ""
    per: str = "example"


@dataclass(frozen=True)
class Contender:
    """One who was asked, and how it stands against the reference.

    Args:
        reference: How it is named everywhere: see `core.specs.contender`.
        kind: What it is.
        name: As people read it, with the field's name.
        short: Within a sentence.
        scores: By metric.
        takes: What it costs.
        standing: Against the reference.
        difference: Its score minus the reference's; None where there is no test.
        p: Corrected for the number of comparisons shown.
        examples: That it was asked; 0 where that is not known.
        why: Why there is no test; else empty.
        on_front: Whether none is both better and cheaper.
        method: Of a baseline: as results name it.
    """

    reference: str
    kind: Kind
    name: str
    short: str
    scores: Mapping[str, Score]
    takes: Takes = field(default_factory=Takes)
    standing: Standing = "untested"
    difference: Difference | None = None
    p: float = 1.0
    examples: int = 0
    why: str = ""
    on_front: bool = False
    method: str = ""


NOT_KEPT = "Its answers were not kept, so it cannot be tested: train the run again."
OTHERS = "It was asked about other examples, so it cannot be tested."


def run_takes(service: Service, run: Run, price: HourPrice) -> Takes:
    """Return what a run took and what its model takes to answer."""
    costs = service.report(run.id).get("costs") or {}
    made_s = (run.took_s if run.progress.spent else None) or run.train_time_s or run.took_s or None
    size = costs.get("bytes")
    return _local(
        price, costs.get("ms_alone"), costs.get("ms_p95"), size and size + (costs.get("encoder_bytes") or 0), made_s,
        str(costs.get("per") or "example"),
    )  # fmt: skip


def _local(
    price: HourPrice, p50: float | None, p95: float | None, size: float | None, made_s: float | None, per: str
) -> Takes:
    thousand = None if p50 is None else price.of_ms(THOUSAND * p50)
    made = None if made_s is None else price.of_ms(1000 * made_s)
    return Takes(p50, p95, size, made_s, made, thousand, f"measured time, {price.how}", per)


def beside(service: Service, task: TaskSpec, reference: Run, runs: Iterable[Run]) -> list[Contender]:
    """Return a run's baselines and language models asked beside it, tested against it.

    The p-values are those of single comparisons: whoever shows them together corrects them together.
    """
    metric, price = task.metric(task.primary_metric), hour_price(service.settings)
    found = _baselines(service, task, metric, reference, price)
    known = answers_of(service, reference)
    asked: dict[str, Contender] = {}
    for run in (reference, *(one for one in runs if one.id != reference.id)):
        for result in results_of_run(service.folder(run.id)) if run.is_own else ():
            if result.score is not None and metric.statistic == "share":
                asked.setdefault(result.contender, _language_model(metric, result, known, price))
    return [*found, *asked.values()]


def _baselines(service: Service, task: TaskSpec, metric: MetricSpec, run: Run, price: HourPrice) -> list[Contender]:
    measures = service.report(run.id).get("baselines") or {}
    kept, own = _kept_baselines(service, run), answers_of(service, run)
    in_folds = folds_of(service, run)
    found = []
    for name, scores in run.baselines.items():
        if metric.name not in scores:
            continue
        one: Mapping[str, Any] = measures.get(name) or {}
        takes = _local(
            price, one.get("p50_ms"), one.get("p95_ms"), one.get("size_bytes"), one.get("fit_s"),
            "character" if task.output_kind == "text" else "example",
        )  # fmt: skip
        slug = f"{run.id}+{one['name']}" if one.get("name") else ""
        contender = Contender(
            slug, "baseline", full_name(name), plain_name(name), scores, takes, why=NOT_KEPT, method=name
        )
        answered = None if kept is None else kept.predictions.get(name)
        if kept is not None and answered is not None:
            difference = _to_run(task, metric, kept, answered, own, in_folds)
            why = "" if difference else OTHERS
            contender = replace(contender, difference=difference, why=why, examples=len(answered.nll))
        found.append(contender)
    return found


def _to_run(
    task: TaskSpec,
    metric: MetricSpec,
    kept: StoredBaselines,
    answered: Predictions,
    own: Answers | None,
    in_folds: StoredFolds | None,
) -> Difference | None:
    """Return a baseline's score minus the run's; None without common examples."""
    if kept.in_folds:
        if in_folds is None or len(in_folds.predictions.nll) != len(answered.nll):
            return None
        return difference_in_folds(metric, _as_folds(in_folds, answered), in_folds)
    if own is None:
        return None
    return difference_between(task, metric, _as_answers(kept.fingerprint, answered), own)


@lru_cache(maxsize=64)  # the same object each time: differences are remembered by it
def _as_folds(in_folds: StoredFolds, answered: Predictions) -> StoredFolds:
    return replace(in_folds, predictions=answered)


@lru_cache(maxsize=64)
def _as_answers(fingerprint: str, answered: Predictions) -> Answers:
    return Answers(fingerprint, answered, np.zeros(0, np.float32))


def _language_model(metric: MetricSpec, result: ContestResult, known: Answers | None, price: HourPrice) -> Contender:
    thousand, how = result.cost_per_1000, ""
    if thousand is None and is_loopback(urlsplit(f"//{result.host}").hostname or ""):
        thousand, how = price.of_ms(THOUSAND * result.p50_ms), "measured time"
    elif thousand is not None:
        dated = f" of {result.priced_on}" if result.priced_on else ""
        how = f"tokens at the price{dated}"
        if result.currency != price.currency:
            thousand, how = None, f"{thousand:,.4g} {result.currency}, in another currency"
    takes = Takes(result.p50_ms, result.p95_ms, thousand=thousand, how=how)
    assert result.score is not None
    scores = {metric.name: result.score}
    contender = Contender(
        result.contender, "language model", result.name, result.name, scores, takes, examples=len(result.rows)
    )
    if known is None or (difference := _to_answers(metric, result, known)) is None:
        return replace(contender, why=OTHERS)
    return replace(contender, difference=difference)


def _to_answers(metric: MetricSpec, result: ContestResult, known: Answers) -> Difference | None:
    rows = np.asarray(result.rows, np.int64)
    if known.fingerprint != result.fingerprint or len(known) != result.test_rows or not len(rows):
        return None
    other = known.predictions.select(rows)
    if not np.array_equal(other.targets, np.asarray(result.targets)):
        return None
    nothing = np.zeros(len(rows))  # of a language model nobody knows how surprised it is
    first, second = (replace(one, nll=nothing, groups=other.groups) for one in (result.predictions(), other))
    return difference_of(metric, first, second, 1, SEED)


def _kept_baselines(service: Service, run: Run) -> StoredBaselines | None:
    if not run.is_own:
        return None
    folder = service.folder(run.id)
    try:
        return _read(folder, (folder / BASELINES_NAME).stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=20)
def _read(folder: Path, modified_ns: int) -> StoredBaselines | None:
    del modified_ns  # part of the key: what was judged again is read again
    return read_baselines(folder)


def contenders_of(service: Service, run: Run) -> list[Contender]:
    """Return a run and everybody asked beside it, the best score first.

    All are tested against the run, together (Holm). Baselines whose answers were not kept stand as the report's own
    test, or else intervals that do not overlap, say.
    """
    task = service.tasks().get(run.task)
    if task is None or task.primary_metric not in run.test:
        return []
    metric, models = task.metric(task.primary_metric), service.models()
    name = models[run.config.model].short if run.config.model in models else run.config.model
    takes = run_takes(service, run, hour_price(service.settings))
    report = service.report(run.id)
    examples = int((report.get("judged") or {}).get("rows") or 0)
    own = Contender(run.id, "model", name, name, run.test, takes, "reference", examples=examples)
    others = tested_together(beside(service, task, run, ()), metric)
    tested = report.get("difference") or {}
    shown = [one if one.difference else _by_report(one, own, metric, tested) for one in others]
    sign = -1.0 if metric.direction == "max" else 1.0
    return on_front(sorted([own, *shown], key=lambda one: sign * one.scores[metric.name].value), metric)


def of_ranking(service: Service, ranking: "Ranking", names: Mapping[str, str]) -> list[Contender]:
    """Return the runs of a ranking and all beside them, the front marked.

    Args:
        service: Knows what they take.
        ranking: Already tested together.
        names: Of the runs, by id.
    """
    price, metric = hour_price(service.settings), ranking.metric
    runs = [
        Contender(
            one.run.id, "model", names[one.run.id], names[one.run.id], one.run.test, run_takes(service, one.run, price),
            one.verdict, one.difference, one.p, one.rows, one.why,
        )
        for one in ranking.results
    ]  # fmt: skip
    return on_front([*runs, *ranking.beside], metric)


def tested_together(contenders: Sequence[Contender], metric: MetricSpec) -> list[Contender]:
    """Return contenders with their standing, corrected for all tests among them."""
    known = [one.difference for one in contenders if one.difference is not None]
    return stood(contenders, iter(corrected(known, 1 if metric.direction == "max" else -1)))


def stood(contenders: Sequence[Contender], standings: Iterator[tuple[Standing, Difference, float]]) -> list[Contender]:
    """Return contenders with the next standings, those without a test as they are."""
    found = []
    for one in contenders:
        if one.difference is not None:
            standing, difference, p = next(standings)
            one = replace(one, standing=standing, difference=difference, p=p)
        found.append(one)
    return found


def _by_report(one: Contender, own: Contender, metric: MetricSpec, tested: Mapping[str, Any]) -> Contender:
    """Return how a baseline of a run from before its answers were kept stands."""
    if one.kind != "baseline":
        return one
    low = high = math.nan
    if one.method == tested.get("baseline") and None not in (tested["ci_low"], tested["ci_high"]):
        low, high = -tested["ci_high"], -tested["ci_low"]  # there a difference above 0 is better for the run
    if math.isnan(low) or math.isnan(high):
        ours, theirs = own.scores[metric.name], one.scores[metric.name]
        low, high = _least(theirs) - _most(ours), _most(theirs) - _least(ours)
        if metric.direction == "min":
            low, high = -high, -low
    standing: Standing = "better" if low > 0 else "worse" if high < 0 else "unclear"
    return replace(one, standing=standing, why="")


def _least(score: Score) -> float:
    return score.value if math.isnan(score.ci_low) else score.ci_low


def _most(score: Score) -> float:
    return score.value if math.isnan(score.ci_high) else score.ci_high


def on_front(contenders: Sequence[Contender], metric: MetricSpec) -> list[Contender]:
    """Return the contenders with the Pareto front of score and cost marked."""
    points = {
        str(place): (one.takes.thousand, one.scores[metric.name].value)
        for place, one in enumerate(contenders)
        if one.takes.thousand is not None
    }
    best = (
        front(
            {place: (float(cost or 0), score) for place, (cost, score) in points.items()},
            higher_is_better=metric.direction == "max",
        )
        if len(points) > 1
        else []
    )
    return [replace(one, on_front=str(place) in best) for place, one in enumerate(contenders)]
