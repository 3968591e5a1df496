import math
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core import catalog
from core.baselines.ngram_text import NGramText
from core.errors import InvalidSetting
from core.models import bigram, char_lstm, mini_gpt, text_transformer
from core.preprocessing.characters import CharacterPreprocessor
from core.specs import DataInfo, Examples, ModelSpec
from core.specs.config import TrainConfig
from core.tasks.text_generation import TASK as WRITING
from core.training.generation import generate
from core.training.predictions import predict_split
from core.training.trainer import Trainer

CPU = torch.device("cpu")
NO_TARGETS = np.zeros(0, dtype=np.int64)
VERSE = "床前明月光,疑是地上霜。\n舉頭望明月,低頭思故鄉。\n"
WRITERS = {"mini-gpt": mini_gpt.MODEL, "char-lstm": char_lstm.MODEL}
SMALL = {
    "mini-gpt": {"width": 16, "depth": 1, "heads": 2, "context": 16},
    "char-lstm": {"width": 32, "context": 16},
    "bigram": {"context": 16},
}


def documents(text: str) -> Examples:
    return Examples((text,), NO_TARGETS)


def taught(spec: ModelSpec, text: str, epochs: int, **params: Any) -> tuple[Trainer, Any]:
    """Return a model that was trained on a text and judged on the same, with its preprocessor."""
    config = TrainConfig(
        task="text-generation", dataset="tiny", model=spec.name, epochs=epochs, batch_size=8, learning_rate=0.01
    )
    chosen = spec.params.model_validate(SMALL[spec.name] | params)
    preprocessor: Any = spec.preprocess(chosen, documents(text))
    ids = preprocessor.transform((text,))
    torch.manual_seed(0)
    row = (torch.from_numpy(ids), torch.empty(0, dtype=torch.int64))
    judge = partial(preprocessor.judge, ids=ids) if hasattr(preprocessor, "judge") else None
    trainer = Trainer(spec.build(chosen, preprocessor.info(())), WRITING, row, row, config, CPU, judge=judge)
    trainer.fit()
    return trainer, preprocessor


@pytest.mark.parametrize("tokenizer", ["characters", "byte-pairs"])
@pytest.mark.parametrize("model", WRITERS)
def test_chinese_is_learnt_by_heart_as_characters_and_as_pieces(model: str, tokenizer: str) -> None:
    trainer, preprocessor = taught(WRITERS[model], VERSE * 60, 20, tokenizer=tokenizer, vocabulary_size=320)
    assert trainer.kept is not None
    assert trainer.kept.loss < 0.5  # nats a character, of 24 that are about equally common: a guess costs 3
    assert generate(trainer.module, preprocessor, "床前明月光,", max_new_tokens=6, temperature=0) == "疑是地上霜。"


def test_a_score_is_by_character_whatever_the_pieces_are() -> None:
    text = VERSE * 80
    params = mini_gpt.MiniGptParams(tokenizer="byte-pairs", vocabulary_size=300)
    preprocessor: Any = mini_gpt.MODEL.preprocess(params, documents(text))
    ids = preprocessor.transform((text,))
    assert len(ids) < len(text)
    module = bigram.build(bigram.BigramParams(), preprocessor.info(()))  # fresh: every piece is equally likely to it
    judged = preprocessor.judge(predict_split(WRITING, module, ids, NO_TARGETS, "cpu", 8, context=16), ids)
    assert judged.nll.sum() == pytest.approx((len(ids) - 1) * math.log(300))
    assert len(judged.nll) == len(text) - len(preprocessor.decode(ids[:1]).rstrip("\N{REPLACEMENT CHARACTER}"))


def test_a_bigram_comes_to_what_counting_says() -> None:
    text = "the cat sat on the mat, and the hat sat on the cat. " * 60
    trainer, preprocessor = taught(bigram.MODEL, text, 40)
    counted = NGramText.fit((text,), 2).predict((text,))
    assert trainer.kept is not None
    assert trainer.kept.loss == pytest.approx(float(counted.mean()), abs=0.05)
    row = trainer.module(torch.from_numpy(preprocessor.transform((",",)))[None])[0, -1].softmax(-1)
    assert preprocessor.decode([int(row.argmax())]) == " "


@pytest.mark.parametrize("model", WRITERS)
def test_settings_saved_before_there_were_pieces_mean_characters(model: str, tmp_path: Path) -> None:
    spec = WRITERS[model]
    older = {
        key: value for key, value in spec.params().model_dump().items() if key not in ("tokenizer", "vocabulary_size")
    }
    params = catalog.find_model(model).params(**older)
    assert params == spec.params.model_validate({"tokenizer": "characters"})
    preprocessor = spec.preprocess(params, documents("abc" * 9))
    assert isinstance(preprocessor, CharacterPreprocessor)
    assert DataInfo(**asdict(preprocessor.info(()))) == preprocessor.info(())


def test_weights_are_called_what_they_were_always_called() -> None:
    info = DataInfo((), (8,), vocabulary_size=5)
    gpt = mini_gpt.build(mini_gpt.MiniGptParams(depth=1, width=8, heads=2), info)
    lstm = char_lstm.build(char_lstm.CharLstmParams(width=8), info)
    assert list(gpt.state_dict()) == [
        "tokens.weight",
        "positions.weight",
        "blocks.0.attention_norm.weight",
        "blocks.0.attention_norm.bias",
        "blocks.0.attention.query_key_value.weight",
        "blocks.0.attention.query_key_value.bias",
        "blocks.0.attention.output.weight",
        "blocks.0.attention.output.bias",
        "blocks.0.network_norm.weight",
        "blocks.0.network_norm.bias",
        "blocks.0.expand.weight",
        "blocks.0.expand.bias",
        "blocks.0.contract.weight",
        "blocks.0.contract.bias",
        "norm.weight",
        "norm.bias",
    ]
    assert list(lstm.state_dict()) == [
        "tokens.weight",
        "memory.weight_ih_l0",
        "memory.weight_hh_l0",
        "memory.bias_ih_l0",
        "memory.bias_hh_l0",
        "scores.weight",
        "scores.bias",
    ]


def test_a_transformer_says_which_width_would_do() -> None:
    with pytest.raises(InvalidSetting, match="'width' must be a multiple of the 4 heads, such as 48"):
        text_transformer.build(text_transformer.TextTransformerParams(width=50), DataInfo(("a",), (8,), 9))
