"""What can be found out before a run starts: asked for here, found out by a process, remembered for a day.

`estimate`: how long a run will take, how much memory it needs and what that costs, from a few real steps.
`learning-rate`: which learning rate suits, from a short test. `augmentation`: what changed examples look like.
"""

from collections.abc import Mapping
from typing import Any, get_args

from core import catalog, configure
from core.config import TrainConfig
from core.errors import UnknownName, UserError
from core.runs import Trial, TrialKind, Worker
from core.store.database import Database
from core.store.trial_store import TrialStore

KINDS: tuple[TrialKind, ...] = get_args(TrialKind)
AGAIN_AFTER_S = 3.0  # what failed may have been put right since
FRESH_S = 86_400.0
# Settings that an answer does not depend on: it stays known while they change.
_WITHOUT_EFFECT: Mapping[TrialKind, tuple[str, ...]] = {
    "estimate": (
        "seed", "learning_rate", "schedule", "warmup_fraction", "momentum", "weight_decay", "label_smoothing",
        "patience", "checkpoint_every_s", "checkpoint_every_steps",
    ),
    "learning-rate": (
        "epochs", "learning_rate", "schedule", "warmup_fraction", "patience", "time_budget_min", "checkpoint_every_s",
        "checkpoint_every_steps",
    ),
}  # fmt: skip


class Trials:
    """Asks for trials and knows their answers.

    Args:
        database: Where they are.
        worker: Whoever does them.
    """

    def __init__(self, database: Database, worker: Worker) -> None:
        self._store, self._worker = TrialStore(database), worker

    def request(self, kind: TrialKind, config: TrainConfig, *, again: bool = False) -> Trial:
        """Ask for a trial: what is known is answered at once, what is asked already is not asked again.

        Args:
            kind: "estimate", "learning-rate" or "augmentation".
            config: About which run; see `Service.make_config`.
            again: What failed or did not fit is tried again at once, not only after a moment.

        Raises:
            UserError: There is nothing to find out, or what the model needs is not chosen or missing.
        """
        if kind not in KINDS:
            raise UnknownName("kind of trial", kind, KINDS)
        model = catalog.find_model(config.model, config.task)
        if kind == "augmentation" and not model.augmentations:
            raise UserError(f"'{model.title}' does not change its examples while it learns, so there is no preview.")
        if model.check is not None:
            model.check(configure.model_params(config))
        again_after_s = 0.0 if again else AGAIN_AFTER_S
        trial = self._store.ask(kind, subject(kind, config), again_after_s=again_after_s, fresh_s=FRESH_S)
        if trial.status.is_active:
            self._worker.ensure()
        return trial

    def find(self, kind: TrialKind, config: TrainConfig) -> Trial | None:
        """Return the trial about this as it is now; None where nobody has asked. Whoever waits asks this again."""
        trial = self._store.find(kind, subject(kind, config).config_hash())
        if trial is not None and trial.status.is_active and not self._worker.info().alive:
            self._worker.ensure()
        return trial

    def estimate_of(self, config: TrainConfig) -> Mapping[str, Any]:
        """Return what was estimated for this configuration; empty where nothing was, or where it did not fit."""
        trial = self._store.find("estimate", subject("estimate", config).config_hash())
        return trial.result if trial is not None and trial.result.get("fits") else {}


def subject(kind: TrialKind, config: TrainConfig) -> TrainConfig:
    """Return the configuration with everything at its default that the answer does not depend on."""
    fields = TrainConfig.model_fields
    names = _WITHOUT_EFFECT.get(kind) or [
        name for name, field in fields.items() if field.title and not name.startswith("augment_")
    ]
    plain = {name: fields[name].default for name in (*names, "preset") if name in fields}
    return config.model_copy(update=plain)
