import json

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from core.errors import InvalidSetting
from core.preprocessing.byte_pairs import BytePairPreprocessor, byte_of_sign
from core.preprocessing.characters import CharacterPreprocessor
from core.specs import DataInfo, Examples
from core.training.generation import generate, stream

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


# --- pieces of text ---

TEXT = "床前明月光,疑是地上霜。 the cat, the hat. " * 20
PIECES = BytePairPreprocessor.fit(Examples((TEXT,), np.zeros(0)), 300, context=4)


class Script(nn.Module):
    """Writes what it was given, piece by piece, and then the last piece for ever."""

    def __init__(self, ids: list[int]) -> None:
        super().__init__()
        self.ids, self.told = ids, 0

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(*ids.shape, PIECES.info(()).vocabulary_size)
        logits[..., self.ids[min(self.told, len(self.ids) - 1)]] = 1
        self.told += 1
        return logits


def byte(value: int) -> int:
    """Return the piece that is this byte alone."""
    (sign,) = (sign for sign, meant in byte_of_sign().items() if meant == value)
    return json.loads(PIECES.tokenizer)["model"]["vocab"][sign]  # type: ignore[no-any-return]


def told(*ids: int, count: int = 20) -> list[str]:
    return list(stream(Script(list(ids)), PIECES, "the", max_new_tokens=count, temperature=0))


@pytest.mark.parametrize("text", ["龘月光 the cat 🙂👩‍👩‍👧ñ𠮷!", "霜"])
def test_a_character_of_several_pieces_is_written_when_it_is_whole(text: str) -> None:
    ids = PIECES.transform((text,)).tolist()
    written = told(*ids, count=len(text))
    assert "".join(written) == text
    assert len(written) < len(ids)
    assert all(part and "\N{REPLACEMENT CHARACTER}" not in part for part in written)


class Torn:
    """Knows five pieces of "月光月光月", torn in the middle of its characters."""

    never_written = ()
    pieces = (b"\xe6\x9c\x88\xe5", b"\x85\x89\xe6\x9c", b"\x88\xe5\x85", b"\x89\xe6", b"\x9c\x88")

    def transform(self, inputs: tuple[str, ...]) -> NDArray[np.int64]:
        return np.array([4])

    def decode(self, ids: list[int]) -> str:
        return b"".join(self.pieces[i] for i in ids).decode("utf-8", "replace")

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        return DataInfo(labels, (8,), vocabulary_size=5)


def test_pieces_that_end_in_the_midst_of_characters_are_told_character_by_character() -> None:
    written = list(stream(Script([0, 1, 2, 3, 4]), Torn(), "月", max_new_tokens=5, temperature=0))  # type: ignore[arg-type]
    assert written == ["月", "光", "月", "光", "月"]


def test_broken_characters_are_left_out() -> None:
    half_of_moon = [byte(0xE6), byte(0x9C)]
    a, b = (int(PIECES.transform((letter,))[0]) for letter in "ab")
    assert "".join(told(*half_of_moon, a, byte(0x80), b, count=4)) == "abbb"


def test_nothing_but_broken_characters_comes_to_an_end() -> None:
    assert told(byte(0x80), count=10) == []


def test_pieces_longer_than_what_is_left_are_cut() -> None:
    assert "".join(told(int(PIECES.transform((" the",))[0]), count=10)) == " the the t"


def test_a_prompt_of_unknown_characters_is_known_to_pieces() -> None:
    model = Script(PIECES.transform(("月",)).tolist())
    assert generate(model, PIECES, "龘ñ🙂", max_new_tokens=1, temperature=0) == "月"
