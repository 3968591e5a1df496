"""Texts as the pieces of words that a pretrained model knows, in rows of one length."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.specs import DataInfo, Inputs, texts_of

BATCH = 1_000  # texts cut at once


class WordPieces:
    """Cuts texts with a pretrained model's own tokenizer; nothing is fitted.

    Schuster and Nakajima, Japanese and Korean Voice Search, 2012 (word pieces); Sennrich et al. 2016 (byte pairs).
    """

    kind: ClassVar[str] = "word-pieces"

    def __init__(
        self, tokenizer: str, length: int, padding_id: int, backbone: Mapping[str, Any], source: str = ""
    ) -> None:
        """Hold the tokenizer, and what the model's builder must know.

        Args:
            tokenizer: A fast tokenizer as JSON, the content of a `tokenizer.json`.
            length: Pieces per row; longer texts are cut, shorter ones padded at the end.
            padding_id: What they are padded with.
            backbone: The model's configuration, as JSON.
            source: Where the model came from, for whoever looks.
        """
        self.tokenizer, self.length, self.padding_id = tokenizer, length, padding_id
        self.backbone, self.source = dict(backbone), source

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(
            state["tokenizer"], int(state["length"]), int(state["padding_id"]), state["backbone"], state["source"]
        )

    @cached_property
    def _cutter(self) -> Any:
        from tokenizers import Tokenizer

        cutter = Tokenizer.from_str(self.tokenizer)
        cutter.no_padding()
        cutter.enable_truncation(self.length)
        cutter.encode_special_tokens = True  # what looks like a mark in a text is text
        return cutter

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, T) ids, with the marks that the model expects at a text's beginning and end."""
        texts = texts_of(inputs)
        rows = np.full((len(texts), self.length), self.padding_id, dtype=np.int32)
        for start in range(0, len(texts), BATCH):
            cut = self._cutter.encode_batch([readable(text) for text in texts[start : start + BATCH]])
            for number, pieces in enumerate(cut, start):
                rows[number, : len(pieces.ids)] = pieces.ids
        return rows

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the text that these ids stand for, without the model's marks."""
        return str(self._cutter.decode([int(i) for i in ids], skip_special_tokens=True))

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the length of a row, the ids, and the model's configuration."""
        return DataInfo(
            labels,
            (self.length,),
            vocabulary_size=int(self._cutter.get_vocab_size()),
            padding_id=self.padding_id,
            backbone=self.backbone,
        )

    def state(self) -> dict[str, Any]:
        """Return everything that reads a text as the model does."""
        return {
            "tokenizer": self.tokenizer,
            "length": self.length,
            "padding_id": self.padding_id,
            "backbone": self.backbone,
            "source": self.source,
        }


def readable(text: str) -> str:
    """Return a text without halves of characters (lone surrogates), which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode("utf-8")


PREPROCESSOR = WordPieces
