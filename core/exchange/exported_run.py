"""A run of ours as another tracker shall get it, and what writes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.exchange.external_run import Series
from core.runs import Run


@dataclass(frozen=True, eq=False)
class Outgoing:
    """One run with everything that is handed on."""

    run: Run
    folder: str  # a name that no other run of the same export has, safe on every file system
    curves: Mapping[str, Series]  # every point, at whole steps: other trackers know no others
    settings: Mapping[str, object]  # flat: texts, numbers, yes and no
    scores: Mapping[str, float]  # "test/accuracy", "test/accuracy_ci_low", "baseline/majority/accuracy"
    tags: Mapping[str, str]  # what else is known, in texts
    factors: Mapping[str, int] = field(default_factory=dict)  # by key: what steps were multiplied with; 0 if numbered


@dataclass(frozen=True)
class Exporter:
    """One format that runs can be handed on in."""

    name: str
    title: str
    gives: str  # what is made, for a founder
    how_to_open: str  # a command a line, for a terminal in the folder
    # Into an empty folder; returns in sentences what had to be changed.
    write: Callable[[Sequence[Outgoing], Path], Sequence[str]] = field(repr=False)
