"""A finished run that doubts labels, as files and rows: nothing is trained."""

import json
from collections.abc import Sequence
from typing import Any

from core.runs import Run, RunStatus
from core.services.run_service import Service
from core.specs.dataset_types import VersionInfo
from core.store.run_store import RunStore

CLEARLY_BETTER = {"baseline": "TF-IDF + logistic regression", "value": 0.1, "ci_low": 0.04, "ci_high": 0.16}
NOT_CLEARLY = {"baseline": "TF-IDF + logistic regression", "value": 0.01, "ci_low": -0.02, "ci_high": 0.04}
TRIAL = {
    "judge": "the model itself", "among": "validation and test", "examples": 200, "draws": 20, "flipped": 200,
    "doubted": 160, "found": 120,
}  # fmt: skip


def label_issues_about(
    split: str, places: Sequence[int], given: str = "bad", suggested: str = "good"
) -> list[dict[str, Any]]:
    """Return doubts about these examples of a split, as a run writes them."""
    found = {"split": split, "given": given, "suggested": suggested, "confidence": 0.97}
    return [found | {"place": place} for place in places]


def run_with_label_issues(
    service: Service,
    info: VersionInfo,
    found: Sequence[dict[str, Any]],
    name: str = "first try",
    **written: Any,
) -> Run:
    """Return a finished run on a version that doubts some of its labels.

    Args:
        service: Where it is kept.
        info: The version that it was trained on.
        found: What it doubts, the surest first.
        name: The run's.
        written: Into its file beside that; clearly better than the baseline and measured if not given.
    """
    store = RunStore(service.database)
    config = service.make_config("text-classification", info.name, "bag-of-embeddings", "quick", {"epochs": 3})
    run = store.create(config, name, f"doubting-{name}")
    store.update(run.id, status=RunStatus.RUNNING)
    store.finish(run.id, RunStatus.SUCCEEDED)
    folder = service.folder(run.id)
    folder.mkdir(parents=True)
    report = {"labels": ["bad", "good"], "confusion": [[5, 1], [0, 6]], "difference": None}
    (folder / "report.json").write_text(json.dumps(report))
    file = {"fingerprint": info.fingerprint, "found": list(found), "difference": CLEARLY_BETTER, "trial": TRIAL}
    (folder / "mislabels.json").write_text(json.dumps(file | written))
    return service.run(run.id)
