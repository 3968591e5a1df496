"""What a run would take, from a few real steps: time and memory."""

import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from core.specs import TaskSpec
from core.specs.config import TrainConfig
from core.training.augmentation import Augmentation
from core.training.batches import Split, holds_padded_ids
from core.training.device import memory_used_bytes
from core.training.dry_run import DryRun
from core.training.memory import needed_bytes, parameter_counts
from core.training.plan import EVALUATION_COSTS
from core.training.predictions import predict_split, windows_at_once
from core.training.time_budget import planned_evaluations
from core.training.trainer import EVALUATION_BATCH

STEPPING_S = 1.2  # spent on steps, unless a single one takes longer
LOOKING_S = 0.3  # spent on looking at examples as at the validation split
FIRST_EXAMPLES = 4  # of the first step, so that a huge batch cannot keep anybody waiting
# Of what a step remembers on its way, in use at once: on its way back it makes as much again. Between 1.3 and 2.1
# where processes were measured (small-cnn, resnet, mini-gpt, BERT; batches of 8 to 512).
AT_ONCE = 2.0


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
    vocabulary_size: int = 0,
) -> Measured:
    """Make a few real steps and estimate the run's cost, in about two seconds.

    Where steps are slow, only a part of a batch is measured.

    Args:
        module: The model, freshly built; its weights change.
        task: What it learns.
        train: Inputs and targets to learn from.
        config: Every choice.
        device: Where it would be trained.
        augment: Changes the inputs of each batch.
        validation_size: Examples in the validation split; ids where it is a text.
        padding_id: Of token ids that stand for nothing.
        vocabulary_size: Of a model that writes: how many numbers it answers at each place.

    Raises:
        DataError: There is nothing to train on.
    """
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    dry_run = DryRun(module, task, train, config, device, augment, padding_id)
    remembered_bytes = _remembered_bytes(dry_run, train[0], config.learning_rate)
    share, step_s = _time_of_a_step(dry_run, config.learning_rate)
    count, learning = parameter_counts(module)
    peak = needed_bytes(count, learning, config.optimizer) + int(AT_ONCE * remembered_bytes)
    if device.type == "cuda" and share == 1.0:
        peak = memory_used_bytes(device)  # PyTorch's own count, the data on the GPU included
    context = task.context(module)
    evaluation_s = _time_of_an_evaluation(dry_run, task, train, validation_size, step_s, padding_id, vocabulary_size)
    rows = -(-validation_size // context) if context else validation_size
    steps, total_s = _whole_run(dry_run, config, rows, step_s, evaluation_s)
    return Measured(step_s, evaluation_s, peak, count, steps, total_s)


# --- time ---


def _time_of_a_step(dry_run: DryRun, learning_rate: float) -> tuple[float, float]:
    """Return the measured share of a batch, at most 1, and seconds per step."""
    drawn, deadline = dry_run.draw(), time.perf_counter() + STEPPING_S
    whole = dry_run.batches.batch_size

    def seconds(count: int) -> float:
        began = time.perf_counter()
        inputs, targets = next(drawn)
        dry_run.step(inputs[:count], targets[:count], learning_rate)
        return time.perf_counter() - began

    count = min(FIRST_EXAMPLES, whole)
    took = seconds(count)  # not the first step of all, which warms up and says little about the rest
    while count < whole and took * min(4, whole / count) < deadline - time.perf_counter():
        count = min(4 * count, whole)
        took = seconds(count)
    if count < whole:
        correction_s = min(dry_run.time_of_correction(), took)  # does not grow with the batch
        return count / whole, correction_s + (took - correction_s) * whole / count
    times = [seconds(whole)] if took < deadline - time.perf_counter() else [took]
    while time.perf_counter() + times[-1] < deadline:
        times.append(seconds(whole))
    return 1.0, sum(times) / len(times)


def _time_of_an_evaluation(
    dry_run: DryRun,
    task: TaskSpec,
    train: Split,
    validation_size: int,
    step_s: float,
    padding_id: int,
    vocabulary_size: int,
) -> float:
    """Return the estimated seconds of a validation evaluation, measured on training examples."""
    example_s = EVALUATION_COSTS * step_s / dry_run.batches.batch_size
    context = task.context(dry_run.module)
    at_once = windows_at_once(context, vocabulary_size) if context else EVALUATION_BATCH
    count = max(min(int(LOOKING_S / max(example_s, 1e-9)), at_once), 1)  # examples, or windows of a text
    rows = count * context + 1 if context else count
    inputs, targets = train[0][:rows].to(dry_run.device), train[1][:rows].to(dry_run.device)
    times: list[float] = []
    while len(times) < 2 and sum(times) < LOOKING_S:  # the first look warms up, where there is time for another
        began = time.perf_counter()
        with dry_run.train_step.autocast():
            predict_split(task, dry_run.module, inputs, targets, dry_run.device, at_once, context, padding_id)
        times.append(time.perf_counter() - began)
    return min(times) * validation_size / len(inputs)


def _whole_run(
    dry_run: DryRun, config: TrainConfig, validation_examples: int, step_s: float, evaluation_s: float
) -> tuple[int, float]:
    """Return the steps of the run and its seconds, looks included."""
    steps = config.epochs * dry_run.batches.steps_per_epoch
    evaluations, first = planned_evaluations(config.epochs, steps * dry_run.batches.batch_size, validation_examples)
    total_s, budget_s = steps * step_s + (evaluations + first) * evaluation_s, 60 * config.time_budget_min
    if budget_s and total_s > budget_s:
        return max(int(steps * budget_s / total_s), 1), budget_s
    return steps, total_s


# --- memory ---


def _remembered_bytes(dry_run: DryRun, examples: Tensor, learning_rate: float) -> float:
    """Return the widest batch's memory between forward and backward, from a few examples."""
    inputs, targets = next(dry_run.draw())
    few = min(FIRST_EXAMPLES, len(inputs))
    remembered = _Remembered(dry_run.module)
    with saved_tensors_hooks(remembered.pack, remembered.unpack):
        dry_run.step(inputs[:few], targets[:few], learning_rate)
    parts = min(dry_run.train_step.parts, few)  # of which one at a time is in memory
    at_once = -(-len(inputs) // dry_run.train_step.parts) / -(-few // parts)
    wider = examples.shape[1] / inputs.shape[1] if holds_padded_ids(examples) else 1.0
    return remembered.most_bytes * at_once * wider


class _Remembered:
    """Sum of the memory that autograd holds, without the weights."""

    def __init__(self, module: nn.Module) -> None:
        self._weights = {t.untyped_storage().data_ptr() for t in (*module.parameters(), *module.buffers())}
        self._held: dict[int, int] = {}  # bytes by address
        self._on_the_way_back = False
        self.most_bytes = 0

    def pack(self, tensor: Tensor) -> Tensor:
        """Take note of a tensor that is kept for the way back."""
        if self._on_the_way_back:  # the next part of the step begins
            self._held, self._on_the_way_back = {}, False
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._weights:
            self._held[storage.data_ptr()] = storage.nbytes()
        self.most_bytes = max(self.most_bytes, sum(self._held.values()))
        return tensor

    def unpack(self, tensor: Tensor) -> Tensor:
        """Take note that the way back has begun."""
        self._on_the_way_back = True
        return tensor
