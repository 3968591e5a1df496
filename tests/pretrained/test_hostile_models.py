"""Folders of models that were made to do harm are refused in words, before anything is built after them."""

import json
from pathlib import Path

import pytest

from core.pretrained.config_validation import implausible_number, is_too_deep
from core.pretrained.files import UnusableModel, check_files, read_config, read_tokenizer
from core.pretrained.tokenizer_probe import expressions, probes
from core.pretrained.tokens import check_fits, load_tokenizer
from tests.data.hostile.cases import CASES
from tests.data.hostile.hostile_file import CANARY, HostileFile

MODELS = [case for case in CASES if case.enters == "model"]
HARMLESS = ("model-tokenizer-with-a-billion-repeats",)  # the library takes it, and comes to an end on every text
SLOW = ("model-tokenizer-that-backtracks-twice", "model-tokenizer-that-backtracks-over-spaces",
        "model-tokenizer-that-replaces-for-ever", "model-tokenizer-of-300-megabytes")  # fmt: skip


def use(path: Path) -> None:
    """Do what a run does before it builds a network."""
    check_files(path, "the model", needs_tokenizer=True)
    config = read_config(path, "the model")
    text, _ = read_tokenizer(path, "the model")
    check_fits(load_tokenizer(text, "the model"), config, "the model")


@pytest.mark.parametrize("case", [c for c in MODELS if c.name not in SLOW], ids=lambda case: case.name)
def test_a_hostile_model_is_refused_in_words(case: HostileFile, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    if case.must == "refused" and case.name not in HARMLESS:
        with pytest.raises(UnusableModel) as caught:
            use(path)
        assert any(advice in str(caught.value) for advice in ("Choose another", "Download or copy", "on the hub"))
    else:
        use(path)
    assert not (tmp_path / CANARY).exists()


@pytest.mark.parametrize(
    "config",
    [
        {"num_hidden_layers": 126, "hidden_size": 16_384, "vocab_size": 256_000, "rope_theta": 500_000_000},
        {"max_position_embeddings": 10_485_760, "eos_token_id": [128_001, 128_009], "pad_token_id": -1},
        {"depths": [3, 4, 6, 3], "hidden_sizes": [256, 2_048], "label2id": {"headset": 12_345, "layer cake": 5_000}},
        {"num_local_experts": 256, "intermediate_size": 53_248, "head_dim": 256, "use_cache": True},
    ],
)
def test_what_honest_models_ask_for_is_plausible(config: dict[str, object]) -> None:
    assert implausible_number(config) == ""


def test_depth_is_counted_over_lists_and_objects() -> None:
    deep: object = 1
    for _ in range(20):
        deep = [{"a": deep}]
    assert not is_too_deep(deep)
    assert is_too_deep({"a": deep})


def test_expressions_are_found_wherever_they_stand_and_tried_with_their_own_characters() -> None:
    text = json.dumps({"a": [{"pattern": {"Regex": "(q|q)*z"}}], "b": {"pattern": {"String": "no"}}})
    assert expressions(json.loads(text)) == ["(q|q)*z"]
    tried = list(probes(["(q|q)*z"]))
    assert "q" * 60 + "\x01!" in tried
    assert "z" * 2_000 + "\x01!" in tried
