"""Unknown words of later texts: what a training vocabulary misses on the validation split."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Self

from core.preprocessing.segmentation import tokens_of

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
MOST_LEARNT, MOST_HELD = 100_000, 2_000  # texts
READ_OF_EACH = 4_000  # characters


@dataclass(frozen=True)
class Vocabulary:
    """Shares of what stands in texts held out.

    Args:
        words: Of their words, emoji and signs, those that are not among so many of the commonest ones of the training
            texts, by that number.
        characters: Of their characters, those that stand in no training text.
    """

    words: Mapping[int, float] = field(default_factory=dict)
    characters: float = 0.0

    @classmethod
    def of(cls, learnt: Iterable[str], held: Iterable[str]) -> Self:
        """Return what is unknown of texts held out to whoever knows the training texts.

        >>> Vocabulary.of(["good tea", "good rice"], ["Good soup"]).words[1_000]
        0.5
        """
        counts: Counter[str] = Counter()
        letters: set[str] = set()
        for text in islice(learnt, MOST_LEARNT):
            read = text[:READ_OF_EACH].lower()
            counts.update(tokens_of(read))
            letters.update(read)
        asked = [text[:READ_OF_EACH].lower() for text in islice(held, MOST_HELD)]
        tokens = Counter(token for text in asked for token in tokens_of(text))
        seen = Counter(letter for text in asked for letter in text if not letter.isspace())
        if not counts or not tokens:
            return cls()
        place = {word: number for number, (word, _) in enumerate(counts.most_common())}
        never = len(counts)
        unknown = {
            size: sum(count for token, count in tokens.items() if place.get(token, never) >= min(size, never))
            / tokens.total()
            for size in SIZES
        }
        strange = sum(count for letter, count in seen.items() if letter not in letters)
        return cls(unknown, strange / max(seen.total(), 1))

    def unknown_words(self, size: int) -> float:
        """Return the share of words outside the commonest `size`; 0 where not measured."""
        smaller = [share for known, share in self.words.items() if known <= size]
        return min(smaller, default=max(self.words.values(), default=0.0))

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "words": {str(size): round(share, 4) for size, share in self.words.items()},
            "characters": self.characters,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Make it again; of a data set from older days nothing is known."""
        words = kept.get("words") or {}
        return cls({int(size): float(share) for size, share in words.items()}, float(kept.get("characters", 0.0)))
