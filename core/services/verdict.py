"""A run's verdict, computed on each read from scores, target, data and other runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from core.errors import TouchstoneError, UserError
from core.evaluation.baseline_names import same_model
from core.evaluation.best_of_runs import best_of
from core.evaluation.judged import Judged, judged_of
from core.evaluation.meaning import meaning
from core.evaluation.next_step.situation import Finding, LikelyMislabels, Model, OtherRun, Situation, Sizes
from core.evaluation.nouns import noun_of
from core.evaluation.target_status import TargetResult
from core.evaluation.verdict import Verdict, verdict
from core.runs import Run, RunStatus
from core.services.advice.evidence import Evidence
from core.services.advice.rules_on_run import advise, evidence_of
from core.services.comparison.grouping import version_of
from core.services.dataset_service import columns_in
from core.services.decision import decision_of
from core.services.label_issues import is_believed, label_issues_of_run
from core.services.labels_curve import read_result
from core.services.recommendation import recommended
from core.services.run_document import report_in
from core.services.run_service import Service
from core.statistics.labels_curve import LabelsCurve

LAST_PART = 0.3  # of the training, whose gain may come again
LAST_POINTS = 0.1  # of the training curve, that say how good it is on its training examples
Called = Callable[[str, str, str], tuple[str, str]]  # of a task, a data set and its version: noun and unit
LARGER = 1.3  # times as many training examples, that say what more of them bring


def verdict_of(service: Service, run: Run) -> Verdict | None:
    """Return the verdict of a run; None before evaluation or if external."""
    judged = judged_run(service, run)
    return None if judged is None else verdict(_situation(service, run, judged), service.report(run.id))


def meaning_of(service: Service, run: Run) -> str:
    """Return the verdict's first sentence, else the stored verdict, which may be empty."""
    judged = judged_run(service, run)
    return run.verdict if judged is None else meaning(judged)


def meanings_of(service: Service, runs: Sequence[Run], targets: Mapping[str, TargetResult]) -> dict[str, str]:
    """Return many verdicts' first sentences, by run; each data set is looked at once."""
    called = lru_cache(maxsize=None)(partial(_called, service))
    judged = {run.id: _judged(service, run, targets.get(run.id), called) for run in runs}
    return {run.id: run.verdict if (found := judged[run.id]) is None else meaning(found) for run in runs}


def judged_run(service: Service, run: Run) -> Judged | None:
    """Return a run's scores with their context for sentences; None without scores."""
    return _judged(service, run, service.targets.result(run), partial(_called, service))


def _judged(service: Service, run: Run, target: TargetResult | None, called: Called) -> Judged | None:
    task = service.tasks().get(run.task)
    if task is None or task.primary_metric not in run.test:
        return None
    found = judged_of(task, run.test, run.baselines, report_in(service.settings.runs_folder / run.id))
    noun, unit = called(task.name, run.config.dataset, run.config.dataset_version)
    found = replace(found, target=target)
    return replace(found, noun=noun, unit=unit) if noun else found


def _called(service: Service, task_name: str, dataset: str, version: str) -> tuple[str, str]:
    """Return an example's noun and its numbers' unit; empty where the data is gone."""
    data, task = service.dataset_service, service.tasks()[task_name]
    try:
        spec = data.find(dataset, fingerprint=version)
        facts = data.facts(spec.name, version)
    except UserError:
        return "", ""
    texts = [str(one["name"]) for one in columns_in(facts, "text")]
    units = [str(one.get("unit") or "") for one in columns_in(facts, "target")]
    return spec.noun or noun_of(task.input_kind, task.noun, spec.title, texts), next(iter(units), "")


def _situation(service: Service, run: Run, judged: Judged) -> Situation:
    evidence, models = evidence_of(service, run), service.models(run.task)
    alike = [one for one in service.runs() if one.config.dataset == run.config.dataset and one.task == run.task]
    same = [one for one in alike if version_of(one) == version_of(run) and one.status is RunStatus.SUCCEEDED]
    simple = same_model(judged.difference.baseline) if judged.difference is not None else ""
    trained, validated = _shares(evidence)
    return Situation(
        judged,
        {one.code: Finding(one.code, one.finding, one.action, one.changes) for one in advise(evidence)}
        if evidence is not None else {},
        trained, validated, _late_gain(evidence, judged), run.config.epochs,
        _label_issues(service, run),
        _other(run, judged, same),
        _sizes(service, run, judged, alike),
        _next_model(service, run, {one.config.model for one in same}),
        Model(simple, models[simple].title) if simple in models and simple != run.config.model else None,
        _kept(service, run, judged),
        evidence.stronger if evidence is not None else "",
        run.can_train_longer,
        _labels(service, run),
        decision_of(service, run, judged),
    )  # fmt: skip


