"""Texts as one long row of a pretrained language model's tokens, and back."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.preprocessing.byte_pairs import byte_of_sign
from core.preprocessing.char_alignment import ByteTokens
from core.preprocessing.word_pieces import readable
from core.specs import DOCUMENT_BREAK, DataInfo, Examples, Inputs, texts_of

STRETCH = 20_000  # characters that are read as one; longer ones take longer for each character
STRETCHES = 50  # at once
MEASURED_ON = 100_000  # characters of the training text in which lengths and losses are counted
LOST = 0.01  # share of a text's characters that a tokenizer may not know before its scores would mean nothing
SPACE = "\N{LOWER ONE EIGHTH BLOCK}"  # stands for a space in many vocabularies


class ModelTokens(ByteTokens):
    """A pretrained model's own tokenizer for texts, with the bytes of each token."""

    kind: ClassVar[str] = "model-tokens"

    def __init__(
        self, tokenizer: str, context: int, characters_per_token: float, backbone: Mapping[str, Any], source: str
    ) -> None:
        self.tokenizer, self.context, self.characters_per_token = tokenizer, context, characters_per_token
        self.backbone, self.source = dict(backbone), source

    @classmethod
    def fit(cls, train: Examples, tokenizer: str, context: int, backbone: Mapping[str, Any], source: str) -> Self:
        """Measure the training text's token lengths; the tokenizer stays unchanged.

        Raises:
            DataError: It does not give back the text that it has read.
        """
        made = cls(tokenizer, context, 1.0, backbone, source)
        text = readable(DOCUMENT_BREAK.join(texts_of(train.inputs)))
        sample = [text[start : start + STRETCH] for start in range(0, len(text), STRETCH)]
        sample = sample[:: max(-(-len(text) // MEASURED_ON), 1)]
        ids = np.concatenate([np.zeros(0, dtype=np.int64), *made._numbers(sample)])
        made._check_nothing_is_lost("".join(sample), made.decode(ids))
        made.characters_per_token = sum(map(len, sample)) / max(len(ids), 1)
        return made

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(
            str(state["tokenizer"]),
            int(state["context"]),
            float(state["characters_per_token"]),
            state["backbone"],
            str(state["source"]),
        )

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return the documents as one long row of ids, (N,)."""
        text = readable(DOCUMENT_BREAK.join(texts_of(inputs)))
        stretches = [text[start : start + STRETCH] for start in range(0, len(text), STRETCH)]
        return np.concatenate([np.zeros(0, dtype=np.int64), *self._numbers(stretches)])

    @property
    def never_written(self) -> tuple[int, ...]:
        """The ids that stand for no text, such as the end-of-document token."""
        return tuple(number for number, content in enumerate(self._bytes) if not content)

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the context length, vocabulary size, token lengths and model configuration."""
        return DataInfo(
            labels,
            (self.context,),
            vocabulary_size=len(self._bytes),
            characters_per_token=self.characters_per_token,
            backbone=self.backbone,
        )

    def state(self) -> dict[str, Any]:
        """Return everything that reads a text as the model does."""
        return {
            "tokenizer": self.tokenizer,
            "context": self.context,
            "characters_per_token": self.characters_per_token,
            "backbone": self.backbone,
            "source": self.source,
        }

    def _numbers(self, stretches: list[str]) -> Iterator[NDArray[np.int64]]:
        """Yield the ids of each stretch, without marks at its beginning or end."""
        for start in range(0, len(stretches), STRETCHES):
            for cut in self._cutter.encode_batch_fast(stretches[start : start + STRETCHES], add_special_tokens=False):
                yield np.array(cut.ids, dtype=np.int64)

    def _check_nothing_is_lost(self, text: str, again: str) -> None:
        lost = sum((Counter(text) - Counter(again)).values()) / max(len(text), 1)
        if lost > LOST:
            raise DataError(
                f"The tokenizer of '{self.source}' does not know {lost:.0%} of the characters of this text, or changes "
                "them, so the model could neither write it nor be compared. Choose a model for this language."
            )

    @cached_property
    def _cutter(self) -> Any:
        from tokenizers import Tokenizer

        cutter = Tokenizer.from_str(self.tokenizer)
        cutter.no_padding()
        cutter.no_truncation()
        cutter.encode_special_tokens = True  # what looks like a mark in a text is text
        return cutter

    @cached_property
    def _bytes(self) -> list[bytes]:
        """The bytes of each id; empty for special tokens and unused ids.

        Unused ids are those that the model has room for but the tokenizer does not use.

        The ids are as many as the model scores.
        """
        inner = self.backbone.get("text_config")
        known: Mapping[str, int] = self._cutter.get_vocab(with_added_tokens=True)
        size = int((inner if isinstance(inner, dict) else self.backbone).get("vocab_size") or 0)
        signs = byte_of_sign() if self._is_byte_level else {}
        content = [b""] * max(size, max(known.values(), default=-1) + 1)
        for piece, number in known.items():
            content[number] = _in_signs(piece, signs) if signs else _in_letters(piece)
        for number, added in self._cutter.get_added_tokens_decoder().items():
            content[number] = b"" if added.special else added.content.encode()
        return content

    @property
    def _is_byte_level(self) -> bool:
        """Whether the vocabulary is byte-level, with a sign for each byte, as in GPT-2."""
        parts = json.loads(self.tokenizer)
        return '"ByteLevel"' in json.dumps([parts.get("pre_tokenizer"), parts.get("decoder")])


def _in_signs(piece: str, byte_of: Mapping[str, int]) -> bytes:
    """Return a byte-level piece's bytes, from the byte of each sign."""
    return bytes(byte_of[sign] for sign in piece) if all(sign in byte_of for sign in piece) else piece.encode()


def _in_letters(piece: str) -> bytes:
    """Return the bytes of a plain piece, with spaces and tokens like <0xE4> decoded."""
    if len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">"):
        return bytes([int(piece[3:5], 16)])
    return piece.replace(SPACE, " ").encode()


PREPROCESSOR = ModelTokens
