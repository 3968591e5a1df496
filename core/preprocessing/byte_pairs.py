"""Byte-pair encoding: texts to ids of frequent pieces and back, without unknown characters."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.char_alignment import ByteTokens
from core.specs import DOCUMENT_BREAK, DataInfo, Examples, Inputs, texts_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FEWEST_PIECES = 257  # all 256 bytes and one pair
USUAL_PIECES = 1_024  # suits a megabyte of an alphabet
MOST_PIECES = 4_096  # by itself: where a script has thousands of characters, about one for each of the common ones
LEARNT_FROM = 5_000_000  # characters; pieces of a longer text are learnt from stretches all over it
MEASURED_ON = 200_000  # characters: how long a piece is on average shows in a part of the text
STRETCH = 20_000  # characters that are read as one; longer ones take longer for each character
STRETCHES = 50  # at once: what comes of them is many times their size


class BytePairPreprocessor(ByteTokens):
    """Byte-level BPE: starts from single bytes and merges the most frequent pair repeatedly.

    Args:
        tokenizer: As the `tokenizers` library writes it, in JSON.
        context: How many pieces the model sees at once.
        characters_per_token: How many characters a piece of the training text stands for, on average.

    Source:
        Sennrich, Haddow and Birch, Neural Machine Translation of Rare Words with Subword Units, 2016.
        https://arxiv.org/abs/1508.07909; on bytes: Radford et al. (GPT-2), 2019.
    """

    kind: ClassVar[str] = "byte-pairs"
    never_written: ClassVar[tuple[int, ...]] = ()  # every piece can be read

    def __init__(self, tokenizer: str, context: int, characters_per_token: float) -> None:
        self.tokenizer, self.context, self.characters_per_token = tokenizer, context, characters_per_token

    @classmethod
    def fit(cls, train: Examples, vocabulary_size: int, context: int) -> Self:
        """Learn the pieces of the training text.

        Args:
            train: The training documents.
            vocabulary_size: How many pieces, the 256 bytes included; fewer where the text has fewer. 0 is as many as
                its script needs: more where it has thousands of characters.
            context: How many pieces the model will see at once.
        """
        text = _encodable(DOCUMENT_BREAK.join(texts_of(train.inputs)))
        size = vocabulary_size or max(USUAL_PIECES, min(len(set(text)), MOST_PIECES))
        made = _trained(_sample(text, LEARNT_FROM), size)
        sample = _sample(text, MEASURED_ON)
        pieces = sum(map(len, _numbers(made, sample)))
        return cls(made.to_str(), context, sum(map(len, sample)) / max(pieces, 1))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(str(state["tokenizer"]), int(state["context"]), float(state["characters_per_token"]))

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return the documents as one long row of numbers, (N,)."""
        text = _encodable(DOCUMENT_BREAK.join(texts_of(inputs)))
        return np.concatenate([np.zeros(0, dtype=np.int64), *_numbers(self._tokenizer, _stretches(text))])

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the context, how many pieces there are, and how long they are."""
        return DataInfo(
            labels,
            (self.context,),
            vocabulary_size=len(self._bytes),
            characters_per_token=self.characters_per_token,
        )

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {
            "tokenizer": self.tokenizer,
            "context": self.context,
            "characters_per_token": self.characters_per_token,
        }

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        return Tokenizer.from_str(self.tokenizer)

    @cached_property
    def _bytes(self) -> list[bytes]:
        number_of = self._tokenizer.get_vocab()
        byte_of = byte_of_sign()
        return [bytes(byte_of[sign] for sign in piece) for piece in sorted(number_of, key=number_of.__getitem__)]


def _trained(stretches: list[str], vocabulary_size: int) -> "Tokenizer":
    """Return a trained tokenizer whose pieces cross no spaces or character classes.

    As in GPT-2, the classes are letters, digits and signs.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=max(vocabulary_size, FEWEST_PIECES),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator(stretches, trainer)
    return made


def _encodable(text: str) -> str:
    """Return the text with "?" for lone surrogates, which no encoding accepts."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _stretches(text: str) -> list[str]:
    return [text[start : start + STRETCH] for start in range(0, len(text), STRETCH)]


def _sample(text: str, characters: int) -> list[str]:
    """Return the text, or evenly spread stretches if longer than the limit."""
    return _stretches(text)[:: max(-(-len(text) // characters), 1)]


def _numbers(tokenizer: "Tokenizer", stretches: list[str]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(stretches), STRETCHES):
        for encoding in tokenizer.encode_batch_fast(stretches[start : start + STRETCHES]):
            yield np.array(encoding.ids, dtype=np.int64)


def byte_of_sign() -> dict[str, int]:
    """Return the byte for which each sign of a byte-level vocabulary stands: GPT-2's table.

    Bytes that are readable signs stand for themselves; the others, in order, are the signs from U+0100 on.
    """
    readable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(readable)]
    return {chr(b): b for b in readable} | {chr(0x100 + place): b for place, b in enumerate(others)}


PREPROCESSOR = BytePairPreprocessor
