"""How a run stands against the baseline run of its task."""

import math
from dataclasses import dataclass

from core.runs import Run
from core.services.run_search.fields import deciding
from core.services.run_search.run_tags import RunTags
from core.services.run_service import Service
from core.specs import MetricSpec


@dataclass(frozen=True)
class AgainstBaseline:
    """A run beside the baseline run of its task."""

    baseline_id: str
    sentence: str
    comparable: bool  # whether both were judged by the same metric on the same data
    better_by: float | None  # in the metric's own unit, above 0 is better; None where they cannot be compared


def against_baseline(service: Service, run: Run) -> AgainstBaseline | None:
    """Return a run's comparison to the baseline run; None without baseline or score.

    The baseline run is that of its task.

    The difference of two scores says nothing about chance: the paired test on the page of comparisons does.
    """
    baseline, metric = RunTags(service).baseline_of(run.task), deciding(run, service.tasks())
    if baseline is None or metric is None:
        return None
    if baseline.id == run.id:
        return AgainstBaseline(run.id, "The baseline run: others of its task are measured against it.", True, None)
    mine, other = run.test.get(metric.name), baseline.test.get(metric.name)
    if mine is None or other is None or math.isnan(mine.value) or math.isnan(other.value):
        return None
    name = f"the baseline run '{baseline.name}'"
    if not run.dataset_fingerprint or run.dataset_fingerprint != baseline.dataset_fingerprint:
        return AgainstBaseline(
            baseline.id, f"Not compared with {name}: they were tested on different data.", False, None
        )  # fmt: skip
    better = (mine.value - other.value) * (1 if metric.direction == "max" else -1)
    return AgainstBaseline(baseline.id, f"{difference(metric, mine.value - other.value)} against {name}.", True, better)


def difference(metric: MetricSpec, value: float) -> str:
    """Return a difference of two scores in words: "+2.1 points of accuracy"."""
    title = metric.in_a_sentence.partition(" (")[0]
    if metric.unit == "percent":
        return f"{100 * value:+.1f} points of {title}"
    good = "" if metric.direction == "max" or value == 0 else " (less is better)"
    return f"{value:+.3g} of {title}{good}"
