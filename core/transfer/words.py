"""Names, settings and tags of other trackers, made to fit ours: one line, bounded, JSON."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG = 80, 2_000, 40  # characters
LONGEST_SETTING = 2_000  # characters of a setting's value
MOST_SETTINGS, MOST_TAGS, DEEPEST = 1_000, 20, 8


def one_line(text: object, longest: int) -> str:
    """Return a text as one line of printable characters, cut where it is longer."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def note_of(text: str) -> str:
    """Return a note that fits."""
    clean = "".join(c for c in text if c.isprintable() or c in "\n\t").strip()
    return clean if len(clean) <= LONGEST_NOTE else clean[: LONGEST_NOTE - 1] + "…"


def tags_of(tags: Iterable[object]) -> tuple[str, ...]:
    """Return tags, each once."""
    return tuple(dict.fromkeys(tag for tag in (one_line(tag, LONGEST_TAG) for tag in tags) if tag))[:MOST_TAGS]


def settings_of(settings: Mapping[Any, object]) -> dict[str, object]:
    """Return settings as flat JSON: {"optimiser": {"name": "adam"}} becomes {"optimiser.name": "adam"}."""
    flat: dict[str, object] = {}
    _flatten("", settings, flat, 0)
    return flat


def number_or_text(text: str) -> object:
    """Return what a text most likely meant as a setting: a number, yes or no, or itself."""
    if text in ("True", "true", "False", "false"):
        return text.lower() == "true"
    if len(text) > 30 or not text.isascii() or "_" in text:
        return text
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def hashed(origin: str, *parts: str | bytes) -> str:
    """Return a stable key of a run: its origin, and a hash of what tells it from others."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return f"{origin}:{digest.hexdigest()[:40]}"


def _flatten(above: str, value: object, flat: dict[str, object], depth: int) -> None:
    if len(flat) >= MOST_SETTINGS:
        return
    if isinstance(value, Mapping) and value and depth < DEEPEST:
        for key, inner in value.items():
            name = one_line(key, LONGEST_NAME)
            _flatten(f"{above}.{name}" if above else name, inner, flat, depth + 1)
    elif above:
        flat[above] = _simple(value)


def _simple(value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value if abs(value or 0) < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple) and len(value) <= 20 and all(isinstance(v, int | float | str) for v in value):
        return one_line(", ".join(str(v) for v in value), LONGEST_SETTING)
    return one_line(value, LONGEST_SETTING)
