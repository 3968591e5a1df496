"""Whether five folds evaluate a run on every row, the cost, or why not."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.data.prepare.prepare_dataset import PreparedDataset
from core.data.store.folds import FOLDS, NO_FOLDS, Folding, fold
from core.specs import TaskSpec
from core.specs.config import TrainConfig
from core.worker.forecast import baselines_s

CONTINUED = (
    "It goes on from another run, whose model has learnt from rows that each fold would have to keep from it. So it "
    "is judged on one split."
)
PREPARING_S = 0.3  # a fold: fitting what prepares the rows, building, saving


@dataclass(frozen=True, eq=False)
class Plan:
    """What is going to be done.

    Args:
        folding: The folds of the rows; without any where they cannot be made.
        seconds: That they take.
        is_wanted: Whether they are trained.
        why_not: Why not, a sentence; empty where they are, and where nobody asked for them.
    """

    folding: Folding
    seconds: float
    is_wanted: bool
    why_not: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what an estimate says of it: {"seconds", "rows", "is_wanted", "why_not", "is_expected"}."""
        rows = len(self.folding.number)
        return {
            "seconds": self.seconds, "rows": rows, "is_wanted": self.is_wanted, "why_not": self.why_not,
            "is_expected": self.folding.is_expected,
        }  # fmt: skip


NOT_ASKED = Plan(NO_FOLDS, 0.0, False)


class Planner:
    """Knows whether the folds of a run are trained, from what its training takes.

    Args:
        config: Of the run.
        task: On its data.
        data: Of the run.
        most_s: Seconds that folds may take where nobody has chosen.
    """

    def __init__(self, config: TrainConfig, task: TaskSpec, data: PreparedDataset, most_s: float) -> None:
        self._config, self._task, self._data, self._most_s = config, task, data, most_s

    def plan(self, training_s: float) -> Plan:
        """Return what is going to be done."""
        config, decides_itself = self._config, self._config.evaluation == "auto"
        if config.evaluation == "quick-look" or (decides_itself and not self._most_s):
            return NOT_ASKED
        folding = self._folding
        why_not = CONTINUED if config.continues else folding.why_not
        if why_not:
            return Plan(folding, 0.0, False, why_not)
        seconds = FOLDS * (training_s + self._fitting_s + PREPARING_S)
        if decides_itself and (seconds > self._most_s or config.time_budget_min):
            return Plan(folding, seconds, False, _too_dear(seconds, self._most_s, config.time_budget_min))
        return Plan(folding, seconds, True)

    @cached_property
    def _folding(self) -> Folding:
        return fold(self._data.version, self._data.examples, self._data.bonds)

    @cached_property
    def _fitting_s(self) -> float:
        return baselines_s(self._task, self._data, self._config.seed)


def _too_dear(seconds: float, most_s: float, budget_min: float) -> str:
    if budget_min:
        return (
            f"It has {budget_min:g} min, which training alone may use. To be judged on every row as well it needs a "
            "sixth of that for each of six trainings: choose 'Every row counts'."
        )
    minutes = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
    return (
        f"Judging it on every row would take five more trainings, about {minutes}, more than the {most_s:.0f} s that "
        "are taken without being asked for: choose 'Every row counts'."
    )
