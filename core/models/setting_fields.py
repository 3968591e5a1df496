"""Settings that several models share: one label, one help text, one place."""

from typing import Any

from core.errors import InvalidSetting
from core.specs.config import Level, setting

DESCRIPTION_HIDDEN = "Higher: more of each text's description is hidden at random while training, against overfitting."
LONG_RUNS_ONLY = "Higher: less overfitting; only useful in long runs on small texts."


def dropout(default: float, help: str = "", hidden: str = "what was found is hidden") -> Any:
    """Declare how much is hidden at random while learning.

    Args:
        default: The value when nobody chooses.
        help: What happens if you raise it, where that is not the usual.
        hidden: What is, after "more of".
    """
    usual = f"Higher: more of {hidden} at random while training, which stops overfitting."
    return setting(default, label="Dropout", ge=0.0, le=0.9, help=help or usual)


def channels(default: int, label: str, le: int = 256, help: str = "") -> Any:
    """Declare how many patterns the beginning of a convolutional network looks for."""
    usual = "Higher: it looks for more kinds of detail; doubling it takes about four times as long."
    return setting(default, label=label, level="beginner", ge=4, le=le, help=help or usual)


def word_width(default: int, level: Level = "expert") -> Any:
    """Declare by how many numbers a word is described."""
    return setting(
        default,
        label="Embedding size (of a word)",
        level=level,
        ge=2,
        le=1_024,
        help="Higher: finer shades of meaning, more parameters, and it overfits small data sooner.",
    )


def memory(default: int, remembers: str, ge: int = 8, le: int = 2_048) -> Any:
    """Declare the size of a recurrent network's memory."""
    return setting(
        default,
        label="Hidden size (of the memory)",
        level="beginner",
        ge=ge,
        le=le,
        help=f"Higher: {remembers}; doubling it takes about four times as long.",
    )


def depth(default: int, label: str, help: str, le: int) -> Any:
    """Declare how many layers or blocks follow each other."""
    return setting(default, label=label, ge=1, le=le, help=f"Higher: more steps of thought{help}")


def heads(looks: str, le: int = 64) -> Any:
    """Declare how many places attention looks at."""
    return setting(4, label="Attention heads", ge=1, le=le, help=f"Higher: {looks} less closely.")


def check_heads(width: int, heads: int) -> None:
    """Raise an `InvalidSetting` if the width cannot be shared between the heads."""
    if width % heads:
        nearest = max(round(width / heads), 1) * heads
        raise InvalidSetting("width", f"must be a multiple of the {heads} heads, such as {nearest}.")
