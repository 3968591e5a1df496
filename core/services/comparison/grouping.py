"""Grouping of runs by identical test examples, since only those scores are comparable."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.runs import Run

DIGITS = 8  # of a fingerprint, in a sentence


@dataclass(frozen=True)
class Group:
    """Runs of one task, evaluated on the same dataset version."""

    task: str  # empty for runs from elsewhere
    dataset: str
    fingerprint: str  # empty where nobody knows the data
    runs: tuple[Run, ...]


def groups_of(runs: Sequence[Run]) -> list[Group]:
    """Return the runs by task and data version, the largest group first."""
    found: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        found.setdefault((run.task, run.config.dataset, version_of(run)), []).append(run)
    groups = [Group(*key, tuple(members)) for key, members in found.items()]
    return sorted(groups, key=lambda group: (not group.fingerprint, -len(group.runs)))


def version_of(run: Run) -> str:
    """Return a run's dataset version fingerprint: loaded, or to be loaded."""
    return run.dataset_fingerprint or run.config.dataset_version


def data_in_words(group: Group) -> str:
    """Return which data a group was judged on."""
    if not group.dataset:
        return "data that Touchstone does not know"
    mark = f"version {group.fingerprint[:DIGITS]}" if group.fingerprint else "a version that is not loaded yet"
    return f"{group.dataset}, {mark}"
