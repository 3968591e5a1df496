"""The choices that make a run: settings that describe themselves, so that forms and commands need no second text."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

PresetName = Literal["quick", "balanced", "best"]
PRESETS: tuple[PresetName, ...] = ("quick", "balanced", "best")
Level = Literal["beginner", "expert"]


def setting(
    default: Any,
    *,
    label: str,
    help: str,
    level: Level = "expert",
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare one setting of a run.

    Args:
        default: The value when nobody chooses.
        label: What a form shows, units included.
        help: What happens if you raise it.
        level: Whether a beginner sees it at once.
        ge: The smallest value allowed.
        le: The largest value allowed.
    """
    return Field(default, title=label, description=help, ge=ge, le=le, json_schema_extra={"level": level})


class Params(BaseModel):
    """The settings of one model; each model declares its own subclass."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TrainConfig(BaseModel):
    """Every choice that changes the result of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    dataset: str
    dataset_version: str = ""  # fingerprint, of a data set that was brought; empty for a built-in one
    model: str
    preset: PresetName = "quick"
    params: Mapping[str, Any] = Field(default_factory=dict)

    epochs: int = setting(
        10,
        label="Passes over the data (epochs)",
        level="beginner",
        ge=1,
        le=1000,
        help="More passes: longer, and better up to a point; after it the model learns its examples by heart.",
    )
    batch_size: int = setting(
        64,
        label="Examples per step (batch size)",
        level="beginner",
        ge=1,
        le=4096,
        help="Higher: steadier and faster steps, more memory, fewer corrections in each pass.",
    )
    learning_rate: float = setting(
        1e-3,
        label="Learning rate",
        level="beginner",
        ge=1e-6,
        le=10.0,
        help="Higher: learns faster, until it jumps past the solution and the loss rises.",
    )
    seed: int = setting(
        0,
        label="Seed",
        ge=0,
        le=2**31 - 1,
        help="Another number gives another random start. The same number repeats the same run.",
    )
    optimizer: Literal["adamw", "adam", "sgd"] = setting(
        "adamw",
        label="Optimiser",
        help="How corrections are made. AdamW suits nearly everything; SGD needs a higher learning rate.",
    )
    schedule: Literal["constant", "cosine", "one-cycle"] = setting(
        "cosine",
        label="Learning rate schedule",
        help="How the learning rate moves: constant stays, cosine falls slowly to zero, one-cycle rises then falls.",
    )
    warmup_fraction: float = setting(
        0.05,
        label="Warm-up (share of all steps)",
        ge=0.0,
        le=0.5,
        help="Higher: a gentler start, a shorter time at full speed.",
    )
    weight_decay: float = setting(
        0.01,
        label="Weight decay",
        ge=0.0,
        le=1.0,
        help="Higher: simpler models, less learning by heart; too high and nothing is learnt.",
    )
    label_smoothing: float = setting(
        0.0,
        label="Label smoothing",
        ge=0.0,
        le=0.5,
        help="Higher: the model is less sure of itself, which helps where some labels are wrong.",
    )
    gradient_clip: float = setting(
        1.0,
        label="Largest correction (gradient clipping; 0 is off)",
        ge=0.0,
        le=1000.0,
        help="Lower: protects against sudden jumps of the loss; too low and learning is slow.",
    )
    patience: int = setting(
        0,
        label="Stop early after this many passes without progress (0 is off)",
        ge=0,
        le=1000,
        help="Higher: waits longer before it gives up on getting better.",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = setting(
        "auto", label="Device", help="Where to compute. Auto takes the GPU where there is one."
    )

    def config_hash(self) -> str:
        """Return a stable short hash of everything that changes the result."""
        left_out = {"preset"} if self.dataset_version else {"preset", "dataset_version"}
        canonical = json.dumps(self.model_dump(exclude=left_out), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]
