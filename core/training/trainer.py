"""The training loop: one for every task. It knows no database and no screen; callbacks do."""

import math
import time
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, get_total_norm

from core.config import TrainConfig
from core.errors import CheckpointUnusable, TrainingDiverged
from core.layers.number import PenalisedLinear
from core.specs import Outcomes, TaskSpec
from core.training.batches import Split, check_not_empty, context_of, example_count, training_batches
from core.training.callbacks import Callback, EarlyStopping
from core.training.checkpoint import Best, TrainingState, restore_module
from core.training.device import kept_random_state, random_state, restore_random_state
from core.training.optimisers import make_optimiser, optimiser_tensors, restore_optimiser, set_learning_rate
from core.training.outcomes import outcomes_of
from core.training.progress import FitResult, Progress, RunningSums
from core.training.schedules import learning_rate_at

POINTS_PER_CURVE = 300
EVALUATIONS = 10  # at least so many looks at the validation split, where they cost little
EVALUATION_BATCH = 512
EVALUATION_IDS = 8_192  # of a text, in windows
EVALUATION_SHARE = 0.3  # examples measured per example trained on; measuring one costs about a third


class Trainer:
    """Fits a module to a task's data.

    The data lies on the device, batches are drawn there, and the running sums of the loss stay there too: the
    loop reads a number back only when a point of a curve is due, about 300 times a run.

    Args:
        module: The model.
        task: Says what the loss is and how to measure.
        train: Inputs (N, ...) and targets (N,); for text generation a row of ids (L,) and nothing.
        validation: Likewise.
        config: Every choice.
        device: Where to compute; module and data are moved there.
        callbacks: Called in this order.

    Raises:
        DataError: There is nothing to train or to validate on.
    """

    def __init__(
        self,
        module: nn.Module,
        task: TaskSpec,
        train: Split,
        validation: Split,
        config: TrainConfig,
        device: torch.device,
        callbacks: Sequence[Callback] = (),
    ) -> None:
        self.module, self.task, self.config, self.device = module.to(device), task, config, device
        self.best: Best | None = None
        self._callbacks = (*callbacks, EarlyStopping(config.patience)) if config.patience else tuple(callbacks)
        self._validation = (validation[0].to(device), validation[1].to(device))
        check_not_empty(task, self._validation, "validation")
        on_device = (train[0].to(device), train[1].to(device))
        self._batches = training_batches(task, module, on_device, config.batch_size, config.seed)
        self._optimiser = make_optimiser(module, config, device)
        self._parameters = [p for p in module.parameters() if p.requires_grad]
        self._priced = [layer for layer in module.modules() if isinstance(layer, PenalisedLinear)]
        self._primary = task.metric(task.primary_metric)
        self.steps_per_epoch = self._batches.steps_per_epoch
        self.steps_total = config.epochs * self.steps_per_epoch
        self._log_interval = max(round(self.steps_total / POINTS_PER_CURVE), 1)
        self._evaluation_interval, self._evaluates_first = self._plan_evaluations()
        self._sums = RunningSums(device, counts_answers=task.output_kind == "label")
        self._step = self._first_step = self._log_step = 0
        self._stop_requested = self._finished_early = False
        self._earlier_s = 0.0
        self._started = self._second_step_at = self._log_started = time.perf_counter()

    # --- the loop ---

    def fit(self, resume: TrainingState | None = None) -> FitResult:
        """Train to the end, or until somebody asks to stop.

        Args:
            resume: Where to go on from; the result is that of a run that was never stopped.

        Raises:
            TrainingDiverged: The loss is no number any more.
            CheckpointUnusable: The state is of another configuration or other data.
        """
        if resume is not None:
            self._restore(resume)
        self.module.train()
        self._started = self._second_step_at = self._log_started = time.perf_counter()
        self._first_step = self._log_step = self._step
        for callback in self._callbacks:
            callback.on_fit_start(self)
        if self._step == 0 and self._evaluates_first:
            self._evaluate()
        while self._step < self.steps_total and not (self._stop_requested or self._finished_early):
            self._train_one_step()
            if self._log_due:
                self._log()
            if self._step % self._evaluation_interval == 0 or self._step == self.steps_total:
                self._evaluate()
            for callback in self._callbacks:
                callback.on_step_end(self)
        for callback in self._callbacks:
            callback.on_fit_end(self)
        return self._result()

    def _train_one_step(self) -> None:
        epoch, position = divmod(self._step, self.steps_per_epoch)
        inputs, targets = self._batches.draw(epoch, position)
        set_learning_rate(self._optimiser, learning_rate_at(self.config, self._step, self.steps_total))
        logits = self.module(inputs)
        loss = self.task.loss(logits, targets, self.config.label_smoothing)
        self._optimiser.zero_grad()
        self._with_prices(loss).backward()  # type: ignore[no-untyped-call]
        gradient_norm = self._clip_gradients()
        self._optimiser.step()
        self._step += 1
        self._sums.add(loss, logits, targets, gradient_norm)
        if self._step == self._first_step + 1:
            self._second_step_at = time.perf_counter()  # the first step warms up and says little about the rest

    def _with_prices(self, loss: Tensor) -> Tensor:
        """Return what is made smaller: the loss, and the price of the weights in layers that ask one."""
        return sum((layer.penalty() for layer in self._priced), loss)

    def _clip_gradients(self) -> Tensor:
        if self.config.gradient_clip:
            return clip_grad_norm_(self._parameters, self.config.gradient_clip)
        return get_total_norm([p.grad for p in self._parameters if p.grad is not None])

    # --- looking ---

    @property
    def _log_due(self) -> bool:
        """Whether a point is due: at the first step, so that a curve starts at once, and every interval."""
        return self._step == 1 or self._step % self._log_interval == 0 or self._step == self.steps_total

    def _log(self) -> None:
        metrics = self._sums.read()
        self._check_finite(metrics)
        elapsed_s = max(time.perf_counter() - self._log_started, 1e-9)
        metrics["train/learning_rate"] = self._learning_rate
        metrics["train/examples_per_s"] = (self._step - self._log_step) * self._batches.batch_size / elapsed_s
        self._sums.reset()
        self._log_started, self._log_step = time.perf_counter(), self._step
        for callback in self._callbacks:
            callback.on_log(self, metrics)

    @property
    def _learning_rate(self) -> float:
        """The learning rate of the last step."""
        return learning_rate_at(self.config, max(self._step - 1, 0), self.steps_total)

    def _check_finite(self, metrics: Mapping[str, float]) -> None:
        if not all(math.isfinite(value) for value in metrics.values()):
            raise TrainingDiverged(_diverged(self._step, self._learning_rate, self.config.gradient_clip))

    def _plan_evaluations(self) -> tuple[int, bool]:
        """Return after how many steps to look at the validation split, and whether before the first as well.

        Once an epoch; more often in runs of few epochs, as far as looking stays cheap beside training.
        """
        trained_on = self.steps_total * self._batches.batch_size
        affordable = int(EVALUATION_SHARE * trained_on / example_count(self.task, self.module, self._validation))
        looks = max(self.config.epochs, min(EVALUATIONS, affordable))
        return max(self.steps_total // looks, 1), affordable >= 2

    def _evaluate(self) -> None:
        began = time.perf_counter()
        with kept_random_state(self.device):
            outcomes = self._measure()
            metrics = {f"validation/{metric.name}": metric.compute(outcomes) for metric in self.task.metrics}
            loss = metrics.setdefault("validation/loss", float(outcomes.nll.mean()))
            primary = metrics[f"validation/{self._primary.name}"]
            self._check_finite(metrics)
            if self._is_better(primary, loss):
                self.best = Best(self._step, primary, loss)
            for callback in self._callbacks:
                callback.on_evaluation(self, metrics)
        self._log_started += time.perf_counter() - began  # examples/s is the speed of training alone

    def _measure(self) -> Outcomes:
        inputs, targets = self._validation
        if self.task.output_kind != "text":
            return outcomes_of(self.task, self.module, inputs, targets, self.device, EVALUATION_BATCH)
        context = context_of(self.module)
        rows = max(EVALUATION_IDS // context, 1)
        return outcomes_of(self.task, self.module, inputs, targets, self.device, rows, context)

    def _is_better(self, metric: float, loss: float) -> bool:
        """Compare with the best so far; of two equal ones the surer one is better."""
        if self.best is None:
            return True
        sign = 1 if self._primary.direction == "max" else -1
        return (sign * metric, -loss) > (sign * self.best.metric, -self.best.loss)

    # --- for callbacks and whoever waits ---

    def request_stop(self) -> None:
        """Ask the loop to end after the step that it is in; safe from another thread."""
        self._stop_requested = True

    def finish_early(self) -> None:
        """End the run as a success before its last step."""
        self._finished_early = True

    @property
    def at_epoch_end(self) -> bool:
        """Whether the last step completed an epoch."""
        return self._step % self.steps_per_epoch == 0

    @property
    def progress(self) -> Progress:
        """How far the run is; costs no wait for the device."""
        now = time.perf_counter()
        done = self._step - self._first_step - 1
        per_step_s = (now - self._second_step_at) / done if done > 0 else None
        return Progress(
            step=self._step,
            steps_total=self.steps_total,
            epoch=min(self._step // self.steps_per_epoch + 1, self.config.epochs),
            epochs=self.config.epochs,
            examples_seen=self._step * self._batches.batch_size,
            train_time_s=self._earlier_s + now - self._started,
            time_left_s=None if per_step_s is None else per_step_s * (self.steps_total - self._step),
        )

    def state(self) -> TrainingState:
        """Return a copy of everything that the next step depends on.

        Raises:
            TrainingDiverged: The run is not worth going on with.
        """
        self._check_finite(self._sums.read())
        tensors = {f"model.{name}": t for name, t in self.module.state_dict().items()}
        tensors |= {f"optimiser.{name}": t for name, t in optimiser_tensors(self._optimiser).items()}
        tensors |= {f"random.{name}": t for name, t in random_state(self.device).items()}
        return TrainingState(
            config_hash=self.config.config_hash(),
            step=self._step,
            steps_per_epoch=self.steps_per_epoch,
            steps_since_log=self._sums.steps,
            examples_since_log=self._sums.examples,
            train_time_s=self.progress.train_time_s,
            best=self.best,
            tensors={name: t.detach().clone() for name, t in (tensors | {"sums": self._sums.tensor()}).items()},
        )

    def _restore(self, state: TrainingState) -> None:
        if state.config_hash != self.config.config_hash() or state.steps_per_epoch != self.steps_per_epoch:
            raise CheckpointUnusable(
                "This run was saved with other settings or other data, so it cannot go on from there. "
                "Start a new run with the new settings."
            )
        restore_module(self.module, state)
        restore_optimiser(self._optimiser, state.part("optimiser"))
        restore_random_state(state.part("random"), self.device)
        self._sums.restore(state.tensors["sums"], state.steps_since_log, state.examples_since_log)
        self._step, self.best = state.step, state.best
        self._earlier_s = state.train_time_s

    def _result(self) -> FitResult:
        best = self.best or Best(self._step, math.nan, math.nan)
        seen, seconds = self.progress.examples_seen, self.progress.train_time_s
        stopped = self._stop_requested and self._step < self.steps_total
        return FitResult(self._step, stopped, self._finished_early, best.metric, best.step, seen, seconds)


def _diverged(step: int, learning_rate: float, gradient_clip: float) -> str:
    clip = "" if gradient_clip else " or switch gradient clipping on (1.0 is a good start)"
    return (
        f"Training broke down by step {step}: the loss is no longer a number (learning rate {learning_rate:.2g}). "
        f"What was learnt before is kept. Start again with a learning rate ten times lower{clip}."
    )
