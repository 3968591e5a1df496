"""Label issues from a trained model, connecting runs and datasets, for pages and commands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import RunNotFound
from core.runs import Run, RunStatus
from core.services.run_service import Service
from core.specs.dataset_types import Finding, LabelFlipTest, LabelIssue


@dataclass(frozen=True)
class LabelIssues:
    """Label issues from a model trained on a version or an earlier one."""

    finding: Finding
    labels: tuple[LabelIssue, ...]  # as positions in the version that was asked about, the surest first
    run: Run
    is_older: bool  # the model learnt from a version before this one
    trial: LabelFlipTest | None = None  # how far it can be trusted; None of a run that ended before that was measured


def label_issues_of(service: Service, dataset: str, fingerprint: str = "") -> LabelIssues | None:
    """Return label issues from the latest model clearly better than the strongest baseline.

    The version is one of an imported dataset.

    Args:
        service: Knows runs and data sets.
        dataset: The data set's name.
        fingerprint: Of the version; empty is the one in use.

    Returns:
        None where there is no such model, or where it doubts nothing.
    """
    dataset_service = service.dataset_service
    mark = fingerprint or dataset_service.head(dataset)
    judges: dict[str, Run] = {}  # the newest finished run of each version
    for run in service.runs_using(dataset):
        version = run.config.dataset_version
        if version not in judges and run.status is RunStatus.SUCCEEDED and is_believed(service, run):
            judges[version] = run
    judged = next((version for version in dataset_service.lineage(dataset, mark) if version in judges), None)
    return None if judged is None else _label_issues(service, judges[judged], mark)


def label_issues_of_run(service: Service, run: Run, fingerprint: str = "") -> LabelIssues | None:
    """Return a run's label issues in a version, believed or not; None without any.

    Args:
        service: Knows runs and data sets.
        run: Finished, on data that was brought and may have gone since.
        fingerprint: Of the version of that data; empty is the one in use.
    """
    name, dataset_service = run.config.dataset, service.dataset_service
    if not run.config.dataset_version or not _file(service, run).exists():
        return None
    known = {info.fingerprint for info in dataset_service.versions(name)} if dataset_service.has(name) else set()
    return (
        _label_issues(service, run, fingerprint or dataset_service.head(name))
        if run.config.dataset_version in known
        else None
    )


def is_believed(service: Service, run: Run) -> bool:
    """Check whether a run clearly beats the strongest baseline, so its issues are worthwhile."""
    gain = _difference(service, run)
    return gain is not None and float(gain["ci_low"]) > 0


def why_no_label_issues(service: Service, run_id: str, dataset: str, fingerprint: str) -> str:
    """Return, as a sentence, why no label issues are suggested; empty if they are."""
    try:
        run = service.run(run_id)
    except RunNotFound:
        return f"There is no run '{run_id[:40]}', so nothing is known of what it doubts. It may have been removed."
    if run.config.dataset != dataset:
        return f"'{run.name}' was trained on other data, so it doubts no label here."
    if run.status is not RunStatus.SUCCEEDED:
        return f"'{run.name}' has not finished, so it doubts no label yet."
    label_issues = label_issues_of_run(service, run, fingerprint)
    if label_issues is None:
        return f"'{run.name}' doubts no label of this version, or what it doubted was put right or kept."
    return "" if is_believed(service, run) else why_not_believed(service, run)


def why_not_believed(service: Service, run: Run) -> str:
    """Return, as a sentence, why a run no better than a baseline suggests none."""
    gain = _difference(service, run)
    if gain is None:
        return f"'{run.name}' was not compared with a baseline, so which labels it doubts is not suggested to you."
    low, high = (100 * float(gain[end]) for end in ("ci_low", "ci_high"))
    return (
        f"'{run.name}' is not clearly better than {gain['baseline']} ({100 * float(gain['value']):+.1f} points, 95 % "
        f"interval {low:+.1f} to {high:+.1f}), so which labels it doubts is not suggested to you: where a "
        "method is as good, too many of its doubts are its own mistakes."
    )


def _label_issues(service: Service, run: Run, mark: str) -> LabelIssues | None:
    dataset_service, dataset, judged = service.dataset_service, run.config.dataset, run.config.dataset_version
    written = _written(service, run)
    said = dataset_service.label_issue_list(dataset, judged, written["found"], run.name)
    labels = dataset_service.remaining_label_issues(dataset, said, judged, mark)
    if not labels:
        return None
    trial = LabelFlipTest(**written["trial"]) if written.get("trial") else None
    finding = dataset_service.label_issue_finding(dataset, labels, mark, trial)
    return LabelIssues(finding, tuple(labels), run, judged != mark, trial)


def _difference(service: Service, run: Run) -> Mapping[str, Any] | None:
    """Return a run's gain over the strongest baseline; None if unknown or without issues."""
    if not _file(service, run).exists():
        return None
    written = _written(service, run)
    if "difference" in written:
        found = written["difference"]
    else:  # of a run that ended before it was written here
        report = service.folder(run.id) / "report.json"
        found = _read(report, report.stat().st_mtime_ns).get("difference") if report.exists() else None
    return found if isinstance(found, dict) else None


def _written(service: Service, run: Run) -> dict[str, Any]:
    file = _file(service, run)
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(file: Path, changed_ns: int) -> dict[str, Any]:
    """Return a file of JSON; read again where it was written since."""
    del changed_ns
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _file(service: Service, run: Run) -> Path:
    return service.settings.runs_folder / run.id / "mislabels.json"
