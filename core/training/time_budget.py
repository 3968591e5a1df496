"""Time budget: how many steps and validation evaluations fit into it."""

import math
import time

EVALUATIONS = 10  # at least so many looks at the validation split, where they cost little
EVALUATION_SHARE = 0.3  # examples measured per example trained on; measuring one costs about a third
FIRST_REPLAN = 0.02  # share of the budget after which the speed is believed
REPLAN_EVERY = 0.02
LOOKING = 0.1  # of the budget, at most, for looks at the validation split beside the last one
LEAST_TRAINING = 0.1  # of the budget, whatever the other stages take


def planned_evaluations(epochs: int, trained_on: int, validation_examples: int) -> tuple[int, bool]:
    """Return the number of validation evaluations, and whether one follows the first step.

    Once an epoch; more often in runs of few epochs, as far as looking stays cheap beside training.
    """
    affordable = int(EVALUATION_SHARE * trained_on / max(validation_examples, 1))
    return max(epochs, min(EVALUATIONS, affordable)), affordable >= 2


def training_budget_s(budget_s: float, others_s: float) -> float:
    """Return what a time budget leaves to training.

    Args:
        budget_s: Seconds of the whole run; 0 is no limit.
        others_s: Seconds of all other stages: loading, encoding, baselines, testing, saving.
    """
    return max(budget_s - others_s, LEAST_TRAINING * budget_s)


class TimeBudget:
    """Plan of steps that end in time, renewed as the speed becomes known.

    Args:
        budget_s: Seconds of training, looks at the validation split included; 0 is no limit.
    """

    def __init__(self, budget_s: float) -> None:
        self.budget_s = budget_s
        self._next_evaluation_s, self._next_replan_step = FIRST_REPLAN * budget_s, math.inf

    def resume(self, spent_s: float) -> None:
        """Continue after a pause; this session's first speeds are not trusted either."""
        self._next_evaluation_s = spent_s + FIRST_REPLAN * self.budget_s

    def evaluations(self, planned: int, evaluation_s: float) -> int:
        """Return how many looks at the validation split the budget allows, one at least.

        Args:
            planned: As many as would be good.
            evaluation_s: Seconds that one takes; 0 where nothing is known yet.
        """
        if not self.budget_s or not evaluation_s:
            return planned
        return max(min(planned, int(LOOKING * self.budget_s / evaluation_s)), 1)

    def steps_total(
        self, planned: int, most: int, step: int, spent_s: float, per_step_s: float | None, last_evaluation_s: float
    ) -> int:
        """Return how many steps to make in all.

        Args:
            planned: Steps as planned so far.
            most: Steps that the run would make without a limit.
            step: Steps done.
            spent_s: Seconds spent in all.
            per_step_s: Seconds that a step takes, looks included; None where nothing is known yet.
            last_evaluation_s: Seconds that the last look at the validation split will take.
        """
        if not self.budget_s or per_step_s is None:
            return planned
        if spent_s < self._next_evaluation_s and step < self._next_replan_step:
            return planned
        self._next_evaluation_s = spent_s + REPLAN_EVERY * self.budget_s
        left_s = max(self.budget_s - spent_s - last_evaluation_s, 0.0)
        total = min(most, step + int(left_s / max(per_step_s, 1e-9)))
        # Where it was cut too short, the steps are over long before the time is: it must be looked at before its end.
        self._next_replan_step = step + max((total - step) // 2, 1) if total < most else math.inf
        return total


class Clock:
    """Seconds of training, those of earlier sessions included."""

    def __init__(self, earlier_s: float = 0.0) -> None:
        self.earlier_s = earlier_s
        self._started = time.perf_counter()

    @property
    def spent_s(self) -> float:
        """Seconds so far."""
        return self.earlier_s + time.perf_counter() - self._started
