"""Texts as word pieces of a pretrained model, in rows of one length."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.specs import DataInfo, Inputs, texts_of

BATCH = 1_000  # texts cut at once
LONGEST_PIECE = 20  # characters; of words that are longer, such as addresses, the middle of a long text may be lost


class WordPieces:
    """Cuts texts with a pretrained model's own tokenizer; nothing is fitted.

    Schuster and Nakajima, Japanese and Korean Voice Search, 2012 (word pieces); Sennrich et al. 2016 (byte pairs).
    """

    kind: ClassVar[str] = "word-pieces"

    def __init__(
        self,
        tokenizer: str,
        length: int,
        padding_id: int,
        backbone: Mapping[str, Any],
        source: str = "",
        *,
        both_ends: bool = True,
    ) -> None:
        """Hold the tokenizer, and what the model's builder must know.

        Args:
            tokenizer: A fast tokenizer as JSON, the content of a `tokenizer.json`.
            length: Pieces per row; of longer texts the beginning and the end are read, shorter ones padded at the end.
            padding_id: What they are padded with.
            backbone: The model's configuration, as JSON.
            source: Where the model came from, for whoever looks.
            both_ends: False reads the beginning alone, as the first models here did.
        """
        self.tokenizer, self.length, self.padding_id = tokenizer, length, padding_id
        self.backbone, self.source, self.both_ends = dict(backbone), source, both_ends

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(
            state["tokenizer"],
            int(state["length"]),
            int(state["padding_id"]),
            state["backbone"],
            state["source"],
            both_ends=bool(state.get("both_ends", False)),
        )

    @cached_property
    def _cutter(self) -> Any:
        from tokenizers import Tokenizer

        cutter = Tokenizer.from_str(self.tokenizer)
        cutter.no_padding()
        if self.both_ends:
            cutter.no_truncation()
        else:
            cutter.enable_truncation(self.length)
        cutter.encode_special_tokens = True  # what looks like a mark in a text is text
        return cutter

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, T) ids, with the model's special tokens at both ends."""
        texts = texts_of(inputs)
        rows = np.full((len(texts), self.length), self.padding_id, dtype=np.int32)
        for start in range(0, len(texts), BATCH):
            cut = self._cutter.encode_batch([self._shortened(text) for text in texts[start : start + BATCH]])
            for number, pieces in enumerate(cut, start):
                ids = pieces.ids  # the model's marks stand at both ends, and stay
                if len(ids) > self.length:
                    ids = ids[: -(-self.length // 2)] + ids[len(ids) - self.length // 2 :]
                rows[number, : len(ids)] = ids
        return rows

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return each piece's characters in a text; (0, 0) for marks.

        Of a text so long that its middle is not read, those of the part that is.
        """
        offsets = [(int(begin), int(end)) for begin, end in self._cutter.encode(self._shortened(text)).offsets]
        if len(offsets) > self.length:
            offsets = offsets[: -(-self.length // 2)] + offsets[len(offsets) - self.length // 2 :]
        return offsets

    def _shortened(self, text: str) -> str:
        """Return the readable part of a text, cut by the longest word piece."""
        most = LONGEST_PIECE * self.length
        return readable(text if len(text) <= 2 * most else f"{text[:most]} {text[-most:]}")

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
            **({"both_ends": True} if self.both_ends else {}),  # as it was before there were two ways
        }


def readable(text: str) -> str:
    """Return a text without halves of characters (lone surrogates), which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode("utf-8")


PREPROCESSOR = WordPieces