def _kept(service: Service, run: Run, judged: Judged) -> str:
    """Return the best baseline's name, where the run has kept it."""
    if judged.difference is None:
        return ""
    said = (service.report(run.id).get("baselines") or {}).get(judged.difference.baseline) or {}
    name = str(said.get("name") or "")
    folder = service.settings.runs_folder / run.id / "baselines"
    return name if name and (folder / name / "card.json").is_file() else ""


def _shares(evidence: Evidence | None) -> tuple[float | None, float | None]:
    """Return the final training accuracy and the best validation accuracy."""
    if evidence is None:
        return None, None
    train, validation = evidence.line("train/accuracy").values, evidence.line("validation/accuracy").values
    if not len(train) or not len(validation):
        return None, None
    return float(np.mean(train[-max(int(LAST_POINTS * len(train)), 1) :])), float(validation.max())


def _late_gain(evidence: Evidence | None, judged: Judged) -> float | None:
    """Return the validation gain of the last part of training; above 0 is better."""
    if evidence is None or not len(line := evidence.line(f"validation/{judged.said}")):
        return None
    before = float(np.interp(line.steps[-1] * (1 - LAST_PART), line.steps, line.values))
    gain = float(line.values[-1]) - before
    return gain if judged.task.metric(judged.said).direction == "max" else -gain


def _label_issues(service: Service, run: Run) -> LikelyMislabels | None:
    try:
        entry = service.dataset_service.entry(run.config.dataset)
    except UserError:
        return None
    if entry.deleted_at is not None or not is_believed(service, run):
        return None
    found = label_issues_of_run(service, run)
    if found is None or found.trial is None:
        return None
    return LikelyMislabels(len(found.labels), found.trial.precision, entry.examples)


def _other(run: Run, judged: Judged, same: Sequence[Run]) -> OtherRun | None:
    """Return the best other run by validation, if better on the same test examples."""
    best = best_of([one for one in same if one.id != run.id and judged.said in one.test], judged.primary)
    own = judged.test.get(judged.said)
    if best is None or own is None:
        return None
    value, higher = best.run.test[judged.said].value, judged.task.metric(judged.said).direction == "max"
    if not (value > own.value if higher else value < own.value):
        return None
    return OtherRun(best.run.id, best.run.name, value, value > own.ci_high if higher else value < own.ci_low)


def _sizes(service: Service, run: Run, judged: Judged, alike: Sequence[Run]) -> Sizes | None:
    """Return the same model on clearly fewer or more training examples, else None."""
    data = service.dataset_service
    if not data.store.has(run.config.dataset):
        return None
    sizes = {info.fingerprint: info.split_sizes.get("train", 0) for info in data.versions(run.config.dataset)}
    own, said = sizes.get(version_of(run), 0), judged.said
    asked = (run.config.model, run.config.params, run.config.preset)
    others = [
        (sizes.get(version_of(one), 0), one.test[said].value)
        for one in alike
        if said in one.test and (one.config.model, one.config.params, one.config.preset) == asked
    ]
    apart = [one for one in others if one[0] and own and max(one[0], own) >= LARGER * min(one[0], own)]
    if not apart:
        return None
    fewer, more = sorted([(own, judged.test[said].value), max(apart, key=lambda one: abs(np.log(one[0] / own)))])
    return Sizes(*fewer, *more)


def _labels(service: Service, run: Run) -> LabelsCurve | None:
    """Return the labels curve of a run's model, else of its baseline."""
    found = read_result(service.folder(run.id))
    return None if found is None else found.curves.get("model") or found.curves.get("baseline")


def _next_model(service: Service, run: Run, tried: set[str]) -> Model | None:
    models = service.models(run.task)
    try:
        found = recommended(service.dataset_service, run.config.dataset, run.task)
    except TouchstoneError:  # the data is gone, or cannot be read any more
        return None
    new = set(models) - tried - {run.config.model}
    names = [name for name in (found.model, found.runner_up) if name in new]
    return Model(names[0], models[names[0]].title) if names else None
