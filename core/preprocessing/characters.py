"""Characters: a text as one long row of numbers, and back."""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.specs import DOCUMENT_BREAK, DataInfo, Examples, Inputs, texts_of

UNKNOWN = 0
UNKNOWN_SHOWN_AS = "\N{WHITE SQUARE}"


def _code_points(text: str) -> NDArray[np.int64]:
    """Return the Unicode code points of a text, (N,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)


class CharacterPreprocessor:
    """Character ids in Unicode order of the training text; 0 for other characters."""

    kind: ClassVar[str] = "characters"
    never_written: ClassVar[tuple[int, ...]] = (UNKNOWN,)

    def __init__(self, characters: str, context: int) -> None:
        """Hold what was fitted.

        Args:
            characters: The known characters, sorted.
            context: How many characters the model sees at once.
        """
        self.characters, self.context = characters, context
        self._codes = _code_points(characters)

    @classmethod
    def fit(cls, train: Examples, context: int) -> Self:
        """Learn the characters of the training text."""
        return cls("".join(sorted(set(DOCUMENT_BREAK.join(texts_of(train.inputs))))), context)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described."""
        return cls(state["characters"], int(state["context"]))

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return the documents as one long row of numbers, (N,)."""
        codes = _code_points(DOCUMENT_BREAK.join(texts_of(inputs)))
        if not len(self._codes):
            return np.zeros(len(codes), dtype=np.int64)
        position = np.searchsorted(self._codes, codes).clip(max=len(self._codes) - 1)
        return np.where(self._codes[position] == codes, position + 1, UNKNOWN).astype(np.int64)

    def decode(self, ids: NDArray[np.int64] | list[int]) -> str:
        """Return the text that these numbers stand for."""
        return "".join(UNKNOWN_SHOWN_AS if i == UNKNOWN else self.characters[i - 1] for i in ids)

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the context, and how many numbers there are with the unknown one."""
        return DataInfo(labels, (self.context,), vocabulary_size=len(self.characters) + 1)

    def state(self) -> dict[str, Any]:
        """Return what was fitted."""
        return {"characters": self.characters, "context": self.context}


PREPROCESSOR = CharacterPreprocessor
