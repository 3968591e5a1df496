"""Machine use of a run during training: processor, memory, GPU, every two seconds."""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import psutil

from core.training.callbacks import Callback

if TYPE_CHECKING:
    import torch

    from core.training.trainer import Trainer

EVERY_S = 2.0
LONGEST_SAMPLE_S = 60.0  # to wait for one at the end of a run; a driver that hangs shall not keep it
SAMPLES_BETWEEN_LOOKS = 15  # for processes that it started: that means reading about every process of the machine
_log = logging.getLogger(__name__)


class MachineMetrics(Callback):
    """Sampler of machine use in a thread, without delaying steps.

    A point belongs to the step at its moment.

    - `system/cpu_percent`: of the run's process and those that it started; 100 is every core of the machine that it
      may use.
    - `system/memory_mb`: of the same processes (resident).
    - `system/gpu_percent`: how much of the time the GPU was busy, with whatever (NVIDIA, where nvidia-ml-py is there).
    - `system/gpu_memory_mb`: what is taken of the GPU's memory, by all programs together (NVIDIA).
    """

    def __init__(self, record: Callable[[Mapping[str, float], int], None], device: "torch.device") -> None:
        """Hand the points there.

        Args:
            record: Takes values by key, and their step; called from another thread.
            device: Where the run computes.
        """
        self._record, self._device = record, device
        self._processes: dict[int, psutil.Process] = {}
        self._samples = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._counts_gpu_time = device.type == "cuda"

    def on_fit_start(self, trainer: "Trainer") -> None:
        """Begin; the first sample is about what comes after."""
        self._processor_percent()
        self._thread = threading.Thread(target=self._work, args=(trainer,), name="machine metrics", daemon=True)
        self._thread.start()

    def on_fit_end(self, trainer: "Trainer") -> None:
        """Take a last sample, for a run that ended before its first one."""
        self._end()
        self._record(self.sample(), trainer.progress.step)

    def on_fit_close(self, trainer: "Trainer") -> None:
        """End, also after an error."""
        self._end()

    def sample(self) -> dict[str, float]:
        """Return what is used now; the processor since the last sample."""
        found = {"system/cpu_percent": self._processor_percent(), "system/memory_mb": self._memory_mb()}
        return found | self._of_the_gpu()

    def _work(self, trainer: "Trainer") -> None:
        while not self._over.wait(EVERY_S):
            step = trainer.progress.step
            if step:
                self._record(self.sample(), step)

    def _end(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(LONGEST_SAMPLE_S)
            self._thread = None

    def _processor_percent(self) -> float:
        """Return all processes' use since the last call, in percent of usable cores."""
        total = 0.0
        for process in self._tree():
            try:
                total += process.cpu_percent()
            except psutil.Error:  # it ended a moment ago
                self._processes.pop(process.pid, None)
        return total / _cores()

    def _memory_mb(self) -> float:
        total = 0
        for process in list(self._processes.values()):
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
        return total / 1e6

    def _tree(self) -> list[psutil.Process]:
        """Return this process and its descendants, as the same objects, which know their past."""
        me = self._processes.setdefault(os.getpid(), psutil.Process())
        self._samples += 1
        if self._samples % SAMPLES_BETWEEN_LOOKS != 1:
            return list(self._processes.values())
        try:
            children = {child.pid: child for child in me.children(recursive=True)}
        except psutil.Error:
            children = {}
        kept = {pid: self._processes.get(pid, child) for pid, child in children.items()}
        self._processes = {me.pid: me} | kept
        return list(self._processes.values())

    def _of_the_gpu(self) -> dict[str, float]:
        if self._device.type != "cuda":
            return {}
        import torch

        free, total = torch.cuda.mem_get_info(self._device)
        found = {"system/gpu_memory_mb": (total - free) / 1e6}
        if self._counts_gpu_time:
            try:
                found["system/gpu_percent"] = float(torch.cuda.utilization(self._device))
            except (ModuleNotFoundError, RuntimeError):  # no nvidia-ml-py, or a driver that does not tell
                _log.info("How busy the GPU is cannot be asked here.")
                self._counts_gpu_time = False
        return found


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
