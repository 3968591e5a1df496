"""Normalised names, settings, tags and notes of other trackers; changes are reported."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG = 80, 2_000, 40  # characters
LONGEST_KEY = 200  # characters of the name of a curve or of a setting
LONGEST_SETTING = 2_000  # characters of a setting's value
MOST_SETTINGS, MOST_TAGS, DEEPEST = 1_000, 20, 8
FAR_TOO_LONG_NAME, FAR_TOO_LONG = 4 * LONGEST_KEY, 10 * LONGEST_SETTING  # characters: more is not even held
MOST_HELD = 10 * MOST_SETTINGS  # settings, or names of what is left out
WHOLE = "full_"  # before a setting that holds what did not fit elsewhere: "full_name", "full_notes"
_MOST_NAMED = 5


def one_line(text: object, longest: int) -> str:
    """Return a text as one line of printable characters, cut where it is longer."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def bounded_name(name: str) -> str:
    """Return a name, shortened with a hash of the whole if too long.

    The hash keeps distinct names distinct.

    What a file says is held in memory until its last record is read, and a record may be 64 MB long.
    """
    if len(name) <= FAR_TOO_LONG_NAME:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{name[:LONGEST_KEY]}…{digest}…{name[-LONGEST_KEY:]}"


def bounded_value(value: object) -> object:
    """Return a setting's value; a long text or list is cut, which `Fit` reports."""
    return value[:FAR_TOO_LONG] if isinstance(value, str | list) else value


def listed(names: Iterable[str], most: int = _MOST_NAMED) -> str:
    """Return names as a list in words: "loss, acc and 3 more"."""
    every = [one_line(name, 40) for name in names]
    more = len(every) - most
    return ", ".join(every[:most]) + (f" and {more:,} more" if more > 0 else "")


def distinct_names(names: Iterable[str]) -> dict[str, str]:
    """Return a unique one-line name of at most LONGEST_KEY characters for each name.

    Of one that is too long the beginning and the end stay, for names that resemble each other differ at their end.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        line = one_line(name, max(len(name), 1)) or "unnamed"
        half = LONGEST_KEY // 2
        fitting = line if len(line) <= LONGEST_KEY else f"{line[: half - 5]}…{line[-half + 5 :]}"
        unique, count = fitting, 1
        while unique in taken:
            count += 1
            unique = f"{fitting} ({count})"
        taken.add(unique)
        found[name] = unique
    return found


def number_or_text(text: str) -> object:
    """Return a text setting as a number or boolean where exact, else unchanged.

    So "0.1" and "True" become what they are, and "3.10", "0042" and "1e5" stay as they were written.
    """
    if text in ("True", "False"):
        return text == "True"
    if len(text) > 30 or not text.isascii() or "_" in text:
        return text
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if str(number) == text and math.isfinite(number):
            return number
    return text


def hashed(origin: str, *parts: str | bytes) -> str:
    """Return a stable run key: its origin and a hash of its identity."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return f"{origin}:{digest.hexdigest()[:40]}"


class Fit:
    """One run's metadata, normalised; what does not fit is moved to settings, and reported."""

    def __init__(self, settings: Mapping[Any, object] | None = None) -> None:
        """Begin with the settings that the run has.

        Args:
            settings: Also within each other: {"optimiser": {"name": "adam"}} becomes {"optimiser.name": "adam"}.
        """
        self.said: list[str] = []
        self._settings: dict[str, object] = {}
        _flatten("", settings or {}, self._settings, 0)

    def name(self, text: str) -> str:
        """Return a run's name."""
        short = one_line(text, LONGEST_NAME)
        if len(short) == LONGEST_NAME and short.endswith("…"):
            self._keep("name", one_line(text, LONGEST_SETTING), f"Its name is longer than {LONGEST_NAME} characters")
        return short

    def note(self, text: str) -> str:
        """Return a note."""
        clean = _plain(text).strip()
        if len(clean) <= LONGEST_NOTE:
            return clean
        self.said.append(f"Its notes have {len(clean):,} characters; the first {LONGEST_NOTE:,} were taken.")
        return clean[: LONGEST_NOTE - 1] + "…"

    def tags(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Return tags, each once; those for which there is no room become settings.

        Args:
            tags: By name, their values; empty where a tag is a name alone.
        """
        fitting: list[str] = []
        moved: list[str] = []
        for name, value in tags.items():
            tag = one_line(f"{name}: {value}" if value else name, LONGEST_SETTING)
            if tag in fitting or not tag:
                continue
            if len(tag) <= LONGEST_TAG and len(fitting) < MOST_TAGS:
                fitting.append(tag)
            else:
                moved.append(name)
                self._settings[f"tag.{name}"] = _simple(value or name)
        if moved:
            self.said.append(
                f"{len(moved):,} of its {len(tags):,} tags are among the settings, as tag.NAME, since a run has at "
                f"most {MOST_TAGS} tags of {LONGEST_TAG} characters: {listed(moved)}."
            )
        return tuple(fitting)

    def settings(self) -> dict[str, object]:
        """Return all settings, flat, by names that differ; call it last."""
        names = distinct_names(self._settings)
        if changed := [name for name, fitting in names.items() if name != fitting]:
            self.said.append(f"Names of settings were shortened or told apart: {listed(changed)}.")
        if more := [*names][MOST_SETTINGS:]:
            self.said.append(
                f"It has {len(names):,} settings; the first {MOST_SETTINGS:,} were taken, without {listed(more)}."
            )
        found = {names[name]: self._settings[name] for name in [*names][:MOST_SETTINGS]}
        long = [name for name, value in found.items() if isinstance(value, str) and len(value) > LONGEST_SETTING]
        if long:
            self.said.append(f"Settings of more than {LONGEST_SETTING:,} characters were cut: {listed(long)}.")
        return found | {name: f"{str(found[name])[: LONGEST_SETTING - 1]}…" for name in long}

    def _keep(self, what: str, text: str, why: str) -> None:
        self._settings[WHOLE + what] = text
        self.said.append(f"{why}; all of it is the setting {WHOLE}{what}.")


def settings_of(settings: Mapping[Any, object]) -> dict[str, object]:
    """Return settings as flat JSON: {"optimiser": {"name": "adam"}} becomes {"optimiser.name": "adam"}."""
    return Fit(settings).settings()


def _flatten(above: str, value: object, flat: dict[str, object], depth: int) -> None:
    if len(flat) >= MOST_HELD:
        return
    if isinstance(value, Mapping) and value and depth < DEEPEST:
        for key, inner in value.items():
            name = one_line(key, LONGEST_SETTING)
            _flatten(f"{above}.{name}" if above else name, inner, flat, depth + 1)
    elif above:
        while above in flat:  # {"a.b": 1, "a": {"b": 2}}
            above += "_2"
        flat[above] = _simple(value)


def _simple(value: object) -> object:
    """Return a value as flat JSON; too long texts are cut.

    The caller that asks for all values reports the cut.
    """
    if value is None or isinstance(value, bool | int):
        return value if abs(value or 0) < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, list | tuple) and len(value) <= 20 and all(isinstance(v, int | float | str) for v in value):
        return ", ".join(_plain(str(v)) for v in value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return _plain(str(value))


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
