"""Conversion of scores from text pieces to characters, comparable across tokenizers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.specs import Predictions

NOT_RIGHT = -1  # stands where a piece of the character was not the likeliest


def by_character(predictions: Predictions, pieces: Sequence[bytes]) -> Predictions:
    """Return predictions for each character of a text, from those of its pieces.

    The loss of a piece is shared evenly among its bytes, and that of a character is the sum over its bytes, so that
    the sum over the text stays what it is. A first character whose beginning lies before the first piece counts.

    Args:
        predictions: (N,) on each piece.
        pieces: N pieces of UTF-8, which may end within a character; an empty one gives its loss to the byte after it
            (at the end of the text, before it).

    Returns:
        (C,) a character each: its loss, its code point, and that again where every piece of it was predicted rightly,
        else -1.

    Raises:
        ValueError: The numbers of outcomes and pieces differ.
    """
    if len(pieces) != len(predictions.nll):
        raise ValueError(f"{len(predictions.nll)} outcomes are not about {len(pieces)} pieces")
    text = np.frombuffer(b"".join(pieces), dtype=np.uint8)
    if not len(text):
        nothing = np.zeros(0, dtype=np.int64)
        return Predictions(np.zeros(0), nothing, nothing)
    lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
    character = _characters(text)
    count = int(character[-1]) + 1
    piece_of = np.repeat(np.arange(len(pieces)), lengths)
    share = (predictions.nll / np.maximum(lengths, 1))[piece_of]  # of each byte
    nll = np.bincount(character, weights=share, minlength=count).astype(np.float64)
    begins = np.minimum(np.cumsum(lengths) - lengths, len(text) - 1)
    empty = lengths == 0
    np.add.at(nll, character[begins[empty]], predictions.nll[empty])
    wrong = np.bincount(character, weights=(predictions.predicted != predictions.targets)[piece_of], minlength=count)
    points = _code_points(text, count)
    return Predictions(nll, points, np.where(wrong == 0, points, NOT_RIGHT))


def _begins(text: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where a character begins: every other byte of UTF-8 goes on with one."""
    begins: NDArray[np.bool_] = (text & 0xC0) != 0x80
    return begins


def _characters(text: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the number of the character that each byte belongs to, from 0."""
    number: NDArray[np.int64] = np.cumsum(_begins(text), dtype=np.int64)
    from_zero: NDArray[np.int64] = number - number[0]
    return from_zero


def _code_points(text: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Return each character's code point; U+FFFD for one begun before the text."""
    begins = _begins(text)
    first = int(begins.argmax()) if begins.any() else len(text)
    whole = text[first:].tobytes().decode("utf-8", "replace")
    points = np.frombuffer(whole.encode("utf-32-le"), dtype="<u4").astype(np.int64)
    return np.concatenate([np.full(count - len(points), 0xFFFD, dtype=np.int64), points])


class ByteTokens:
    """Tokens that stand for bytes: decoded, and scored by the characters they spell."""

    @property
    def _bytes(self) -> list[bytes]:
        raise NotImplementedError

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the text of token ids; an incomplete character shows as U+FFFD."""
        return b"".join(self._bytes[i] for i in ids).decode("utf-8", "replace")

    def judge(self, predictions: Predictions, ids: NDArray[np.int64]) -> Predictions:
        """Return what happened on each character, from what happened on each piece.

        Args:
            predictions: (N - 1,) on every piece but the first.
            ids: (N,) the text.
        """
        return by_character(predictions, [self._bytes[i] for i in ids[1:].tolist()])
