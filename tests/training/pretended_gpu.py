"""A GPU that is not there: tensors on it have shapes and a device but no numbers, so that mixing devices is an error.

`FakeTensorMode` computes nothing and checks what a real GPU would: that all tensors of an operation lie on one device,
and that only a tensor on the processor becomes an array. What reads a number gets an arbitrary one. PyTorch allows one
device of a name of one's own a process, for the whole of its life: so this is used in a process of its own.

Limits: branches on `device.type == "cuda"` are not taken, and no kernel runs.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode, unset_fake_temporarily
from torch.utils import _pytree, backend_registration

NAME = "pretended"
LABELS = 3  # of every task here: how many classes `bincount` would count
IN_16_BITS = ("linear", "matmul", "mm", "bmm", "addmm", "conv1d", "conv2d", "scaled_dot_product_attention")
_aten = torch.ops.aten
_libraries: list[Any] = []  # what is registered lasts as long as its library


class _Backend(backend_registration._DummyBackendModule):
    """What PyTorch asks of a device's module."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.float16, torch.bfloat16]


class _Mode(FakeTensorMode):  # type: ignore[no-untyped-call]
    """Answers what only numbers could tell, and takes real tensors for ones on the processor."""

    @property
    def avoid_device_init(self) -> bool:
        """Whether `torch.tensor(..., device=...)` is made on the processor and then moved."""
        return True

    def dispatch(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is _aten._local_scalar_dense.default:
            return _a_number(args[0])
        if func is _aten.bincount.default:
            return torch.ones(LABELS, dtype=torch.int64, device=args[0].device)
        if func is _aten.exponential_.default:  # has no rule for chance of its own; the devices must agree all the same
            assert args[0].device == kwargs["generator"].device
            return args[0]
        if len(types) != 1 or types[0] is not FakeTensor:  # a real one is among them
            args, kwargs = _pytree.tree_map(self._as_fake, (args, kwargs or {}))
        return super().dispatch(func, types, args, kwargs)

    def _as_fake(self, value: Any) -> Any:
        return self.from_tensor(value) if isinstance(value, Tensor) and not isinstance(value, FakeTensor) else value


def _a_number(scalar: Tensor) -> bool | int | float:
    """Return what is read: on the GPU a loss, a norm or whether something overflowed; on the host a count of steps."""
    if scalar.dtype is torch.bool:
        return False
    return float(scalar.device.type == "cpu") if scalar.is_floating_point() else 1


def register() -> torch.device:
    """Make the device known to this process, its automatic 16 bits included, and return it."""
    backend_registration._setup_privateuseone_for_python_backend(NAME, backend_module=_Backend())
    others, lowering = torch.library.Library("_", "IMPL"), torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
    others.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")  # type: ignore[no-untyped-call]
    for name in IN_16_BITS:
        lowering.impl(name, _lowered(getattr(_aten, name)), "AutocastPrivateUse1")  # type: ignore[no-untyped-call]
    _libraries.extend((others, lowering))
    return torch.device(NAME, 0)


def _lowered(operation: Any) -> Callable[..., Any]:
    """Return an operation that computes in the 16 bits that `autocast` was asked for."""
    key = torch._C.DispatchKeySet(torch._C.DispatchKey.AutocastPrivateUse1)  # type: ignore[attr-defined]

    def lower(value: Any) -> Any:
        return value.to(torch.get_autocast_dtype(NAME)) if _is_number(value) else value

    def call(*args: Any, **kwargs: Any) -> Any:
        with torch._C._ExcludeDispatchKeyGuard(key):
            args, kwargs = _pytree.tree_map(lower, (args, kwargs))
            return operation(*args, **kwargs)

    return call


def _is_number(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()


@contextmanager
def pretended() -> Iterator[None]:
    """Compute nothing inside; parameters and data from outside lie on the processor until they are moved."""
    with pytest.MonkeyPatch.context() as patch, _Mode(allow_non_fake_inputs=True):
        patch.setattr(Tensor, "numpy", _array)
        patch.setattr("core.training.checkpoint.save_file", _save)
        patch.setattr("core.training.checkpoint.load_file", _load)
        patch.setattr("core.training.optimizers.FUSED_ON", (NAME,))
        patch.setattr(
            "core.training.async_writer.BackgroundWriter.write", lambda _, write: write()
        )  # one thread at a time
        yield


_real_array = Tensor.numpy


def _array(tensor: Tensor, *, force: bool = False) -> NDArray[Any]:
    """Return an array of ones: of a tensor on the processor alone, as always."""
    if not isinstance(tensor, FakeTensor):
        with unset_fake_temporarily():
            return _real_array(tensor, force=force)
    if tensor.device.type != "cpu" and not force:
        raise TypeError(f"can't convert {tensor.device} device type tensor to numpy.")
    return np.asarray(np.ones(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")))


def _save(tensors: Mapping[str, Tensor], file: Path) -> None:
    """Save zeros of the same shapes; where chance stands is real."""
    away = [name for name, tensor in tensors.items() if tensor.device.type != "cpu"]
    if away:
        raise RuntimeError(f"saved from two devices: {away}")
    with unset_fake_temporarily():
        zeros = {name: torch.zeros(tuple(tensor.shape), dtype=tensor.dtype) for name, tensor in tensors.items()}
        state = {"random.cpu": torch.get_rng_state()} if "random.cpu" in zeros else {}
        save_file(zeros | state, file)


def _load(file: Path) -> dict[str, Tensor]:
    with unset_fake_temporarily():
        return load_file(file)
