"""Tokenizers of every usual make: what a token stands for, what texts are padded with, how much is read at once."""

import json
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from core.errors import DataError
from core.preprocessing.model_tokens import ModelTokens
from core.pretrained.files import UnusableModel, without_programs
from core.pretrained.tokens import check_fits, load_tokenizer, longest, padding_id
from core.specs import Examples, Predictions


def in_letters() -> Tokenizer:
    """A vocabulary as Llama has it: letters, a sign for the space, and single bytes for all other characters."""
    pieces = ["<unk>", "<s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581", "a", "b", "ab"]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [("a", "b")], unk_token="<unk>", byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse(), decoders.Metaspace()])
    tokenizer.add_special_tokens(["<s>"])
    return tokenizer


def read(tokenizer: Tokenizer, text: str) -> ModelTokens:
    config = {"model_type": "any", "vocab_size": tokenizer.get_vocab_size()}
    train = Examples((text,), np.zeros(0, dtype=np.int64))
    return ModelTokens.fit(train, tokenizer.to_str(), 8, config, "acme/any")


def test_pieces_in_letters_and_in_bytes_become_the_text_again() -> None:
    tokens = read(in_letters(), "ab \u00e9b")
    ids = tokens.transform(("ab \u00e9b",))
    assert ids.tolist() == [258, 261, 258, 2 + 0xC3, 2 + 0xA9, 260]
    assert tokens.decode(ids) == " ab \u00e9b", "such vocabularies begin a text with a space"
    assert tokens.decode(ids[:4]) == " ab \N{REPLACEMENT CHARACTER}"
    assert tokens.never_written == (1,)


def test_the_loss_of_a_character_is_that_of_its_bytes_together() -> None:
    tokens = read(in_letters(), "ab \u00e9b")
    ids = tokens.transform(("ab \u00e9b",))
    by_token = Predictions(np.array([4.0, 1.0, 0.5, 0.25, 3.0]), ids[1:], ids[1:])

    judged = tokens.judge(by_token, ids)

    assert judged.nll.tolist() == [2.0, 2.0, 1.0, 0.75, 3.0]
    assert "".join(map(chr, judged.targets)) == "ab \u00e9b"


def test_a_tokenizer_that_only_knows_other_letters_is_refused() -> None:
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "?": 1}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    with pytest.raises(DataError, match=r"'acme/any' does not know 67% of the characters of this text"):
        read(tokenizer, "a\u9f8d\u9f8d" * 100)


@pytest.mark.parametrize(
    ("said", "config", "expected"),
    [(7, {"pad_token_id": 3}, 7), (None, {"pad_token_id": 3}, 3), (None, {"pad_token_id": None}, 0), (None, {}, 0)],
    ids=["its tokenizer says it", "its configuration says it", "nobody says it", "nothing there"],
)
def test_texts_are_padded_with_what_a_model_says(said: int | None, config: dict[str, Any], expected: int) -> None:
    tokenizer = in_letters()
    if said is not None:
        tokenizer.enable_padding(pad_id=said)
    assert padding_id(tokenizer, config) == expected


@pytest.mark.parametrize(
    ("config", "second", "expected"),
    [
        ({"max_position_embeddings": 512, "pad_token_id": 0}, {}, 512),
        ({"max_position_embeddings": 514, "pad_token_id": 1}, {"model_max_length": 512}, 512),
        ({"max_position_embeddings": 514, "pad_token_id": 1}, {}, 512),
        ({"n_positions": 1_024}, {"model_max_length": 10**30}, 1_024),
        ({"text_config": {"max_position_embeddings": 64}}, {}, 64),
        ({"model_type": "t5"}, {"model_max_length": 512}, 512),
    ],
    ids=["BERT", "RoBERTa", "RoBERTa without its second file", "GPT-2", "a model in a model", "T5"],
)
def test_a_model_says_how_much_it_reads_at_once(config: dict[str, Any], second: dict[str, Any], expected: int) -> None:
    assert longest(config, second) == expected


def test_a_tokenizer_that_is_broken_or_of_another_model_is_refused() -> None:
    with pytest.raises(UnusableModel, match=r"The tokenizer of 'acme/any' \(tokenizer.json\) cannot be read"):
        load_tokenizer(json.dumps({"model": {"type": "NotYetInvented"}}), "acme/any")
    with pytest.raises(UnusableModel, match=r"has more pieces \(262\) than its network knows \(100\)"):
        check_fits(in_letters(), {"vocab_size": 100}, "acme/any")


def test_keys_that_name_programs_are_left_out_of_configurations_within_configurations_too() -> None:
    config = {"model_type": "bert", "auto_map": {"AutoModel": "x.Y"}, "text_config": {"auto_map": {}, "width": 3}}
    assert without_programs(config) == {"model_type": "bert", "text_config": {"width": 3}}
