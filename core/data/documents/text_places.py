"""Texts whose class is their location: a class-named folder, or a class-named file's line."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from core.data.documents.document_signatures import DOCUMENT_SUFFIXES, TEXT_SUFFIXES
from core.data.images.class_folders import Place, arrange, split_named
from core.data.split_names import SPLIT_NAMES

UNLABELLED = ("unsup", "unlabeled", "unlabelled", "unsupervised", "unlabeled_data", "no_label")
MOST_CLASS_FILES = 50
_FEWEST = 3  # files in a folder that is a class; with fewer it is a chapter
_ABOUT = re.compile(r"readme|licen[cs]e|copying|changes|notes?|about|citation|index|urls?(?:_.*)?|sources?", re.I)
_NUMBERED = re.compile(r"\D{0,40}?\d{2,9}|(?:chapter|part|vol(?:ume)?|book|page|file|doc|text)\W?\d{1,9}", re.I)
_KINDS = (
    {"pos", "positive", "neg", "negative", "neutral", "neu", "unsup"}, {"spam", "ham"}, {"good", "bad", "ok"},
    {"true", "fake", "real", "false"}, {"toxic", "nontoxic", "non-toxic", "clean"}, {"yes", "no", "maybe"},
    {"happy", "sad", "angry", "neutral", "fear", "joy", "anger", "surprise", "disgust", "love", "sadness"},
    {"question", "answer", "complaint", "praise"}, {"sarcastic", "serious"}, {"subjective", "objective"},
    {"quote", "plot"},
)  # fmt: skip


@dataclass(frozen=True)
class TextPlaces:
    """Which files are examples, and of which class.

    Args:
        places: The class and the split of each file that is used, by its name.
        by_lines: Whether each line of a file is an example, rather than each file.
        unlabelled: How many files lie in folders that say they have no class, by folder.
    """

    places: Mapping[str, Place]
    by_lines: bool
    unlabelled: Mapping[str, int] = field(default_factory=dict)

    @property
    def labels(self) -> list[str]:
        """The classes, sorted."""
        return sorted({place.label for place in self.places.values()})


def in_folders(names: Iterable[str]) -> TextPlaces | None:
    """Return the classes of texts in class-named folders; None for other layouts."""
    files = [name for name in names if is_text_file(name)]
    names_of = {name: _folder(name) for name in files}
    alike = _with_plain_splits({folder for folder in names_of.values() if folder})
    unlabelled = Counter(folder[-1] for folder in names_of.values() if folder and _is_unlabelled(folder))
    sizes = Counter(folder for folder in names_of.values() if folder and not _is_unlabelled(folder))
    found = arrange({alike[folder] for folder in sizes})
    places = {name: found[alike[f]] for name, f in names_of.items() if f in sizes and alike[f] in found}
    classes = Counter(place.label for place in places.values())
    if len(classes) < 2 or min(classes.values()) < _FEWEST or any(map(_is_numbered, classes)):
        return None
    return TextPlaces(places, by_lines=False, unlabelled=unlabelled)


def in_files(names: Sequence[str]) -> TextPlaces | None:
    """Return the classes of class-named files with an example a line; None otherwise."""
    files = [name for name in names if is_text_file(name, in_folder=False) and not _ABOUT.fullmatch(_stem(name))]
    if not 2 <= len(files) <= MOST_CLASS_FILES:
        return None
    parts = [class_of(name) for name in files]
    labels = {label for label, _ in parts}
    by_split: dict[str, set[str]] = defaultdict(set)
    for label, split in parts:
        by_split[split].add(label)
    if len(labels) < 2 or any(map(_is_numbered, labels)) or sum(map(len, by_split.values())) != len(files):
        return None
    return TextPlaces({name: Place(*part) for name, part in zip(files, parts, strict=True)}, by_lines=True)


def is_surely_classes(labels: Iterable[str]) -> bool:
    """Return whether names of files are those of classes, whatever lies in them."""
    plain = {label.lower() for label in labels}
    return any(plain <= kind for kind in _KINDS)


def may_be_classes(labels: Iterable[str]) -> bool:
    """Return whether names could be classes: one or two words, not "notes 3"."""
    return all(re.fullmatch(r"[^\W\d_]{3,30}(?:[_\- ][^\W\d_]{2,30}){0,2}", label) for label in labels)


def are_single_lines(texts: Sequence[str]) -> bool:
    """Return whether the files' first lines are examples, not running text.

    Running text has blank lines between its paragraphs, or lines that break off within a sentence.
    """
    for text in texts:
        lines = text.splitlines()[:-1]  # the last may be cut
        full = [line for line in lines if line.strip()]
        if len(full) < 10 or len(full) < 0.9 * len(lines) or len({*full}) < 0.5 * len(full):
            return False
        ended = sum(line.rstrip()[-1] in ".!?。!?…\"')]”’»" for line in full)
        longest = max(map(len, full))
        wrapped = sum(len(line) > 0.8 * longest for line in full)
        if ended < 0.6 * len(full) and wrapped > 0.6 * len(full):
            return False
    return bool(texts)


def is_text_file(name: str, in_folder: bool = True) -> bool:
    """Return whether a name is a document's, or has no suffix, as in newsgroups."""
    last = PurePosixPath(name).name.lower()
    if last.endswith(DOCUMENT_SUFFIXES if in_folder else TEXT_SUFFIXES):
        return True
    stem, _, ending = last.rpartition(".")
    return (not stem and in_folder) or (in_folder and ending.isdigit()) or (not in_folder and ending in _KINDS[0])


def _folder(name: str) -> tuple[str, ...]:
    return PurePosixPath(name).parts[:-1]


def _stem(name: str) -> str:
    return PurePosixPath(name).name.partition(".")[0]


def class_of(name: str) -> tuple[str, str]:
    """Return the class and split in a file's path, such as "train/pos.txt" or "rt.pos".

    "train_pos.txt" names both too.
    """
    path = PurePosixPath(name)
    split = next((found for part in reversed(path.parts[:-1]) if (found := split_named(part))), "")
    if path.suffix.lower().lstrip(".") in _KINDS[0]:
        return path.suffix.lstrip("."), split
    words = re.split(r"[_\-. ]", path.stem)
    kept = [word for word in words if word.lower() not in SPLIT_NAMES]
    named = next((SPLIT_NAMES[word.lower()] for word in words if word.lower() in SPLIT_NAMES), "")
    return "_".join(kept) or path.stem, split or named


def _is_numbered(label: str) -> bool:
    """Return whether a name only counts: "chapter 1", "2019"; "1" to "5" are classes."""
    return (
        re.fullmatch(
            r"\D{0,40}?\d{2,}|(?:chapter|part|vol(?:ume)?|book|page|file|text)\W?\d+|doc\w*(?:\W\d+|(?<=\d))",
            label,
            re.I,
        )
        is not None
    )


def _is_unlabelled(folder: tuple[str, ...]) -> bool:
    return folder[-1].lower() in UNLABELLED


def _with_plain_splits(folders: set[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return folders with "20news-bydate-train" and "20news-bydate-test" called train and test."""
    words = {part: re.split(r"[_\-. ]", part)[-1].lower() for folder in folders for part in folder}
    ends = {part: end for part, end in words.items() if end in SPLIT_NAMES and end != part.lower()}
    beginnings = Counter(part[: -len(end)].lower() for part, end in ends.items())
    plain = {part: SPLIT_NAMES[end] for part, end in ends.items() if beginnings[part[: -len(end)].lower()] > 1}
    return {folder: tuple(plain.get(part, part) for part in folder) for folder in folders}
