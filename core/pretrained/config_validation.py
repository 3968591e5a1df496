"""Plausibility of a pretrained model's configuration, checked before anything is built from it."""

import struct
from pathlib import Path
from typing import Any

LARGEST_JSON = 4 * 2**20  # bytes; the largest that are known have half of it
LARGEST_TOKENIZER = 120 * 2**20  # bytes of a vocabulary
LARGEST_HEADER = 8 * 2**20  # bytes of what a file of weights says of itself
DEEPEST = 40  # objects and lists within each other
LARGEST_NUMBER = 2**31
# The most of what is counted, by what the name of a setting holds; the first that fits.
_MOST = (
    ("vocab", 50_000_000), ("layer", 1_000), ("depth", 1_000), ("num_block", 10_000), ("head", 10_000),
    ("expert", 10_000), ("channel", 1_000_000), ("size", 10_000_000), ("dim", 10_000_000),
    ("d_model", 10_000_000), ("embd", 10_000_000),
)  # fmt: skip
_NAMES_OF_CLASSES = ("label2id", "id2label")  # a class may be called "headset", and be the 12,000th


def is_too_deep(value: Any) -> bool:
    """Return whether objects and lists lie deeper within each other than any model needs."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inside for one in level if isinstance(one, dict | list) for inside in _values(one)]
        if not level:
            return False
    return any(isinstance(one, dict | list) for one in level)


def implausible_number(config: dict[str, Any]) -> str:
    """Return an implausible configuration value, such as "num_hidden_layers: 1,000,000,000"; or `""`."""
    waiting: list[tuple[str, Any]] = [("", config)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(item for item in value.items() if item[0] not in _NAMES_OF_CLASSES)
        elif isinstance(value, list):
            waiting.extend((name, inside) for inside in value)
        elif isinstance(value, int) and not isinstance(value, bool) and not _is_plausible(name, value):
            return f"{name}: {value:,}"
    return ""


def is_whole(weights: Path) -> bool:
    """Check that a safetensors file is valid: tensors inside it, none overlapping.

    Nothing but its header is read; format: https://huggingface.co/docs/safetensors.
    """
    from safetensors import SafetensorError, safe_open

    with weights.open("rb") as file:
        length = file.read(8)
    if len(length) < 8 or struct.unpack("<Q", length)[0] > min(LARGEST_HEADER, weights.stat().st_size - 8):
        return False
    try:
        with safe_open(weights, framework="numpy"):
            return True
    except (SafetensorError, OSError):
        return False


def _is_plausible(name: str, value: int) -> bool:
    most = next((most for part, most in _MOST if part in name.lower()), LARGEST_NUMBER)
    counts = most != LARGEST_NUMBER and not name.lower().endswith(("_id", "_ids", "_index", "_idx"))
    return (-1 if counts else -LARGEST_NUMBER) <= value <= most


def _values(one: dict[str, Any] | list[Any]) -> list[Any]:
    return list(one.values()) if isinstance(one, dict) else one
