"""Everything a run has before its first step, for preflight trials."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from core.configure import resolve
from core.data.prepare.prepare_dataset import PreparedDataset, prepare_dataset
from core.data.store.dataset_store import DatasetStore
from core.preprocessing.encoder_device import compute_on
from core.settings import Settings
from core.specs import ModelSpec, SplitName, TaskSpec
from core.specs.config import TrainConfig
from core.training.augmentation import Augmentation, augmenter
from core.training.batches import Split, split_of
from core.training.checkpoint import load_state, restore_module
from core.training.device import choose_device, memory_free_bytes, seed_everything
from core.worker.downloads import Downloads

Note = Callable[[str], None]
MEGABYTE = 1_000_000
SHARE_OF_FREE = 0.8  # of the free memory, that a trial may take


@dataclass(frozen=True, eq=False)
class RunSetup:
    """Data, model and device of a run that nobody has started."""

    config: TrainConfig
    settings: Settings
    task: TaskSpec  # on this data
    model: ModelSpec
    params: Any
    data: PreparedDataset
    device: torch.device
    note: Note  # told what goes on
    beside_a_run: bool  # one trains here at this moment
    load_s: float = 0.0  # seconds of loading and preparing the data

    @property
    def augment(self) -> Augmentation | None:
        """What changes the batches of the run at random."""
        return augmenter(self.config, self.task, self.data.info)

    def split(self, name: SplitName) -> Split:
        """Return inputs and targets of a split, memory-mapped."""
        return split_of(self.data.arrays[name])

    def build(self) -> nn.Module:
        """Return the module, with the weights that chance gives it."""
        seed_everything(self.config.seed)
        return self.model.build(self.params, self.data.info)

    def build_as_a_run_would(self) -> nn.Module:
        """Return the module with the weights that the run would begin with.

        Raises:
            CheckpointUnusable: The run that is to be trained longer has none, or it is damaged.
        """
        module = self.build()
        if self.config.continues:
            folder = self.settings.runs_folder / self.config.continues / "checkpoints" / "last"
            restore_module(module, load_state(folder))
        elif self.model.load_pretrained is not None:
            self.model.load_pretrained(self.params, module)
        return module


def set_up(
    config: TrainConfig,
    settings: Settings,
    threads: int,
    note: Note,
    *,
    beside_a_run: bool = False,
    gradually: bool = False,
) -> RunSetup:
    """Load and prepare the data, and bring what the model needs.

    Args:
        config: Of the run.
        settings: Where the data is.
        threads: CPU threads to use.
        note: Told what goes on.
        beside_a_run: Whether one trains here at this moment.
        gradually: Leave out what takes long: the arrays of an encoder are not whole then.

    Raises:
        UserError: The data, the model or the device cannot be had; the message says why.
    """
    spec = resolve(config)
    device = choose_device(config.device, threads)
    compute_on(device)
    if spec.model.fetch is not None:
        spec.model.fetch(spec.params, Downloads(lambda _, sentence, amount: note(_with_amount(sentence, **amount))))
    note("Loading and preparing the data")
    dataset_store = DatasetStore(settings.datasets_folder, settings.cache_folder)
    dataset = dataset_store.find(config.dataset, config.task, config.dataset_version)
    began = time.perf_counter()
    data = prepare_dataset(dataset, spec.model, spec.params, settings.cache_folder, gradually=gradually)
    load_s = time.perf_counter() - began
    task = spec.task.on(data.info)
    return RunSetup(config, settings, task, spec.model, spec.params, data, device, note, beside_a_run, load_s)


def leave_room(device: torch.device) -> None:
    """Limit this process so that it runs out of memory before any run.

    Only now that the data is there: on Linux memory-mapped arrays count as well.

    Args:
        device: Whose free memory it may use, but for a part that the run may want at any moment.
    """
    bytes_left = int(SHARE_OF_FREE * memory_free_bytes(device))
    if device.type == "cuda":
        whole = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(bytes_left / whole, 1.0), device)
    elif device.type == "cpu" and sys.platform == "linux":
        import resource

        with open("/proc/self/status", encoding="ascii") as lines:  # what the limit counts
            used = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        limit = used + bytes_left
        resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _with_amount(sentence: str, done_bytes: int, total_bytes: int) -> str:
    if not total_bytes:
        return sentence
    return f"{sentence} ({done_bytes // MEGABYTE:,} of {total_bytes // MEGABYTE:,} MB)"
