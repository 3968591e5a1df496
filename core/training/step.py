"""One training step: forward, loss, backward, clip, update; in parts if memory is short."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from core.modules.regression_head import PenalisedLinear
from core.specs import TaskSpec
from core.specs.config import TrainConfig
from core.training.optimizers import decayed_and_free, l1_price
from core.training.progress import RunningSums

SMALLEST_NORM = 1e-6  # as PyTorch has it: nothing is divided by 0
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
_log = logging.getLogger(__name__)


class TrainStep:
    """Makes the steps of a run.

    Args:
        module: The model, on its device.
        task: Says what the loss is.
        config: Every choice.
        optimizer: Corrects the module's parameters.
        sums: Collects what each step gave.
        targets: (N,) of the whole training split: classes are counted in it where rare ones shall weigh more.
        notify: Called with the number of parts when memory was short and steps are computed in more parts from now on.
    """

    def __init__(
        self,
        module: nn.Module,
        task: TaskSpec,
        config: TrainConfig,
        optimizer: Optimizer,
        sums: RunningSums,
        targets: Tensor,
        notify: Callable[[int], None],
    ) -> None:
        self._config, self._optimizer, self._sums = config, optimizer, sums
        self._device, self._notify = sums.device, notify
        device = self._device
        self._forward = compiled(module) if config.compile else module
        self._loss = task.loss
        if config.class_weights == "balanced" and "class_weights" not in task.without:
            weights = balanced_weights(targets).to(device)
            self._loss = partial(task.loss, weights=weights)  # type: ignore[call-arg]  # which losses of labels take
        self._parameters = [p for p in module.parameters() if p.requires_grad]
        self._priced = [layer for layer in module.modules() if isinstance(layer, PenalisedLinear)]
        self._decayed = decayed_and_free(module)[0]
        self._costs = bool(self._priced or config.l1)
        self._precision = precision_on(device, config.precision)
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._precision is torch.float16)
        self.parts = config.accumulation

    def step(self, inputs: Tensor, targets: Tensor) -> None:
        """Make one step on a batch, doubling the parts permanently when out of memory.

        Args:
            inputs: (B, ...) on the device.
            targets: (B, ...) likewise.
        """
        while True:
            try:
                self._attempt(inputs, targets)
                return
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or self.parts >= len(inputs):
                    raise
                _log.warning("Out of memory: steps are computed in %d parts from now on.", 2 * self.parts)
            # Outside of the handler: the error's frames, and with them the batch's tensors, are gone by now.
            self._optimizer.zero_grad()
            if self._device.type == "cuda":
                torch.cuda.empty_cache()
            self.parts *= 2
            self._notify(self.parts)

    @property
    def is_exact(self) -> bool:
        """Whether the module computes in 32 bits."""
        return self._precision is torch.float32

    def autocast(self) -> AbstractContextManager[object]:
        """Return a context in which the module computes as precisely as was chosen."""
        if self.is_exact:
            return nullcontext()
        return torch.autocast(self._device.type, self._precision)

    def _attempt(self, inputs: Tensor, targets: Tensor) -> None:
        for parameter in self._parameters:  # as `zero_grad` does, without a record for profilers
            parameter.grad = None
        if self.parts == 1:
            logits, loss = self._forward_and_back(inputs, targets, 1.0)
        else:
            logits, loss = self._in_parts(inputs, targets)
        if self._scaler.is_enabled():
            self._scaler.unscale_(self._optimizer)
        norm = self._clip_gradients()
        if self._scaler.is_enabled():
            self._scaler.step(self._optimizer)
            self._scaler.update()
        else:
            self._optimizer.step()
        self._sums.add(loss, logits, targets, norm)

    def _in_parts(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Accumulate the gradients of the parts; their sum is the whole batch's gradient."""
        size = -(-len(inputs) // self.parts)
        answers, loss = [], torch.zeros((), device=self._device)
        for start in range(0, len(inputs), size):
            x, y = inputs[start : start + size], targets[start : start + size]
            share = len(x) / len(inputs)
            logits, part = self._forward_and_back(x, y, share)
            answers.append(logits)
            loss += part * share
        return torch.cat(answers), loss

    def _forward_and_back(self, inputs: Tensor, targets: Tensor, share: float) -> tuple[Tensor, Tensor]:
        """Return logits and mean loss of examples, whose gradients are weighted by `share`.

        `share` is their share of the batch.
        """
        if self._precision is torch.float32:
            logits = self._forward(inputs)
            loss = self._loss(logits, targets, self._config.label_smoothing)
        else:
            with self.autocast():
                logits = self._forward(inputs)
                loss = self._loss(logits, targets, self._config.label_smoothing)
        priced = loss + self._prices() if self._costs else loss
        if share != 1.0:
            priced = priced * share
        self._scaler.scale(priced).backward()  # type: ignore[no-untyped-call]
        return logits.detach(), loss.detach()

    def _prices(self) -> Tensor:
        """Return the penalties on weights: those of penalised layers, and the L1 penalty."""
        price = sum((layer.penalty() for layer in self._priced), torch.zeros((), device=self._device))
        return price + self._config.l1 * l1_price(self._decayed) if self._config.l1 else price

    def _clip_gradients(self) -> Tensor:
        """Return the norm of all gradients, a scalar; clip them if too large.

        As `torch.nn.utils.clip_grad_norm_` does, without its sorting by device and type, which costs small models more
        than the rest of it: here all lie on one device.

        Source:
            Pascanu et al., On the Difficulty of Training Recurrent Neural Networks, 2013, section 3.2.
        """
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        if self._config.gradient_clip:
            factor = (self._config.gradient_clip / (norm + SMALLEST_NORM)).clamp_(max=1.0)
            torch._foreach_mul_(gradients, factor)
        return norm

    def scale(self) -> Tensor:
        """Return the gradient scaler's factor and its age, as a resumed run needs."""
        state = self._scaler.state_dict()
        return torch.tensor([state.get("scale", 1.0), state.get("_growth_tracker", 0)], dtype=torch.float64)

    def restore_scale(self, saved: Tensor) -> None:
        """Go on with what `scale` returned."""
        if self._scaler.is_enabled():
            scale, tracker = saved.tolist()
            self._scaler.load_state_dict(self._scaler.state_dict() | {"scale": scale, "_growth_tracker": int(tracker)})


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error means that the device or host memory is exhausted."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _OUT_OF_MEMORY)


def precision_on(device: torch.device, wanted: str) -> torch.dtype:
    """Return the dtype to compute with; "auto" is bfloat16 on GPUs made for it."""
    if wanted == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[wanted]


def balanced_weights(targets: Tensor) -> Tensor:
    """Return the loss weight of each class, (K,), larger for rarer ones.

    The average over the examples is 1.

    Source:
        King and Zeng, Logistic Regression in Rare Events Data, 2001. https://doi.org/10.1093/oxfordjournals.pan.a004868
    """
    counts = targets.bincount().float()
    occurring = (counts > 0).sum()
    return torch.where(counts > 0, len(targets) / (occurring * counts.clamp(min=1)), torch.ones_like(counts))


def compiled(module: nn.Module) -> nn.Module:
    """Return the compiled module; if unsupported, PyTorch continues without and logs why."""
    import torch._dynamo

    torch._dynamo.config.suppress_errors = True
    return torch.compile(module)  # type: ignore[return-value]
