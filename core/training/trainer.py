"""The training loop of every task; database and pages are left to callbacks."""

import math
import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from core.errors import CheckpointUnusable, StopRequested, TrainingDiverged
from core.specs import Predictions, TaskSpec
from core.specs.config import TrainConfig
from core.statistics.scores import parts_of
from core.training.arriving_data import Arrival, ArrivingBatches
from core.training.batches import Split, check_not_empty, example_count
from core.training.callbacks import Callback, EarlyStopping
from core.training.checkpoint import Best, TrainingState
from core.training.checkpoint_selection import Choice
from core.training.device import kept_random_state, memory_used_bytes
from core.training.optimizers import make_optimizer, set_learning_rate
from core.training.pace import Pace
from core.training.plan import Plan
from core.training.predictions import predict_split, windows_at_once
from core.training.prefetch import batches_on, where_it_fits
from core.training.progress import FitResult, Progress, RunningSums
from core.training.schedules import learning_rate_at
from core.training.solver import expected_s, is_convex, is_solvable, solve
from core.training.step import TrainStep
from core.training.time_budget import Clock
from core.training.training_state import adopt, chosen, chosen_before, restore, rows_of, snapshot

EVALUATION_BATCH = 512


class Trainer:
    """Fits a module to a task's data.

    The data lies on the device, batches are drawn there, and the losses stay there too: the loop reads numbers back
    only when a point of a curve is due, about 300 times a run.

    Args:
        module: The model.
        task: Says what the loss is and how to measure.
        train: Inputs (N, ...) and targets (N,); for text generation a row of ids (L,) and nothing.
        validation: Likewise.
        config: Every choice.
        device: Where to compute; module and data are moved there.
        callbacks: Called in this order.
        augment: Changes the inputs of each training batch, on the device.
        judge: Reads outcomes again before they are measured: what happened on characters, from that on tokens.
        padding_id: Of token ids that stand for nothing, where texts are of different lengths.
        vocabulary_size: Of a model that writes: what it answers at each place.
        arrival: Waits for examples of which some are still on their way; None where all are there.
        others_s: Seconds of the time budget that other stages take.

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
        *,
        augment: Callable[[Tensor], Tensor] | None = None,
        judge: Callable[[Predictions], Predictions] | None = None,
        padding_id: int = 0,
        vocabulary_size: int = 0,
        arrival: Arrival | None = None,
        others_s: float = 0.0,
    ) -> None:
        self.module, self.task, self.config, self.device = module.to(device), task, config, device
        self.choice = Choice()
        self.predictions: Predictions | None = None  # of the look at the validation split, while callbacks hear of it
        self._augment, self._judge = augment, judge
        self._padding_id, self._vocabulary_size = padding_id, vocabulary_size
        self._callbacks = (*callbacks, EarlyStopping(config.patience)) if config.patience else tuple(callbacks)
        self._context = task.context(module)
        check_not_empty(validation, "validation", self._context)
        self._train, self._is_solvable, self._is_convex = train, is_solvable(module, config, train), is_convex(module)
        self._solving_s = expected_s(module, train, config, getattr(module, "outputs", 0))
        self._batches = batches_on(device, task, module, train, config, padding_id)
        self._arrival = arrival
        if arrival is not None:
            self._batches = ArrivingBatches(self._batches, arrival, len(train[0]))
        self._validation = where_it_fits(validation, device)
        self._optimizer = make_optimizer(module, config, device)
        self._sums = RunningSums(device, counts_answers=task.counts_answers)
        self._train_step = TrainStep(
            module, task, config, self._optimizer, self._sums, train[1], self._memory_was_short
        )
        self._parts = (module, self._optimizer, self._sums, self._train_step, device)
        self._primary = task.metric(task.primary_metric)
        self.steps_per_epoch = self._batches.steps_per_epoch
        examples = example_count(self._validation, self._context)
        self.plan = Plan(config, self.steps_per_epoch, self._batches.batch_size, examples, others_s)
        self._clock, self._pace = Clock(), Pace()
        self._step = self._first_step = self._log_step = 0
        self._stop_requested = self._finished_early = False
        self._log_started = time.perf_counter()

    # --- the loop ---

    def fit(self, resume: TrainingState | None = None, start: TrainingState | None = None) -> FitResult:
        """Train to the end, or until somebody asks to stop.

        Args:
            resume: Where to go on from; the result is that of a run that was never stopped.
            start: Of another run that is trained longer: its weights and its optimiser's memory, and nothing else.

        Raises:
            TrainingDiverged: The loss is no number any more.
            CheckpointUnusable: The state is of another configuration or other data.
            StopRequested: Somebody asked to stop before there was anything to save.
        """
        if resume is not None:
            self._restore(resume)
        elif start is not None:
            adopt(start, self.module, self._optimizer)
            self.choice = chosen_before(start)
        self.module.train()
        self._clock, self._pace = Clock(resume.train_time_s if resume else 0.0), Pace()
        self._log_started = time.perf_counter()
        self._first_step = self._log_step = self._step
        try:
            self._work(evaluates_first=start is not None)
        finally:
            for callback in self._callbacks:
                callback.on_fit_close(self)
        return self._result()

    def _work(self, evaluates_first: bool) -> None:
        for callback in self._callbacks:
            callback.on_fit_start(self)
        if self._step == 0 and evaluates_first:
            self._evaluate()
        while self._step < self._last_descent and not (self._stop_requested or self._finished_early):
            if not self._data_is_there():
                break
            self._train_one_step()
            self._log_and_evaluate()
            for callback in self._callbacks:
                callback.on_step_end(self)
        if self._is_solvable and not self._stop_requested and self._step < self.plan.steps_total:
            self._solve()
        if self._finished_early and not self._stop_requested and not self.plan.has_evaluated_at(self._step):
            self._evaluate()
        for callback in self._callbacks:
            callback.on_fit_end(self)

    def _data_is_there(self) -> bool:
        """Wait for the next step's data; return whether it preceded any stop request."""
        if not isinstance(self._batches, ArrivingBatches):
            return True
        try:
            self._waited(self._batches.wait(*divmod(self._step, self.steps_per_epoch)))
        except StopRequested:
            if not self._step:
                raise
            self._stop_requested = True
        return not self._stop_requested

    def _waited(self, seconds: float) -> None:
        self._pace.pause(seconds)
        self._log_started += seconds

    def _train_one_step(self) -> None:
        epoch, position = divmod(self._step, self.steps_per_epoch)
        inputs, targets = self._batches.draw(epoch, position)
        if self._augment is not None:
            inputs = self._augment(inputs)
        set_learning_rate(self._optimizer, learning_rate_at(self.config, self._step, self.plan.steps_total))
        self._train_step.step(inputs, targets)
        self._step += 1
        self._pace.stepped(time.perf_counter())
        self.plan.fit(self._step, self._clock, self._pace)

    @property
    def _last_descent(self) -> int:
        """The last step of gradient descent, one earlier where the final one solves."""
        return self.plan.steps_total - self._is_solvable

    def _solve(self) -> None:
        """Make the final step to the optimal weights, which are kept in any case."""
        if self._arrival is not None:
            self._waited(self._arrival.train(len(self._train[0])))
        self._step += 1
        solution, self._solving_s = solve(self.module, self._train, self.config), 0.0
        self._sums.reset()
        for callback in self._callbacks:
            callback.on_log(self, {"train/loss": solution.loss})
            callback.on_solution(self, solution)
        self.choice = Choice()
        self._evaluate()

    def _memory_was_short(self, parts: int) -> None:
        for callback in self._callbacks:
            callback.on_memory_shortage(self, parts)

    # --- logging and evaluation ---

    def _log_and_evaluate(self) -> None:
        """Read back what is due after a step."""
        if self.plan.is_log_due(self._step):
            self._log()
        if self.plan.is_evaluation_due(self._step):
            self._evaluate()
        if self._step == self._first_step + 1:
            self._pace.start(time.perf_counter())

    def _log(self) -> None:
        metrics = self._sums.read()
        self._check_finite(metrics)
        elapsed_s = max(time.perf_counter() - self._log_started, 1e-9)
        metrics["train/learning_rate"] = learning_rate_at(self.config, self._step - 1, self.plan.steps_total)
        metrics["train/examples_per_s"] = (self._step - self._log_step) * self._batches.batch_size / elapsed_s
        metrics["train/memory_mb"] = memory_used_bytes(self.device) / 1e6
        self._sums.reset()
        self._log_started, self._log_step = time.perf_counter(), self._step
        for callback in self._callbacks:
            callback.on_log(self, metrics)

    def _check_finite(self, metrics: Mapping[str, float]) -> None:
        if not all(math.isfinite(value) for value in metrics.values()):
            rate = learning_rate_at(self.config, max(self._step - 1, 0), self.plan.steps_total)
            raise TrainingDiverged(self._step, rate, self.config.gradient_clip)

    def _evaluate(self) -> None:
        if self._arrival is not None:
            self._waited(self._arrival.validation())
        began = time.perf_counter()
        with kept_random_state(self.device):
            self.predictions = predictions = self._measure()
            metrics = {f"validation/{metric.name}": metric.compute(predictions) for metric in self.task.metrics}
            loss = metrics.setdefault("validation/loss", float(predictions.nll.mean()))
            primary = metrics[f"validation/{self._primary.name}"]
            self._check_finite(metrics)
            rows = parts_of(self._primary, predictions, self.task.bootstrap_block)
            self.choice = self.choice.after(
                Best(self._step, primary, loss), rows, self._primary.direction, convex=self._is_convex
            )
            for callback in self._callbacks:
                callback.on_evaluation(self, metrics)
        self.predictions = None
        took_s = time.perf_counter() - began
        self.plan.evaluated(self._step, took_s)
        self._waited(took_s)  # the speed is that of training alone

    def _measure(self) -> Predictions:
        context = self._context
        rows = windows_at_once(context, self._vocabulary_size) if context else EVALUATION_BATCH
        with self._train_step.autocast():
            predictions = predict_split(
                self.task, self.module, *self._validation, self.device, rows, context, self._padding_id
            )
        return predictions if self._judge is None else self._judge(predictions)

    # --- for callbacks and whoever waits ---

    def request_stop(self) -> None:
        """Request a stop after the current step; safe from another thread."""
        self._stop_requested = True

    def finish_early(self) -> None:
        """End the run as a success before its last step."""
        self._finished_early = True

    @property
    def is_exact(self) -> bool:
        """Whether everything is computed in 32 bits."""
        return self._train_step.is_exact

    @property
    def kept(self) -> Best | None:
        """The evaluation of the kept weights; step -1 if from the continued run."""
        return self.choice.kept

    @property
    def steps_total(self) -> int:
        """Steps of the whole run, as planned so far."""
        return self.plan.steps_total

    @property
    def at_epoch_end(self) -> bool:
        """Whether the last step completed an epoch."""
        return self._step % self.steps_per_epoch == 0

    @property
    def progress(self) -> Progress:
        """How far the run is; costs no wait for the device."""
        per_step_s = self._pace.per_step_s
        return Progress(
            step=self._step,
            steps_total=self.plan.steps_total,
            epoch=min(self._step // self.steps_per_epoch + 1, self.config.epochs),
            epochs=self.config.epochs,
            examples_seen=self._step * self._batches.batch_size,
            train_time_s=self._clock.spent_s,
            time_left_s=None
            if per_step_s is None
            else (per_step_s + self.plan.evaluating_s) * (self.plan.steps_total - self._step) + self._solving_s,
        )

    def state(self) -> TrainingState:
        """Return a copy of everything that the next step depends on.

        Raises:
            TrainingDiverged: The run is not worth going on with.
        """
        self._check_finite(self._sums.read())
        return TrainingState(
            config_hash=self.config.config_hash(),
            step=self._step,
            steps_per_epoch=self.steps_per_epoch,
            steps_since_log=self._sums.steps,
            examples_since_log=self._sums.examples,
            train_time_s=self._clock.spent_s,
            best=self.choice.best,
            tensors=snapshot(*self._parts) | rows_of(self.choice),
            steps_total=self.plan.steps_total,
            parts=self._train_step.parts,
            kept=self.choice.kept,
        )

    def _restore(self, state: TrainingState) -> None:
        if state.config_hash != self.config.config_hash() or state.steps_per_epoch != self.steps_per_epoch:
            raise CheckpointUnusable(
                "This run was saved with other settings or other data, so it cannot go on from there. "
                "Start a new run with the new settings."
            )
        restore(state, *self._parts)
        self._step, self.choice = state.step, chosen(state)
        self.plan.resume(state.steps_total or self.plan.steps_total, state.train_time_s)

    def _result(self) -> FitResult:
        best = self.choice.best or Best(self._step, math.nan, math.nan)
        kept = self.choice.kept or best
        seen, seconds = self.progress.examples_seen, self._clock.spent_s
        stopped = self._stop_requested and self._step < self.plan.steps_total
        return FitResult(self._step, stopped, self._finished_early, best.metric, best.step, kept.step, seen, seconds)
