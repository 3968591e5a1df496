"""Whoever is asked of a run, ready to answer."""

from pathlib import Path

from core.serving.predictor import Predictor, load_predictor
from core.specs.contender import Contender


def load_contender(run_folder: Path, contender: Contender) -> Predictor:
    """Load one who answers for a run.

    Args:
        run_folder: The run's folder.
        contender: Who of the run; one without a checkpoint of its own answers by the kept one.

    Raises:
        UserError: The run has not kept it.
        CheckpointUnusable: Its files are gone or altered.
    """
    if contender.baseline:
        from core.serving.baseline_predictor import load_baseline_predictor

        return load_baseline_predictor(run_folder, contender.baseline)
    return load_predictor(run_folder, checkpoint=contender.checkpoint)
