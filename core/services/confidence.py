"""From which confidence on a run's answers stand alone, by its own validation split."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.evaluation.predictions_file import read_predictions
from core.evaluation.unsure import unsure_below
from core.specs.contender import Contender

if TYPE_CHECKING:
    from core.services.run_service import Service


def unsure_threshold(service: "Service", reference: str) -> float | None:
    """Return the confidence below which a contender is not sure.

    Returns:
        None where it is always sure enough, or nothing is known: of baselines, language models and checkpoints of a
        run that still trains there are no predictions of the validation split.
    """
    contender = Contender.parse(reference)
    if contender.language_model or contender.baseline or contender.checkpoint != "best":
        return None
    return run_threshold(service.settings.runs_folder / contender.run)


def run_threshold(folder: Path) -> float | None:
    """Return the confidence below which a run's kept model is not sure; see `unsure_threshold`."""
    try:
        changed_ns = (folder / "report.json").stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _threshold(folder, changed_ns)


@lru_cache(maxsize=256)
def _threshold(folder: Path, _changed_ns: int) -> float | None:
    kept = read_predictions(folder, "validation")
    return None if kept is None else unsure_below(kept.predictions)
