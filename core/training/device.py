"""The device of a run, and what its result depends on: seeds, library versions."""

import os
import platform
import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np
import psutil
import torch

from core.errors import UserError

SMALL = 2_000_000  # weights: up to here threads wait for each other longer than they compute
CGROUP = Path("/sys/fs/cgroup")
LIBRARIES = ("torch", "numpy", "safetensors", "scikit-learn", "transformers", "tokenizers")


class DeviceUnavailable(UserError):
    """The device that was asked for is not in this machine."""

    def __init__(self, wanted: str) -> None:
        found = ", ".join(available_devices())
        super().__init__(
            f"This machine has no usable '{wanted}' device, or its driver is missing. Usable here: {found}. "
            "Set device to 'auto' to take the best one."
        )


def available_devices() -> tuple[str, ...]:
    """Return the kinds of device that can be used, the fastest first."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return tuple(kind for kind, usable in there.items() if usable)


def choose_device(wanted: str, threads: int | None = None) -> torch.device:
    """Return the device to compute on.

    Args:
        wanted: "auto", "cuda", "mps" or "cpu".
        threads: CPU threads that PyTorch may use from now on in this process; None leaves them as they are.

    Raises:
        DeviceUnavailable: It is not there.
    """
    if threads is not None:
        torch.set_num_threads(max(threads, 1))
    kind = available_devices()[0] if wanted == "auto" else wanted
    if kind not in available_devices():
        raise DeviceUnavailable(wanted)
    if kind == "cuda":
        torch.set_float32_matmul_precision("high")  # TF32: many times faster, more than exact enough to train
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device(kind)


def answering_threads() -> int:
    """Return the CPU threads for inference: one for each core available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_threads_for(module: torch.nn.Module) -> None:
    """Let this thread compute with as many CPU threads as help a network."""
    is_small = sum(weight.numel() for weight in module.parameters()) < SMALL
    torch.set_num_threads(1 if is_small else answering_threads())


def describe_device(device: torch.device) -> str:
    """Return the device in words: "cpu (2 cores)", "cuda:0 (NVIDIA H100)"."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return f"mps ({platform.machine()} GPU)"
    cores = answering_threads()
    return f"cpu ({cores} {'core' if cores == 1 else 'cores'})"


def memory_used_bytes(device: torch.device) -> int:
    """Return the process's peak memory on the device; on a CPU, its present memory."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if device.type == "mps":
        return torch.mps.driver_allocated_memory()
    return int(_process(os.getpid()).memory_info().rss)


@cache
def _process(pid: int) -> psutil.Process:
    """Return this process; by its number, because a forked one is another."""
    return psutil.Process(pid)


def memory_free_bytes(device: torch.device) -> int:
    """Return the memory that is free on the device now."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    free, limit, used = int(psutil.virtual_memory().available), _cgroup("memory.max"), _cgroup("memory.current")
    return free if limit is None or used is None else min(free, max(limit - used, 0))


def _cgroup(name: str) -> int | None:
    """Return a number of this process's container; None without container or limit."""
    try:
        return int((CGROUP / name).read_text())
    except (OSError, ValueError):
        return None


def seed_everything(seed: int) -> None:
    """Start every source of chance in this process at the same place."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)  # all devices


def random_state(device: torch.device) -> dict[str, torch.Tensor]:
    """Return PyTorch's random state by device, as needed to resume a run."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        state["mps"] = torch.mps.get_rng_state()
    return state


def restore_random_state(state: dict[str, torch.Tensor], device: torch.device) -> None:
    """Restore a state of `random_state`, as far as this machine has the device."""
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)
    if device.type == "mps" and "mps" in state:
        torch.mps.set_rng_state(state["mps"])


@contextmanager
def kept_random_state(device: torch.device) -> Iterator[None]:
    """Restore the random state after the block, whatever is drawn inside."""
    before = random_state(device)
    try:
        yield
    finally:
        restore_random_state(before, device)


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of result-relevant libraries, without importing them."""
    versions = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions
