"""What the kept weights did when they were looked at is what they do when they are asked again."""

from pathlib import Path

import numpy as np

from core import catalog
from core.training.callbacks import BestCheckpoint
from core.training.checkpoint import ModelCard, load_weights
from core.training.predictions import predict_split
from core.training.trainer import Trainer
from core.worker.last_evaluation import LastEvaluation
from tests.training.tiny import CPU, config, images, module

TASK = catalog.find_task("image-classification")
CARD = ModelCard(
    task=TASK.name, dataset="tiny", dataset_fingerprint="", model="mlp", params={}, preprocessor={}, labels=(), info={}
)


def test_the_look_that_is_remembered_is_that_of_the_weights_on_the_disk(tmp_path: Path) -> None:
    network, validation, look = module(), images(32, 1), LastEvaluation()
    settings = config(epochs=6, learning_rate=0.3)  # so fast that the last weights are seldom the best
    Trainer(network, TASK, images(64), validation, settings, CPU, [BestCheckpoint(tmp_path, CARD), look]).fit()
    load_weights(tmp_path, network)
    again = predict_split(TASK, network, *validation, CPU, 8)
    assert look.predictions is not None
    assert np.array_equal(look.predictions.predicted, again.predicted)
    assert np.allclose(look.predictions.nll, again.nll, atol=1e-5)


def test_a_run_whose_weights_an_earlier_attempt_kept_remembers_nothing() -> None:
    look, trainer = LastEvaluation(), Trainer(module(), TASK, images(8), images(8), config(), CPU, [])
    look.on_evaluation(trainer, {})
    assert look.predictions is None


def test_what_was_computed_in_16_bits_is_judged_again() -> None:
    look, precise = LastEvaluation(), config(precision="bfloat16")
    Trainer(module(), TASK, images(64), images(32, 1), precise, CPU, [look]).fit()
    assert look.predictions is None
