"""A model that cannot be trained in the memory that is there is refused before its first step, with the sizes."""

import pytest
import torch
from torch import nn

from core.errors import ModelTooLarge
from core.training.memory import check_size, parameter_counts
from tests.training.tiny import CPU


def test_a_model_that_fits_is_let_through() -> None:
    check_size(nn.Linear(4, 2), "adamw", CPU)


def test_a_model_that_is_far_too_large_is_refused_with_its_sizes() -> None:
    with torch.device("meta"):  # a model of 16 TB, without its numbers
        huge = nn.Linear(1_000_000, 1_000_000)
    with pytest.raises(ModelTooLarge, match=r"1,000,001\.0 million numbers and needs at least 16,000\.0 GB.*smaller"):
        check_size(huge, "adamw", CPU)


def test_what_is_frozen_is_not_counted_as_learnt() -> None:
    module = nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 1).requires_grad_(False))
    assert parameter_counts(module) == (13, 10)
