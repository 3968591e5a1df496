"""All rules on one run."""

from functools import cache

import numpy as np

from core.catalog import entries
from core.errors import TouchstoneError
from core.runs import Run
from core.services.advice.evidence import SEVERITIES, STRONGER, Advice, Evidence, Line, Rule
from core.services.curve_cache import Curve, curves_of
from core.services.recommendation import recommended
from core.services.recommendation.recommendation import Recommendation
from core.services.run_service import Service


@cache
def rules() -> dict[str, Rule]:
    """Return all rules by code; each file in the folder is one."""
    found = entries("core.services.advice.rules", "RULE", "code")
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


def advise(evidence: Evidence) -> tuple[Advice, ...]:
    """Return what is worth saying, problems first."""
    found: dict[str, Advice] = {}
    for code, rule in rules().items():
        if evidence.was_solved and rule.of_descent:
            continue
        if (advice := rule.check(evidence)) is not None:
            found[code] = advice
    silent = {code for speaking in found for code in rules()[speaking].silences}
    left = [advice for code, advice in found.items() if code not in silent]
    return tuple(sorted(left, key=lambda advice: SEVERITIES.index(advice.severity)))  # stable: then by order


def advice_on(service: Service, run_id: str) -> tuple[Advice, ...]:
    """Return what is worth saying about a run as it is now.

    Raises:
        RunNotFound: There is none of this id.
    """
    evidence = evidence_of(service, service.run(run_id))
    return advise(evidence) if evidence is not None else ()


def evidence_of(service: Service, run: Run) -> Evidence | None:
    """Return the evidence on a run; None before its first step, or if external."""
    task = service.tasks().get(run.task)
    if task is None or not run.steps:
        return None
    best = _recommended(service, run)
    other = best.after(run.config.model)
    # As a chart shows them: of long curves what can be seen, every spike included.
    curves = curves_of(service).read(run.id).curves
    was_solved = any("penalty" in event.data for event in service.events(run.id, "note"))
    return Evidence(
        run=run,
        primary=task.metric(task.primary_metric),
        lines={key: line_of(curve) for key, curve in curves.items()},
        report=service.report(run.id),
        settings={**run.config.params, **run.config.model_dump()},
        steps_per_epoch=run.steps_per_epoch,
        train_examples=run.steps_per_epoch * run.config.batch_size,
        other_model=(other, best.titles.get(other, other)),
        is_not_recommended=run.config.model != best.model,
        unsuited=best.against.get(run.config.model, ""),
        was_solved=was_solved,
        is_final=was_solved and not _reads_more(service, run),
    )


def _reads_more(service: Service, run: Run) -> bool:
    """Return whether stronger settings change the model itself, not only how it descends."""
    if (stronger := STRONGER.get(run.config.preset)) is None:
        return False
    values = service.preset_values(run.config.model, stronger, run.task)
    return any(values.get(name, value) != value for name, value in run.config.params.items())


def _recommended(service: Service, run: Run) -> Recommendation:
    """Return the recommendation for a run's data; its own model without the data."""
    try:
        return recommended(service.dataset_service, run.config.dataset, run.task)
    except TouchstoneError:
        return Recommendation(run.config.model)


def line_of(curve: Curve) -> Line:
    """Return a stored curve without what is no number."""
    finite = np.isfinite(curve.values)
    return Line(curve.steps[finite], curve.values[finite])
