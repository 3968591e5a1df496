"""Merged label spellings: "Positive", "positive ", "pos" and, if unambiguous, 1."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from core.data.tables.numbers import is_plain_number
from core.data.tables.skip_report import shortened
from core.data.task_kinds import NUMBERS
from core.errors import DataError
from core.specs.dataset_types import Finding, ImportOptions

MOST_LABELS = 1_000
LONGEST_LABEL = 200  # characters
_SENTIMENT = re.compile(r"sentiment|polarity|opinion|imdb|sst-?\d?|review|stimmung|情感", re.IGNORECASE)
_WORDS = {
    "negative": ("negative", "neg", "negativ", "-"),
    "neutral": ("neutral", "neu", "neut"),
    "positive": ("positive", "pos", "positiv", "+"),
}
_SYNONYMS = {synonym: word for word, synonyms in _WORDS.items() for synonym in synonyms}
_NUMBERED = (  # sets of numbers that mean sentiment where the table says that it is about sentiment
    {"0": "negative", "1": "positive"},
    {"-1": "negative", "1": "positive"},
    {"-1": "negative", "0": "neutral", "1": "positive"},
    {"0": "negative", "4": "positive"},
    {"0": "negative", "2": "neutral", "4": "positive"},
)
_NO_LABEL = frozenset({"n/a", "#n/a", "nan", "null", "<na>", "#ref!", "#value!"})
_SHORT = {"y": "yes", "n": "no", "t": "true", "f": "false"}
_KNOWN = frozenset((*_SYNONYMS.values(), *_SHORT.values()))
_STARS = re.compile(r"([0-9])(?:\.0)?\s*(?:stars?|\*|★|⭐)?")
_WHOLE = re.compile(r"([+-]?\d+)\.0+")


def is_about_sentiment(*names: str) -> bool:
    """Return whether the name of a column or file says that labels are opinions."""
    return any(_SENTIMENT.search(name) for name in names)


def is_sentiment(written: Iterable[str]) -> bool:
    """Return whether labels include at least two words for good, bad and neutral."""
    names = {_SYNONYMS.get(folded(label), "") for label in written}
    return len(names) > 1 and "" not in names


def normalise_labels(counts: Mapping[str, int], about_sentiment: bool) -> dict[str, str]:
    """Return what each label will be called.

    Args:
        counts: How often each occurs, as written; none is blank.
        about_sentiment: Whether 0 and 1 may mean negative and positive.
    """
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for written, count in counts.items():
        spellings[folded(written)][" ".join(written.split())] += count
    merged = _synonyms(set(spellings), about_sentiment)
    style, names = _common_style(spellings), {}
    for key in {merged.get(key, key) for key in spellings}:
        # A synonym's own spelling counts only if it is the word that all of them become.
        own = spellings.get(key) if merged.get(key, key) == key and not _is_star(key, merged) else None
        names[key] = _best(own, style) if own else key
        if key in _KNOWN:  # a word that is surely no name, which a style may not change
            names[key] = {"lower": key, "upper": key.upper(), "title": key.capitalize()}.get(style, names[key])
    return {written: names[merged.get(folded(written), folded(written))] for written in counts}


def is_no_label(written: str) -> bool:
    """Return whether a label is a program's mark for a missing value."""
    return folded(written) in _NO_LABEL


def folded(label: str) -> str:
    """Return a label without case, width, surrounding spaces and a number's ".0"."""
    plain = " ".join(unicodedata.normalize("NFKC", label).split()).casefold()
    whole = _WHOLE.fullmatch(plain)
    return whole[1] if whole else plain


def _is_star(key: str, merged: Mapping[str, str]) -> bool:
    """Return whether a name is a common one of star ratings, of any number."""
    return key in merged.values() and _STARS.fullmatch(key) is not None


def _style(text: str) -> str:
    if text.islower() or text.isupper():
        return "lower" if text.islower() else "upper"
    return "title" if text[:1].isupper() and text[1:].islower() else ""


def _common_style(spellings: Mapping[str, Counter[str]]) -> str:
    """Return most rows' label style, such as Good and Bad, for merged labels."""
    counts: Counter[str] = Counter()
    for variants in spellings.values():
        for text, count in variants.items():
            counts[_style(text)] += count
    counts.pop("", None)
    return max(sorted(counts), key=lambda style: counts[style], default="")


def _best(variants: Counter[str], style: str) -> str:
    """Return the most frequent spelling in the common style, else of all; the first."""
    alike = [spelling for spelling in variants if _style(spelling) == style] or list(variants)
    best = min(alike, key=lambda spelling: (-variants[spelling], spelling))
    whole = _WHOLE.fullmatch(best)
    return whole[1] if whole else best


