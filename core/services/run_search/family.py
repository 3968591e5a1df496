"""The family of a run as a small graph: ancestors and descendants."""

from dataclasses import dataclass

from core.runs import Run
from core.services.run_service import Service

MOST = 30  # runs; more cannot be read in a small picture


@dataclass(frozen=True)
class Family:
    """Runs, the oldest ancestor first, and who came from whom."""

    runs: tuple[Run, ...]
    skipped: bool  # whether there are more than fit

    @property
    def edges(self) -> tuple[tuple[str, str, str], ...]:
        """Parent, child and relation, for pairs of which both runs are included."""
        known = {run.id for run in self.runs}
        return tuple((run.parent_id, run.id, run.parent_kind) for run in self.runs if run.parent_id in known)


def family_of(service: Service, run_id: str) -> Family:
    """Return a run with ancestors and descendants, nearest first if not all fit.

    Raises:
        RunNotFound: There is no such run.
    """
    run, line = service.run(run_id), service.lineage(run_id)
    ancestors = line.ancestors[-(MOST // 2) :]
    found, waiting = {known.id: known for known in (*ancestors, run)}, list(reversed(line.children))
    skipped = len(ancestors) < len(line.ancestors)
    while waiting:
        child = waiting.pop(0)
        if child.id in found:
            continue
        if len(found) == MOST:
            skipped = True
            break
        found[child.id] = child
        waiting.extend(reversed(service.lineage(child.id).children))
    return Family(tuple(found.values()), skipped)
