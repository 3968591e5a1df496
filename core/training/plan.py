"""Plan of a run's steps: their number, and when to log and to evaluate."""

from collections import deque
from statistics import median_low

from core.specs.config import TrainConfig
from core.training.pace import Pace
from core.training.time_budget import Clock, TimeBudget, planned_evaluations, training_budget_s

POINTS_PER_CURVE = 300
REMEMBERED_LOOKS = 5
SPEED_KNOWN = 3  # steps, after which the speed is believed, and a first guess at the cost of a look is there
EVALUATION_COSTS = 1 / 3  # of an example's step: a look has no way back


class Plan:
    """The steps of a run; a time budget replans them as speed becomes known."""

    def __init__(
        self, config: TrainConfig, steps_per_epoch: int, batch_size: int, examples: int, others_s: float
    ) -> None:
        self._batch_size, self._examples, self._steps_per_epoch = batch_size, examples, steps_per_epoch
        self._most = self.steps_total = config.epochs * steps_per_epoch
        self._budget = TimeBudget(training_budget_s(60 * config.time_budget_min, others_s))
        self._looked_at = -1
        self._evaluations_s: deque[float] = deque(maxlen=REMEMBERED_LOOKS)
        self.evaluation_s, self.saves_evaluations = (
            0.0,
            False,
        )  # of one look; whether there are fewer than would be good
        self._space()

    def resume(self, steps_total: int, spent_s: float) -> None:
        """Go on with as many steps as had been planned."""
        self.steps_total = steps_total
        self._budget.resume(spent_s)
        self._space()

    def fit(self, step: int, clock: Clock, pace: Pace) -> None:
        """Fit steps and evaluations into the time budget, given the speed so far.

        Args:
            step: Steps done.
            clock: Says how much of the budget is spent.
            pace: Says how long a step takes. Not believed before a few, as long as these few can be afforded.
        """
        if not self._budget.budget_s or (per_step_s := pace.per_step_s) is None:
            return
        if not self._evaluations_s:
            self._guess(EVALUATION_COSTS * per_step_s * self._examples / self._batch_size)
        steps_to_know = SPEED_KNOWN - pace.steps
        if step < self.steps_total and 0 < steps_to_know * per_step_s < self._budget.budget_s - clock.spent_s:
            return
        whole_s = per_step_s + self.evaluating_s
        total = self._budget.steps_total(self.steps_total, self._most, step, clock.spent_s, whole_s, self.evaluation_s)
        if total != self.steps_total:
            self.steps_total = total
            self._space()

    def evaluated(self, step: int, seconds: float) -> None:
        """Note that somebody looked at the validation split, and how long it took."""
        self._evaluations_s.append(seconds)
        self._looked_at, self.evaluation_s = (
            step,
            median_low(self._evaluations_s),
        )  # one that stood still says little of the next
        if self._budget.budget_s:
            self._space()

    @property
    def evaluating_s(self) -> float:
        """Seconds of evaluation on the validation split per remaining step."""
        return self.evaluation_s / self.evaluation_interval

    def _guess(self, evaluation_s: float) -> None:
        """Estimate an evaluation's cost until measured; of very different ones, the lower."""
        if not self.evaluation_s or evaluation_s < self.evaluation_s / 2:
            self.evaluation_s = evaluation_s
            self._space()

    def _space(self) -> None:
        """Decide how often a point is due, and how often a look."""
        self._log_interval = max(round(self.steps_total / POINTS_PER_CURVE), 1)
        epochs = max(self.steps_total // self._steps_per_epoch, 1)
        trained_on = self.steps_total * self._batch_size
        wanted, self._evaluates_early = planned_evaluations(epochs, trained_on, self._examples)
        evaluations = self._budget.evaluations(wanted, self.evaluation_s)
        self.saves_evaluations = evaluations < wanted
        self.evaluation_interval = max(self.steps_total // evaluations, 1)

    def is_log_due(self, step: int) -> bool:
        """Return whether to log: every interval, and the first step, to start curves."""
        return step == 1 or step % self._log_interval == 0 or step == self.steps_total

    def is_evaluation_due(self, step: int) -> bool:
        """Return whether to evaluate: every interval, at the end, early if cheap."""
        if step == self.steps_total:
            return True
        if self.saves_evaluations:
            return step - max(self._looked_at, 0) >= self.evaluation_interval
        return step % self.evaluation_interval == 0 or (self._evaluates_early and self._is_first(step))

    def _is_first(self, step: int) -> bool:
        """Return whether the first evaluation is due; a time budget needs its cost.

        Without a budget it is due after the first step.
        """
        if self._looked_at >= 0:
            return False
        if self._budget.budget_s:
            return step <= SPEED_KNOWN and self.evaluation_s > 0
        return step == 1

    def has_evaluated_at(self, step: int) -> bool:
        """Return whether the last look was at this step."""
        return self._looked_at == step
