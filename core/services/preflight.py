"""Preflight trials of a configuration: requested here, run in a process, cached a day.

`estimate`: how long a run will take, how much memory it needs and what that costs, from a few real steps.
`learning-rate`: which learning rate suits, from a short test. `augmentation`: what changed examples look like.
"""

from collections.abc import Mapping
from typing import Any, get_args

from core import configure
from core.errors import UnknownName, UserError
from core.runs import Preflight, PreflightKind, Stage, Worker
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.preflight_store import PreflightStore

KINDS: tuple[PreflightKind, ...] = get_args(PreflightKind)
AGAIN_AFTER_S = 3.0  # what failed may have been put right since
FRESH_S = 86_400.0
# Settings that an answer does not depend on: it stays known while they change.
_WITHOUT_EFFECT: Mapping[PreflightKind, tuple[str, ...]] = {
    "estimate": (
        "seed", "learning_rate", "schedule", "warmup_fraction", "momentum", "weight_decay", "label_smoothing",
        "patience", "checkpoint_every_s", "checkpoint_every_steps", "evaluation",
    ),
    "learning-rate": (
        "epochs", "learning_rate", "schedule", "warmup_fraction", "patience", "time_budget_min", "checkpoint_every_s",
        "checkpoint_every_steps", "evaluation",
    ),
}  # fmt: skip


class Preflights:
    """Asks for trials and knows their answers."""

    def __init__(self, database: Database, worker: Worker) -> None:
        self._store, self._worker = PreflightStore(database), worker

    def request(self, kind: PreflightKind, config: TrainConfig, *, again: bool = False) -> Preflight:
        """Request a trial, reusing a known result or a pending request.

        Args:
            kind: "estimate", "learning-rate" or "augmentation".
            config: About which run; see `Service.make_config`.
            again: What failed or did not fit is tried again at once, not only after a moment.

        Raises:
            UserError: There is nothing to find out, or what the model needs is not chosen or missing.
        """
        if kind not in KINDS:
            raise UnknownName("kind of trial", kind, KINDS)
        found = configure.resolve(config)
        if kind == "augmentation" and not found.model.augmentations:
            raise UserError(
                f"'{found.model.title}' does not change its examples while it learns, so there is no preview."
            )
        found.check_model()
        again_after_s = 0.0 if again else AGAIN_AFTER_S
        preflight = self._store.ask(kind, subject(kind, config), again_after_s=again_after_s, fresh_s=FRESH_S)
        if preflight.status.is_active:
            self._worker.ensure()
        return preflight

    def find(self, kind: PreflightKind, config: TrainConfig) -> Preflight | None:
        """Return the current trial of a configuration; None if not requested.

        The caller polls this until the trial is done.
        """
        preflight = self._store.find(kind, subject(kind, config).config_hash())
        if preflight is not None and preflight.status.is_active:
            self._worker.ensure_alive()
        return preflight

    def estimate_of(self, config: TrainConfig) -> Mapping[str, Any]:
        """Return a configuration's estimate; empty if there is none or it did not fit."""
        preflight = self._store.find("estimate", subject("estimate", config).config_hash())
        return (
            self.with_folds(preflight.result, config) if preflight is not None and preflight.result.get("fits") else {}
        )

    @staticmethod
    def with_folds(result: Mapping[str, Any], config: TrainConfig) -> Mapping[str, Any]:
        """Return an estimate with the time of the folds as this configuration wants them."""
        folds = result.get("folds") or {}
        if not folds.get("seconds"):  # there are none: said only to who asks for them, or would miss them
            misses = config.evaluation == "every-row" or not (folds.get("is_expected") or config.evaluation != "auto")
            return result if misses else {**result, "folds": {}}
        if config.evaluation == "auto":
            return result
        stages, wanted = dict(result["stages"]), config.evaluation == "every-row"
        others_s = sum(stages.values()) - stages.get(Stage.FOLDS, 0.0)
        folds_s = float(folds["seconds"]) if wanted else 0.0
        if config.time_budget_min:  # both share it
            folds_s = max(min(folds_s, 60 * config.time_budget_min - others_s), 0.0)
        stages[str(Stage.FOLDS)] = folds_s
        chosen = {**folds, "is_wanted": wanted, "why_not": ""}
        return {**result, "stages": stages, "total_s": others_s + folds_s, "folds": chosen}

    @staticmethod
    def folds_in_words(result: Mapping[str, Any]) -> str:
        """Return, as a sentence, an estimate's cross-validation cost; empty if not included."""
        folds = result.get("folds") or {}
        if folds.get("why_not") or not folds.get("seconds"):
            return str(folds.get("why_not") or "")
        seconds = float(folds["seconds"])
        more = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(seconds, 1):.0f} s"
        if folds["is_wanted"]:
            return f"Every row counts: all {folds['rows']:,} rows are judged in five folds, about {more} more."
        return f"Judged on one split. That every row counts, {folds['rows']:,} of them, would take about {more} more."


def subject(kind: PreflightKind, config: TrainConfig) -> TrainConfig:
    """Return the configuration with all settings irrelevant to the answer at their defaults."""
    fields = TrainConfig.model_fields
    names = _WITHOUT_EFFECT.get(kind) or [
        name for name, field in fields.items() if field.title and not name.startswith("augment_")
    ]
    plain = {name: fields[name].default for name in (*names, "preset") if name in fields}
    return config.model_copy(update=plain)
