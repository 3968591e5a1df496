"""Many runs as brief JSON documents, with one look at the store."""

from collections.abc import Sequence
from typing import Any

from core.runs import Run
from core.services.lineage import Family
from core.services.run_document import run_document
from core.services.run_service import Service
from core.services.verdict import meanings_of
from core.store.run_store import RunStore


def documents(service: Service, runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return runs as documents without the next step, which takes other runs and curves."""
    store, targets = RunStore(service.database), service.targets.results(runs)
    artifacts, family = store.every_artifact(), Family(service.settings, store).of_every(runs)
    said = meanings_of(service, runs, targets)
    return [run_document(r, artifacts.get(r.id, ()), family[r.id], targets.get(r.id), said[r.id]) for r in runs]
