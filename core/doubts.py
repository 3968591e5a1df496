"""Labels that the latest trained model doubts: where runs and data sets meet. Pages and commands call it."""

import json
from dataclasses import dataclass
from pathlib import Path

from core.imports import DoubtedLabel, Finding
from core.runs import Run, RunStatus
from core.service import Service


@dataclass(frozen=True)
class Doubts:
    """What the latest model that was trained on a version, or on one before it, doubts."""

    finding: Finding
    labels: tuple[DoubtedLabel, ...]  # as positions in the version that was asked about, the surest first
    run: Run
    is_older: bool  # the model learnt from a version before this one


def doubts_of(service: Service, dataset: str, fingerprint: str = "") -> Doubts | None:
    """Return what a model doubts of a brought version; None where none was trained, or where it doubts nothing.

    Args:
        service: Knows runs and data sets.
        dataset: The data set's name.
        fingerprint: Of the version; empty is the one in use.
    """
    shelf = service.shelf
    mark = fingerprint or shelf.head(dataset)
    judges: dict[str, Run] = {}  # the newest finished run of each version
    for run in service.runs_using(dataset):
        if run.status is RunStatus.SUCCEEDED and _file(service, run).exists():
            judges.setdefault(run.config.dataset_version, run)
    judged = next((version for version in shelf.lineage(dataset, mark) if version in judges), None)
    if judged is None:
        return None
    return _doubts(service, judges[judged], mark)


def doubts_of_run(service: Service, run: Run) -> Doubts | None:
    """Return what a run doubts of the version in use; None where it doubts nothing, or its data has gone.

    Args:
        service: Knows runs and data sets.
        run: Finished, on data that was brought.
    """
    name = run.config.dataset
    if not run.config.dataset_version or not _file(service, run).exists():
        return None
    known = {info.fingerprint for info in service.shelf.versions(name)} if service.shelf.library.has(name) else set()
    return _doubts(service, run, service.shelf.head(name)) if run.config.dataset_version in known else None


def _doubts(service: Service, run: Run, mark: str) -> Doubts | None:
    shelf, dataset, judged = service.shelf, run.config.dataset, run.config.dataset_version
    said = shelf.doubted_labels(dataset, judged, json.loads(_file(service, run).read_text())["found"], run.name)
    labels = shelf.still_doubted(dataset, said, judged, mark)
    if not labels:
        return None
    return Doubts(shelf.doubt_finding(dataset, labels, mark), tuple(labels), run, judged != mark)


def _file(service: Service, run: Run) -> Path:
    return service.settings.runs_folder / run.id / "mislabels.json"
