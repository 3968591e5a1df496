import math

import numpy as np
import pytest
import torch

from core.specs import DataInfo, Predictions
from core.tasks.text_generation import TASK


def test_two_equally_likely_characters_are_one_bit_and_a_perplexity_of_two() -> None:
    predictions = Predictions(np.full(10, math.log(2)), np.zeros(10, np.int64), np.zeros(10, np.int64))
    values = {metric.name: metric.compute(predictions) for metric in TASK.metrics}
    assert values == pytest.approx({"loss": math.log(2), "perplexity": 2.0, "bits_per_character": 1.0})


def test_outcomes_are_one_a_character() -> None:
    predictions = TASK.predictions(torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.int64))
    assert predictions.nll.tolist() == pytest.approx([math.log(4)] * 6)
    assert predictions.targets.tolist() == [1] * 6
    assert float(TASK.loss(torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.int64), 0.0)) == pytest.approx(
        math.log(4)
    )


def test_the_loss_is_by_character_where_tokens_stand_for_several() -> None:
    pieces = TASK.on(DataInfo((), (3,), vocabulary_size=4, characters_per_token=2.5))
    loss = pieces.loss(torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.int64), 0.0)
    assert float(loss) == pytest.approx(math.log(4) / 2.5)
