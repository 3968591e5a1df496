"""The settings of a run, which describe themselves.

Forms and commands need no second text.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

PresetName = Literal["quick", "balanced", "best"]
PRESETS: tuple[PresetName, ...] = ("quick", "balanced", "best")
# What suits an optimiser, times what suits AdamW with the same model (`make bench` section `optimizers`); 1 for others.
TIMES_ADAMW = {"sgd": 30.0}
MOST_RATE = 10.0
Level = Literal["beginner", "expert"]
Group = Literal["", "optimiser", "regularisation", "augmentation", "machine"]


def setting(
    default: Any,
    *,
    label: str,
    help: str,
    level: Level = "expert",
    group: Group = "",
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare one setting of a run.

    Args:
        default: The value when nobody chooses.
        label: What a form shows, units included.
        help: What happens if you raise it.
        level: Whether a beginner sees it at once.
        group: Under which heading an expert finds it; none for a model's own.
        ge: The smallest value allowed.
        le: The largest value allowed.
    """
    extra: dict[str, Any] = {"level": level, "group": group}
    return Field(default, title=label, description=help, ge=ge, le=le, json_schema_extra=extra)


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
        label="Epochs (passes over the data)",
        level="beginner",
        ge=1,
        le=1000,
        help="More epochs: longer, and better up to a point; after it the model overfits (it memorises its examples).",
    )
    batch_size: int = setting(
        64,
        label="Batch size (examples per step)",
        level="beginner",
        ge=1,
        le=4096,
        help="Higher: steadier and faster steps, more memory, fewer updates in each epoch.",
    )
    learning_rate: float = setting(
        1e-3,
        label="Learning rate",
        level="beginner",
        ge=1e-6,
        le=MOST_RATE,
        help="Higher: learns faster, until it jumps past the solution and the loss rises.",
    )
    seed: int = setting(
        0,
        label="Seed",
        group="machine",
        ge=0,
        le=2**31 - 1,
        help="Another number gives another random start. The same number repeats the same run.",
    )
    optimizer: Literal["adamw", "adam", "sgd", "muon"] = setting(
        "adamw",
        label="Optimiser",
        group="optimiser",
        help="How the weights are updated. AdamW suits nearly everything; SGD needs a higher learning rate, which it "
        "gets where none is chosen; Muon learns in fewer steps where most weights are large matrices, but each step "
        "takes longer, much longer on a CPU.",
    )
    momentum: float = setting(
        0.9,
        label="Momentum (SGD and Muon)",
        group="optimiser",
        ge=0.0,
        le=0.999,
        help="Higher: updates keep their direction longer, which is faster on smooth ground and overshoots more.",
    )
    nesterov: bool = setting(
        True,
        label="Nesterov momentum (looks ahead; SGD and Muon)",
        group="optimiser",
        help="On: each update is taken from where the momentum leads, which overshoots less.",
    )
    schedule: Literal["constant", "linear", "cosine", "one-cycle"] = setting(
        "cosine",
        label="Learning rate schedule",
        group="optimiser",
        help="How the learning rate moves: constant stays, linear and cosine fall to zero, one-cycle rises then falls.",
    )
    warmup_fraction: float = setting(
        0.05,
        label="Warm-up (share of all steps)",
        group="optimiser",
        ge=0.0,
        le=0.5,
        help="Higher: a gentler start, a shorter time at full speed.",
    )
    gradient_clip: float = setting(
        1.0,
        label="Gradient clipping (largest norm; 0 is off)",
        group="optimiser",
        ge=0.0,
        le=1000.0,
        help="Lower: protects against sudden jumps of the loss; too low and learning is slow.",
    )
    accumulation: int = setting(
        1,
        label="Gradient accumulation (parts of a step)",
        group="optimiser",
        ge=1,
        le=256,
        help="Higher: each step is computed in so many parts, one after the other, which needs less memory at once.",
    )
    weight_decay: float = setting(
        0.01,
        label="Weight decay",
        group="regularisation",
        ge=0.0,
        le=1.0,
        help="Higher: simpler models, less overfitting; too high and nothing is learnt. Each step makes weights "
        "smaller by this share of the learning rate, the same with every optimiser (decoupled, as in AdamW); biases, "
        "normalisations and embeddings are left alone.",
    )
    l1: float = setting(
        0.0,
        label="L1 penalty (fewer weights)",
        group="regularisation",
        ge=0.0,
        le=10.0,
        help="Higher: weights that help little go next to zero, until hardly any is used. 0.0001 is a good start.",
    )
    label_smoothing: float = setting(
        0.0,
        label="Label smoothing",
        group="regularisation",
        ge=0.0,
        le=0.5,
        help="Higher: the model is less confident, which helps where some labels are wrong.",
    )
    class_weights: Literal["none", "balanced"] = setting(
        "none",
        label="Class weights (rare classes)",
        group="regularisation",
        help="Balanced: a mistake counts more the rarer its class, so that rare ones are found more often, at the "
        "price of more false alarms.",
    )
    patience: int = setting(
        0,
        label="Early stopping (epochs without progress; 0 is off)",
        group="regularisation",
        ge=0,
        le=1000,
        help="Higher: waits longer before it gives up on getting better.",
    )
    augment_flip: bool = setting(
        False,
        label="Horizontal flip (mirrored images)",
        group="augmentation",
        help="On: half of the images are shown mirrored. Not for letters, digits or anything where left and right "
        "differ.",
    )
    augment_rotate_deg: float = setting(
        0.0,
        label="Rotation (degrees, at most)",
        group="augmentation",
        ge=0.0,
        le=180.0,
        help="Higher: images are turned further at random, so that their angle counts less.",
    )
    augment_scale: float = setting(
        0.0,
        label="Scaling (zoom; share, at most)",
        group="augmentation",
        ge=0.0,
        le=0.9,
        help="Higher: images are shown larger or smaller at random, so that size counts less.",
    )
    augment_crop: float = setting(
        0.0,
        label="Random crop (shift; share of the side, at most)",
        group="augmentation",
        ge=0.0,
        le=0.5,
        help="Higher: images are cropped further off their middle at random, so that place counts less.",
    )
    augment_cutout: float = setting(
        0.0,
        label="Cutout (hidden square; share of the side)",
        group="augmentation",
        ge=0.0,
        le=0.9,
        help="Higher: a larger square is blanked out at random, so that no single detail decides.",
    )
    augment_color: float = setting(
        0.0,
        label="Colour jitter (brightness, contrast, hue; share, at most)",
        group="augmentation",
        ge=0.0,
        le=0.9,
        help="Higher: light and colours vary more at random, so that they count less.",
    )
    augment_token_dropout: float = setting(
        0.0,
        label="Token dropout (hidden words; share)",
        group="augmentation",
        ge=0.0,
        le=0.9,
        help="Higher: more words are hidden at random while training, so that no single word decides.",
    )
    precision: Literal["auto", "float32", "bfloat16", "float16"] = setting(
        "auto",
        label="Number format (16 or 32 bit)",
        group="machine",
        help="Auto computes with 16 bits where the GPU is made for it (faster, half the memory), else with 32.",
    )
    time_budget_min: float = setting(
        0.0,
        label="Time budget in minutes (0 is off)",
        group="machine",
        level="beginner",
        ge=0.0,
        le=10_080.0,
        help="The best that fits into this time, loading, encoding, baselines, testing and saving included: epochs are "
        "cut to it, and the learning rate falls to its end in time.",
    )
    evaluation: Literal["auto", "quick-look", "every-row"] = setting(
        "auto",
        label="Evaluation (one split, or cross-validation of every row)",
        group="machine",
        help="quick-look: judged on one split, kept apart. every-row: five more trainings, each judged on a fifth that "
        "it has not seen, so that every row counts. auto: every-row below 5,000 rows where that takes under a minute.",
    )
    checkpoint_every_s: float = setting(
        30.0,
        label="Checkpoint at least every (seconds)",
        group="machine",
        ge=1.0,
        le=86_400.0,
        help="Lower: less is lost when the power fails; saving large models takes time.",
    )
    checkpoint_every_steps: int = setting(
        0,
        label="Checkpoint every (steps; 0 is by time alone)",
        group="machine",
        ge=0,
        le=1_000_000,
        help="Save after each so many steps as well.",
    )
    compile: bool = setting(
        False,
        label="Compile the model (torch.compile)",
        group="machine",
        help="On: faster steps after a minute or more of preparation; worth it for long runs on a GPU.",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = setting(
        "auto",
        label="Device",
        group="machine",
        help="Where to compute. Auto takes the GPU where there is one.",
    )

    # Where the weights come from: "" is a fresh start, else the id of the run that is trained longer.
    continues: str = ""

    def config_hash(self) -> str:
        """Return a stable short hash of everything that changes the result.

        Settings that came later count only where they differ from their default, so that older runs keep their hash.
        """
        skipped = {"preset", *_WITHOUT_EFFECT} | (set() if self.dataset_version else {"dataset_version"})
        fields = type(self).model_fields
        skipped |= {name for name in fields if name not in _FIRST and getattr(self, name) == fields[name].default}
        canonical = json.dumps(self.model_dump(exclude=skipped), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


_WITHOUT_EFFECT = ("checkpoint_every_s", "checkpoint_every_steps")  # on the result
_FIRST = {
    "task", "dataset", "dataset_version", "model", "params", "epochs", "batch_size", "learning_rate", "seed",
    "optimizer", "schedule", "warmup_fraction", "weight_decay", "label_smoothing", "gradient_clip", "patience",
    "device",
}  # fmt: skip
