"""Checkpoints of a run: weights with a model card, and the state for resuming.

A checkpoint is a folder with one safetensors file and one JSON file, which holds the checksum of the other. It is
written beside its place and moved there when it is whole, so that there is always a whole one. Nothing is pickled:
a checkpoint from a stranger can be wrong, but cannot run code.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core.errors import CheckpointUnusable
from core.specs import DataInfo

WEIGHTS, CARD = "model.safetensors", "card.json"
STATE_TENSORS, STATE = "state.safetensors", "state.json"
_LOOKS = ("best", "kept")


class ModelCard(BaseModel):
    """Everything needed to rebuild a trained model and to trace its origin."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    task: str
    dataset: str
    dataset_fingerprint: str
    model: str
    params: Mapping[str, Any]
    preprocessor: Mapping[Literal["kind", "state"], Any]
    labels: tuple[str, ...]
    info: Mapping[str, Any]  # DataInfo as a dict
    step: int = 0
    metrics: Mapping[str, float] = {}

    def data_info(self) -> DataInfo:
        """Return what the model was built with."""
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in self.info.items()}
        return DataInfo(**fields)


@dataclass(frozen=True)
class Best:
    """One validation evaluation: the best so far, or the one of the kept weights."""

    step: int
    metric: float  # the task's primary one
    loss: float


@dataclass(frozen=True, eq=False)
class TrainingState:
    """A run between two steps: everything that the next step depends on.

    Args:
        config_hash: Of the configuration; another one cannot go on from here.
        step: Steps done.
        steps_per_epoch: As the data gave them; other data cannot go on from here.
        steps_since_log: How many steps the running sums hold.
        examples_since_log: How many examples they hold.
        train_time_s: Seconds spent so far.
        best: The best evaluation so far, if any.
        tensors: `model.*`, `optimiser.*`, `random.*`, `sums`, `scale` and, of the best evaluation, `best_rows`.
        steps_total: Of the whole run, as a time budget had planned; 0 as the configuration says.
        parts: In how many parts each step was computed, since memory was short.
        kept: The evaluation whose weights are kept; None in states of when these were the best one's.
    """

    config_hash: str
    step: int
    steps_per_epoch: int
    steps_since_log: int
    examples_since_log: int
    train_time_s: float
    best: Best | None
    tensors: Mapping[str, Tensor]
    steps_total: int = 0
    parts: int = 1
    kept: Best | None = None

    def part(self, prefix: str) -> dict[str, Tensor]:
        """Return the tensors whose name starts so, without the start."""
        start = f"{prefix}."
        return {name.removeprefix(start): t for name, t in self.tensors.items() if name.startswith(start)}


# --- the model ---


def save_model(folder: Path, module: nn.Module, card: ModelCard) -> None:
    """Write weights and card, replacing the folder's content only when complete."""
    save_weights(folder, module.state_dict(), card)


def save_weights(folder: Path, weights: Mapping[str, Tensor], card: ModelCard) -> None:
    """Write weights, by name, and card, replacing the folder's content only when complete."""
    _save(folder, WEIGHTS, weights, CARD, card.model_dump())


def read_card(folder: Path) -> ModelCard:
    """Return what the checkpoint says of itself.

    Raises:
        CheckpointUnusable: It is missing, truncated or not ours.
    """
    try:
        return ModelCard.model_validate(_read_json(_readable(folder) / CARD)["content"])
    except ValidationError as error:
        raise CheckpointUnusable(_not_ours(folder)) from error


def load_weights(folder: Path, module: nn.Module) -> None:
    """Put the saved weights into a module that was built as the card says.

    Raises:
        CheckpointUnusable: The file is truncated or altered, or the weights are of another model.
    """
    _put(module, _load_tensors(_readable(folder), WEIGHTS, CARD), folder)


# --- the state ---


def save_state(folder: Path, state: TrainingState) -> None:
    """Write everything the next step depends on, replacing the earlier state when complete."""
    content = {name: value for name, value in vars(state).items() if name not in ("tensors", *_LOOKS)}
    content |= {name: asdict(evaluation) if (evaluation := getattr(state, name)) else None for name in _LOOKS}
    _save(folder, STATE_TENSORS, state.tensors, STATE, content)


