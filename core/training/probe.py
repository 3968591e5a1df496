"""What a run would take, from a few real steps: time and memory."""

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import torch
from torch import nn

from core.config import TrainConfig
from core.specs import TaskSpec
from core.training.augmentation import Augmentation
from core.training.batches import Split, context_of
from core.training.device import memory_free_bytes, memory_used_bytes
from core.training.outcomes import outcomes_of
from core.training.rehearsal import Rehearsal
from core.training.sizes import NUMBER_BYTES, REMEMBERED
from core.training.trainer import EVALUATION_BATCH, EVALUATION_IDS, EVALUATION_SHARE, EVALUATIONS

STEPPING_S = 1.2  # spent on steps, unless a single one takes longer
LOOKING_S = 0.3  # spent on looking at examples as at the validation split
FIRST_EXAMPLES = 4  # of the first step, so that a huge batch cannot keep anybody waiting
LOOK_COSTS = 1 / 3  # of an example's step: a look has no way back
SAMPLE_S = 0.002  # between two looks at the memory


@dataclass(frozen=True)
class Measured:
    """What a run would take.

    Args:
        step_s: Seconds of one step.
        evaluation_s: Seconds of one look at the validation split.
        peak_bytes: The most memory at once, for weights, steps and data on a GPU.
        parameter_count: Numbers in the model.
        steps_total: Steps of the run, as far as its time budget lets it come.
        total_s: Seconds of the run, looks included; it may end sooner where patience is switched on.
    """

    step_s: float
    evaluation_s: float
    peak_bytes: int
    parameter_count: int
    steps_total: int
    total_s: float


def measure(
    module: nn.Module,
    task: TaskSpec,
    train: Split,
    config: TrainConfig,
    device: torch.device,
    augment: Augmentation | None,
    validation_size: int,
    *,
    padding_id: int = 0,
) -> Measured:
    """Make a few real steps and say what the whole run would take; at most about two seconds.

    Where one whole batch takes longer than that, parts of one are measured and scaled up.

    Args:
        module: The model, freshly built; its weights change.
        task: What it learns.
        train: Inputs and targets to learn from.
        config: Every choice.
        device: Where it would be trained.
        augment: Changes the inputs of each batch.
        validation_size: Examples in the validation split; ids where it is a text.
        padding_id: Of token ids that stand for nothing.

    Raises:
        DataError: There is nothing to train on.
    """
    with _PeakMemory(device, module) as memory:
        rehearsal = Rehearsal(module, task, train, config, device, augment, padding_id)
        share, step_s = _time_of_a_step(rehearsal, config.learning_rate)
    evaluation_s = _time_of_a_look(rehearsal, task, train, validation_size, step_s, padding_id)
    steps = config.epochs * rehearsal.batches.steps_per_epoch
    size = rehearsal.batches.batch_size
    rows = -(-validation_size // context_of(module)) if task.output_kind == "text" else validation_size
    total_s = steps * step_s + _looks(steps * size, config.epochs, rows) * evaluation_s
    if config.time_budget_min and total_s > 60 * config.time_budget_min:
        steps = max(int(steps * 60 * config.time_budget_min / total_s), 1)
        total_s = 60 * config.time_budget_min
    parameters = list(module.parameters())
    learning = sum(p.numel() for p in parameters if p.requires_grad)
    fixed = needed_bytes(sum(p.numel() for p in parameters), learning, config.optimizer)
    peak = fixed + int(max(memory.peak_bytes - fixed, 0) / share)  # what is not fixed grows with the batch
    return Measured(step_s, evaluation_s, peak, sum(p.numel() for p in parameters), steps, total_s)


def needed_bytes(parameter_count: int, trainable_count: int, optimizer: str) -> int:
    """Return what training needs at least: weights, a gradient for each that learns, the optimiser's memory.

    Args:
        parameter_count: Numbers in the model.
        trainable_count: Those that are learnt.
        optimizer: The optimiser's name, as a configuration has it.
    """
    return NUMBER_BYTES * (parameter_count + trainable_count * (1 + REMEMBERED[optimizer]))


def memory_there(device: torch.device) -> int:
    """Return the bytes that are free on the device now."""
    return memory_free_bytes(device)


# --- time ---


def _time_of_a_step(rehearsal: Rehearsal, learning_rate: float) -> tuple[float, float]:
    """Return the share of a batch that was measured, 1 where time allowed it, and the seconds of a whole step."""
    drawn, deadline = rehearsal.draw(), time.perf_counter() + STEPPING_S
    whole = rehearsal.batches.batch_size

    def seconds(count: int) -> float:
        began = time.perf_counter()
        inputs, targets = next(drawn)
        rehearsal.step(inputs[:count], targets[:count], learning_rate)
        return time.perf_counter() - began

    count = min(FIRST_EXAMPLES, whole)
    seconds(count)  # the first step warms up and says little about the rest
    took = seconds(count)
    while count < whole and took * min(2, whole / count) < deadline - time.perf_counter():
        count = min(4 * count, whole)
        took = seconds(count)
    if count < whole:
        return count / whole, took * whole / count
    times = [seconds(whole)] if took < deadline - time.perf_counter() else [took]
    while time.perf_counter() + times[-1] < deadline:
        times.append(seconds(whole))
    return 1.0, sum(times) / len(times)


def _time_of_a_look(
    rehearsal: Rehearsal, task: TaskSpec, train: Split, validation_size: int, step_s: float, padding_id: int
) -> float:
    """Return the seconds of one look at the validation split, from a look at some training examples."""
    example_s = LOOK_COSTS * step_s / rehearsal.batches.batch_size
    context = context_of(rehearsal.module) if task.output_kind == "text" else 0
    at_once = max(EVALUATION_IDS // context, 1) if context else EVALUATION_BATCH
    count = max(min(int(LOOKING_S / max(example_s, 1e-9)), at_once), 1)  # examples, or windows of a text
    rows = count * context + 1 if context else count
    inputs, targets = train[0][:rows].to(rehearsal.device), train[1][:rows].to(rehearsal.device)
    times: list[float] = []
    while len(times) < 2 and sum(times) < LOOKING_S:  # the first look warms up, where there is time for another
        began = time.perf_counter()
        with rehearsal.stepper.autocast():
            outcomes_of(task, rehearsal.module, inputs, targets, rehearsal.device, at_once, context, padding_id)
        times.append(time.perf_counter() - began)
    return min(times) * validation_size / len(inputs)


def _looks(trained_on: int, epochs: int, validation_examples: int) -> int:
    """Return how often the Trainer would look at the validation split."""
    affordable = int(EVALUATION_SHARE * trained_on / max(validation_examples, 1))
    return max(epochs, min(EVALUATIONS, affordable)) + (affordable >= 2)


# --- memory ---


class _PeakMemory:
    """Watches how much memory is in use at most. On a GPU PyTorch knows; elsewhere somebody has to keep looking.

    Args:
        device: Whose memory.
        module: The model, whose weights are there already.
    """

    def __init__(self, device: torch.device, module: nn.Module) -> None:
        self._device, self._ended = device, threading.Event()
        self._weights = sum(p.numel() * p.element_size() for p in module.parameters())
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_bytes = 0

    def __enter__(self) -> Self:
        if self._device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self._device)
        else:
            self._before = memory_used_bytes(self._device) - self._weights
            self._thread.start()
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._ended.set()
        if self._device.type == "cuda":
            self.peak_bytes = memory_used_bytes(self._device)
        else:
            self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            self.peak_bytes = max(self.peak_bytes, memory_used_bytes(self._device) - self._before)
