"""The meaning of an image source's folders: class folders, splits, and mere wrappers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.data.images.decoding import SUFFIXES

Folder = tuple[str, ...]  # the names of the folders from the top down

_SPLITS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_WORDS = {word: split for split, words in _SPLITS.items() for word in words}
_SPLIT = re.compile(rf"({'|'.join(_WORDS)})(?:[ _-]?(?:set|data|images|split|\d{{1,4}}))?", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """A folder's class and split for its images; `split` is "" if not named."""

    label: str
    split: str


def is_image(name: str) -> bool:
    """Tell whether a file is named as a picture."""
    return name.lower().endswith(SUFFIXES)


def split_named(name: str) -> str:
    """Return the split a folder or file name means: "train", "validation", "test" or ""."""
    named = _SPLIT.fullmatch(name.strip())
    return _WORDS[named[1].lower()] if named else ""


def split_above(folder: Folder) -> str:
    """Return the split that the lowest of these folders names."""
    return next((split for name in reversed(folder) if (split := split_named(name))), "")


def folder_of(name: str) -> Folder:
    """Return the folders above a file."""
    return tuple(name.split("/")[:-1])


def arrange(holding: Iterable[Folder]) -> Mapping[Folder, Place]:
    """Return the meaning of each folder with images, except folders that are no class.

    The class is the folder that holds the picture; a split is a folder above it. Folders that are wrapped around all
    class folders mean nothing, and pictures directly in them belong to no class.
    """
    held = _within(set(holding))
    if held and all(folder and split_named(folder[-1]) for folder in held):
        above = {folder: Place(folder[-2], split_named(folder[-1])) for folder in held if len(folder) > 1}
        return above if len({place.label for place in above.values()}) > 1 else {}  # cats/train, dogs/train ...
    found = {
        folder: Place(folder[-1], split_above(folder[:-1]))
        for folder in held
        if folder and (not split_named(folder[-1]) or _is_class_all_the_same(folder, held))
    }
    if {place.split for place in found.values()} & {"train", ""}:
        return found
    # Nothing would be left to train with: "test" is only what somebody called the folder.
    return {folder: Place(place.label, "") for folder, place in found.items()}


def empty_classes(folders: Iterable[str], places: Mapping[Folder, Place], holding: Iterable[Folder]) -> list[str]:
    """Return the sorted names of imageless folders beside the class folders, once per class."""
    known = {place.label.casefold() for place in places.values()}
    parents = {folder[:-1] for folder in places}
    filled = {folder[:depth] for folder in holding for depth in range(len(folder) + 1)}
    empty = set()
    for name in folders:
        folder = tuple(name.split("/"))
        beside = folder[:-1] in parents and folder not in filled and not split_named(folder[-1])
        if beside and folder[-1].casefold() not in known:
            empty.add(folder[-1])
    return sorted(empty)


def _within(holding: set[Folder]) -> set[Folder]:
    """Return the folders without those that are wrapped around all others."""
    while len(holding) > 1:
        shortest = min(holding, key=len)
        if any(folder[: len(shortest)] != shortest for folder in holding):
            break
        holding = holding - {shortest}
    return holding


def _is_class_all_the_same(folder: Folder, held: set[Folder]) -> bool:
    """Return whether "train" is a class beside "bus": nothing is below it."""
    siblings = any(other[:-1] == folder[:-1] and not split_named(other[-1]) for other in held if other)
    return siblings and not any(len(other) > len(folder) and other[: len(folder)] == folder for other in held)