def _synonyms(keys: set[str], about_sentiment: bool) -> dict[str, str]:
    """Return the synonym of each folded label that surely has one among these."""
    numbers = next((mapping for mapping in _NUMBERED if about_sentiment and keys and keys <= set(mapping)), None)
    if numbers is not None and len(keys) > 1:
        return {key: numbers[key] for key in keys}
    words = {key for key in keys if key in _SYNONYMS}
    if words and (len(words) == len(keys) or {"negative", "positive"} <= {_SYNONYMS[key] for key in words}):
        rest = keys - words
        mapped = {key: _SYNONYMS[key] for key in words if len(key) > 1 or about_sentiment or len(words) == len(keys)}
        number = next((m for m in _NUMBERED if rest and rest <= set(m)), None)
        return mapped | ({key: number[key] for key in rest} if number is not None else {})
    if all(key in _SHORT or key in _SHORT.values() for key in keys) and any(key in _SHORT.values() for key in keys):
        return {key: _SHORT.get(key, key) for key in keys}
    stars = {key: _STARS.fullmatch(key) for key in keys}
    if all(stars.values()) and any(not key.isdigit() for key in keys):
        return {
            key: "1 star" if (digit := match[1]) == "1" else f"{digit} stars" for key, match in stars.items() if match
        }
    return {}


def check_label_count(count: int, column: str, file: str, numeric: bool) -> None:
    """Raise a `DataError` if there are more labels than classes make sense.

    Args:
        count: Of different labels.
        column: That holds them.
        file: For the message.
        numeric: Whether they are all numbers.
    """
    if count <= MOST_LABELS:
        return
    advice = (
        f"They are all numbers: to predict a number, choose the task {NUMBERS.first} instead."
        if numeric
        else "It probably holds names or texts rather than kinds: choose another label column."
    )
    raise DataError(
        f"The column '{column}' of {file} has more than {MOST_LABELS:,} different labels; "
        f"at most {MOST_LABELS:,} can be told apart. {advice}"
    )


class LabelBook:
    """Label names, extended by rows with labels not seen in the file's beginning.

    Args:
        label_map: From a label as written to its name; "" drops its rows.
        normalise: Whether unknown ones are matched with known ones by their folded spelling.
        file: That holds them, for messages.
    """

    def __init__(self, label_map: Mapping[str, str], normalise: bool, file: str = "") -> None:
        self._file, self._given = file, len(label_map)
        self.names = dict(label_map)
        self.counts: Counter[str] = Counter()  # rows by label as written
        self._normalise = normalise
        self._by_fold: dict[str, str] = {}
        for written, name in label_map.items():
            self._by_fold.setdefault(folded(written), name)

    def name(self, written: str) -> str:
        """Return a written label's name; "" if its rows are to be dropped."""
        known = self.names.get(written)
        if known is None:
            known = " ".join(written.split())[:LONGEST_LABEL] if self._normalise else written
            if self._normalise and is_no_label(written):
                known = ""
            elif self._normalise:
                known = self._by_fold.setdefault(folded(written), known)
            self.names[written] = known
        return known

    def named(self, written: Sequence[str], options: ImportOptions) -> list[str]:
        """Return the label names of some rows, "" where dropped, and count them.

        Raises:
            DataError: There are more labels than can be told apart.
        """
        self.counts.update(written)
        names = [self.name(label) for label in written]
        if len(self.names) > self._given:
            used = {self.names[label] for label in self.counts}
            check_label_count(len(used), options.label_column, self._file, all(map(is_plain_number, used)))
        return names

    def finding(self, file: str) -> Finding | None:
        """Return which spellings became one, or None if none did."""
        groups: dict[str, list[str]] = defaultdict(list)
        for written, count in self.counts.items():
            if count and self.names[written]:
                groups[self.names[written]].append(written)
        merged = {name: sorted(spellings) for name, spellings in groups.items() if len(spellings) > 1}
        if not merged:
            return None
        changed = sum(self.counts[s] for name, spellings in merged.items() for s in spellings if s != name)
        examples = [
            f"{', '.join(repr(s) for s in spellings[:6])} → {name}" for name, spellings in sorted(merged.items())[:5]
        ]
        return Finding(
            code="merged-labels",
            severity="note",
            count=changed,
            examples=tuple(shortened(example, 160) for example in examples),
            message=f"{len(merged):,} label{'s' * (len(merged) != 1)} of {file} stood there in several spellings; "
            f"{changed:,} row{'s' * (changed != 1)} now carr{'y' if changed != 1 else 'ies'} the usual one.",
            why="To a model two spellings are two classes, and each would have too few examples. "
            "If two labels were joined that are not the same, import again and match them by hand.",
        )
