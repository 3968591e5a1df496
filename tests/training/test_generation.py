import numpy as np
import pytest
import torch
from torch import nn

from core.errors import InvalidSetting
from core.preprocessing.characters import CharacterPreprocessor
from core.training.generation import generate

LETTERS = CharacterPreprocessor("\nabcde", context=4)  # a is 2, e is 6


class FixedTaste(nn.Module):
    """Likes the same characters whatever came before."""

    def __init__(self, *logits: float) -> None:
        super().__init__()
        self.logits = torch.tensor(logits)
        self.longest = 0

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        self.longest = max(self.longest, ids.shape[1])
        return self.logits.expand(*ids.shape, -1)


#                     unknown newline a    b    c    d    e
TASTE = FixedTaste(*np.log([0.3, 0.01, 0.4, 0.2, 0.05, 0.03, 0.01]).tolist())


def test_temperature_zero_always_takes_the_likeliest_character() -> None:
    assert generate(TASTE, LETTERS, "b", max_new_tokens=5, temperature=0) == "aaaaa"


def test_the_same_seed_writes_the_same_text() -> None:
    texts = [generate(TASTE, LETTERS, "b", 40, temperature=1, seed=seed) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_other_random_numbers_are_not_disturbed() -> None:
    torch.manual_seed(0)
    expected = torch.rand(3).tolist()
    torch.manual_seed(0)
    generate(TASTE, LETTERS, "b", 10, seed=7)
    assert torch.rand(3).tolist() == expected


def test_top_k_draws_from_the_likeliest_few() -> None:
    assert set(generate(TASTE, LETTERS, "b", 200, temperature=5, top_k=2)) == {"a", "b"}


def test_top_p_draws_from_the_likeliest_that_make_up_the_share() -> None:
    # without the unknown character a has 0.4 / 0.7 = 57 %, a and b together 86 %
    assert set(generate(TASTE, LETTERS, "b", 200, temperature=1, top_p=0.5)) == {"a"}
    assert set(generate(TASTE, LETTERS, "b", 200, temperature=1, top_p=0.8)) == {"a", "b"}


def test_the_unknown_character_is_never_written() -> None:
    assert generate(FixedTaste(9.0, 0, 0, 1, 0, 0, 0), LETTERS, "a", 20, temperature=0) == "b" * 20


def test_no_more_than_the_context_is_shown_and_any_prompt_will_do() -> None:
    module = FixedTaste(*[0.0] * 7).train()
    for prompt in ("", "abcabcabc", "ñandú"):
        assert len(generate(module, LETTERS, prompt, 10)) == 10
    assert module.longest == 4
    assert module.training


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_new_tokens": 0},
        {"max_new_tokens": 10_001},
        {"temperature": -0.1},
        {"temperature": float("nan")},
        {"top_k": -1},
        {"top_p": 0.0},
        {"top_p": 1.5},
        {"seed": -1},
    ],
)
def test_settings_out_of_bounds_are_named_with_their_bounds(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidSetting, match=f"'{next(iter(wrong))}' must be"):
        generate(TASTE, LETTERS, "b", **wrong)  # type: ignore[arg-type]