def load_state(folder: Path) -> TrainingState:
    """Return what `save_state` wrote.

    Raises:
        CheckpointUnusable: It is missing, truncated, altered or not ours.
    """
    place = _readable(folder)
    content = _read_json(place / STATE)["content"]
    tensors = _load_tensors(place, STATE_TENSORS, STATE)
    try:
        best, kept = content.pop("best"), content.pop("kept", None)  # the latter is younger
        evaluations = [Best(**evaluation) if evaluation else None for evaluation in (best, kept)]
        return TrainingState(**content, best=evaluations[0], kept=evaluations[1], tensors=tensors)
    except (KeyError, TypeError) as error:
        raise CheckpointUnusable(_not_ours(folder)) from error


def restore_module(module: nn.Module, state: TrainingState) -> None:
    """Put the state's weights into the module.

    Raises:
        CheckpointUnusable: They are of another model.
    """
    _put(module, state.part("model"), None)


# --- files ---


def _save(folder: Path, tensor_file: str, tensors: Mapping[str, Tensor], json_file: str, content: Any) -> None:
    def write(place: Path) -> None:
        on_cpu = {name: t.detach().cpu().contiguous().clone() for name, t in tensors.items()}
        try:
            save_file(on_cpu, place / tensor_file)
        except SafetensorError as error:  # it hides what the system said, such as "no space left" (28)
            raise OSError(errno.ENOSPC if "os error 28" in str(error) else errno.EIO, str(error)) from error
        document = {"format": 1, "sha256": _sha256(place / tensor_file), "content": content}
        (place / json_file).write_text(json.dumps(document, indent=1), encoding="utf-8")

    _replace_folder(folder, write)


def _replace_folder(folder: Path, write: Callable[[Path], None]) -> None:
    """Fill a new folder, flush it to disk, then replace the old one."""
    fresh, old = folder.with_name(f".{folder.name}.new"), _aside(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if old.exists() and not folder.exists():  # cut off between the two moves below
        old.rename(folder)
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir()
    try:
        write(fresh)
        for path in (*fresh.iterdir(), fresh):
            _flush_to_disk(path)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)  # only there where something went wrong
    _flush_to_disk(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def _flush_to_disk(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows cannot open folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _aside(folder: Path) -> Path:
    """Return the temporary location of the old checkpoint while the new one replaces it."""
    return folder.with_name(f".{folder.name}.old")


def _readable(folder: Path) -> Path:
    if folder.is_dir():
        return folder
    if _aside(folder).is_dir():
        return _aside(folder)
    raise CheckpointUnusable(f"There is no checkpoint at {folder}. Train the model again, or choose another run.")


def _read_json(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["format"] != 1 or not isinstance(document["content"], dict):
            raise ValueError(f"format {document['format']}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointUnusable(_not_ours(file.parent)) from error
    return dict(document)


def _load_tensors(place: Path, tensor_file: str, json_file: str) -> dict[str, Tensor]:
    expected = _read_json(place / json_file).get("sha256")
    try:
        found = _sha256(place / tensor_file)
        if found != expected:
            raise CheckpointUnusable(
                f"The checkpoint at {place} is damaged: {tensor_file} is cut off or was altered after it was saved. "
                "It was not loaded. Train the model again, or choose another run."
            )
        return load_file(place / tensor_file)
    except (OSError, SafetensorError) as error:
        raise CheckpointUnusable(_not_ours(place)) from error


def _put(module: nn.Module, tensors: dict[str, Tensor], folder: Path | None) -> None:
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        where = f" at {folder}" if folder else ""
        raise CheckpointUnusable(
            f"The checkpoint{where} was made by another model or with other settings, so its weights do not fit. "
            "Use it with the model and the settings that it was made with."
        ) from error


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _not_ours(folder: Path) -> str:
    return (
        f"The folder {folder} holds no complete Touchstone checkpoint: a file is missing, cut off or in another form. "
        "Train the model again, or choose another run."
    )
