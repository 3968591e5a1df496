"""Matching of imported runs to known runs, even after corrections to the source."""

from collections.abc import Mapping

import numpy as np

from core.exchange.external_run import ExternalRun
from core.runs import Run
from core.services.run_service import Service
from core.specs.dataset_types import Guess
from core.store.curve import Curve
from core.store.imported_runs import ImportedRuns
from core.store.metric_store import MetricStore

ALIKE = 0.5  # share of points that make a table the corrected state of one that was imported before


class Matching:
    """Finds runs that were imported before, also those whose source was corrected since."""

    def __init__(self, service: Service) -> None:
        self._store, self._metrics = ImportedRuns(service.database), MetricStore(service.database)
        self._taken: set[str] = set()  # ids: two runs of one import are never the same

    def find(self, origin: str, run: ExternalRun) -> tuple[Run | None, tuple[Guess, ...]]:
        """Return the known run and the guesses that matched it; None if new."""
        for key in (run.key, *run.former_keys):
            if (known := self._store.find(key)) is not None and known.id not in self._taken:
                self._taken.add(known.id)
                return known, ()
        for known in self._store.named(origin, run.name) if run.by_content else ():
            share = agreement(self._metrics.curves(known.id), run) if known.id not in self._taken else 0.0
            if share >= ALIKE:
                self._taken.add(known.id)
                why = f"{100 * share:.0f} % of its points are the same, so it is read as corrected since"
                return known, (Guess("Known run", known.id, why, "another name of the file"),)
        return None, ()


def agreement(here: Mapping[str, Curve], run: ExternalRun) -> float:
    """Return the share of common points in the least matching curve.

    The curves are those of two states of a run.

    Curves of one value throughout say nothing. 0 where the names of the curves differ.
    """
    if here.keys() != run.curves.keys():
        return 0.0
    shares = []
    for key, there in run.curves.items():
        values = there.values[np.isfinite(there.values)]
        if len(there) > 1 and len(values) and values.min() < values.max():
            mine = set(zip(here[key].steps.tolist(), here[key].values.tolist(), strict=True))
            theirs = zip(there.steps.tolist(), there.values.tolist(), strict=True)
            shares.append(sum(point in mine for point in theirs) / max(len(mine), len(there)))
    return min(shares, default=0.0)
