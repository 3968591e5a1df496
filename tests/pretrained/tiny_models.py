"""Models of a few kilobytes, with random weights, saved as those on the hub are."""

import json
import warnings
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedModel,
    ResNetConfig,
    ResNetForImageClassification,
    ViTConfig,
    ViTForImageClassification,
)
from transformers.utils import logging

WORDS = [
    "parcel",
    "late",
    "great",
    "broken",
    "thanks",
    "refund",
    "works",
    "never",
    "again",
    "fine",
    "the",
    "red",
    "green",
]

logging.disable_progress_bar()


def reader_folder(folder: Path, *, masked: bool = False) -> Path:
    """Save a BERT of two layers with its word pieces."""
    tokenizer = Tokenizer(models.WordPiece({"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3} | _numbered(WORDS, 4)))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=24, pad_token_id=0,
    )  # fmt: skip
    return _save(folder, BertForMaskedLM(config) if masked else BertModel(config), tokenizer)


def writer_folder(folder: Path, text: str = "ab cd, \N{GREEK SMALL LETTER ALPHA} 龍") -> Path:
    """Save a GPT-2 of two layers with byte pairs."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=270, initial_alphabet=alphabet, special_tokens=["<|end|>"], show_progress=False
    )
    tokenizer.train_from_iterator([text, *WORDS], trainer)
    config = GPT2Config(
        vocab_size=tokenizer.get_vocab_size() + 2, n_positions=16, n_embd=16, n_layer=2, n_head=2,
        bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    return _save(folder, GPT2LMHeadModel(config), tokenizer)


def looker_folder(folder: Path, *, kind: str = "resnet") -> Path:
    """Save a ResNet or a vision transformer for pictures of 16 pixels, which knows two classes."""
    torch.manual_seed(0)
    if kind == "vit":
        model: PreTrainedModel = ViTForImageClassification(
            ViTConfig(
                hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=16,
                patch_size=8,
            )
        )  # fmt: skip
    else:
        model = ResNetForImageClassification(
            ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
        )
    _save(folder, model, None)
    said = {"size": {"height": 16, "width": 16}, "image_mean": [0.5] * 3, "image_std": [0.25] * 3, "resample": 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(said))
    return folder


def _numbered(words: Iterable[str], first: int) -> dict[str, int]:
    return {word: number for number, word in enumerate(words, first)}


def _save(folder: Path, model: PreTrainedModel, tokenizer: Tokenizer | None) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save_pretrained(folder)
    if tokenizer:
        tokenizer.save(str(folder / "tokenizer.json"))
    return folder
