"""Tokenization of generative models: characters or text pieces."""

from typing import Literal

from core.preprocessing.byte_pairs import BytePairPreprocessor
from core.preprocessing.characters import CharacterPreprocessor
from core.specs import Examples, Preprocessor
from core.specs.config import Params, setting


class PieceParams(Params):
    """Tokenization settings of a generative model; the model's own settings come after."""

    tokenizer: Literal["characters", "byte-pairs"] = setting(
        "characters",
        label="Tokens (characters or byte pairs)",
        help="Characters are simple and exact. Byte pairs join what often stands together, such as 'the', into one "
        "piece: it sees further back and learns a long text faster.",
    )
    vocabulary_size: int = setting(
        0,
        label="Vocabulary size (byte pairs only; 0 fits the script)",
        ge=0,
        le=50_000,
        help="Higher: longer pieces, each of which must be in the text often enough to be learnt. 0 takes about 1,000 "
        "for an alphabet and 4,000 for scripts of thousands of characters, such as Chinese.",
    )
    context: int = setting(
        64,
        label="Context length (characters or byte pairs it sees at once)",
        level="beginner",
        ge=4,
        le=2_048,
        help="Higher: it can refer to what was further back; each step takes longer.",
    )


def number_pieces(params: PieceParams, train: Examples) -> Preprocessor:
    """Number the characters, or pieces of text."""
    if params.tokenizer == "byte-pairs":
        return BytePairPreprocessor.fit(train, vocabulary_size=params.vocabulary_size, context=params.context)
    return CharacterPreprocessor.fit(train, context=params.context)
