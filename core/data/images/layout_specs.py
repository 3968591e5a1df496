"""Every image dataset layout by name.

A new file in `core/data/images/layouts/` is a new one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.catalog import entries
from core.data.images.annotated import Files, Labelling
from core.data.images.class_folders import folder_of
from core.data.images.image_names import is_table

FOLDERS = {"class-folders": "Class folders"}
TABLE = {"table": "A table of file names and labels"}
UPPER = "upper-folder"  # two folders deep it can always be meant


@dataclass(frozen=True)
class LayoutSpec:
    """How one tool lays out pictures and what they show.

    Args:
        name: As `--layout` takes it.
        title: For people.
        may_be: From some of the names alone, whether it is worth a closer look.
        sure: From the names and beginnings of files, how sure it is, 0 to 1.
        label: Says what every picture shows, or raises a `DataError` in words.
    """

    name: str
    title: str
    may_be: Callable[[Sequence[str]], bool]
    sure: Callable[[Files], float]
    label: Callable[[Files], Labelling]


def layouts() -> dict[str, LayoutSpec]:
    """Return every layout by name."""
    return entries("core.data.images.layouts", "LAYOUT")


def possible(names: Sequence[str], chosen: str) -> dict[str, str]:
    """Return the titles of an image source's possible layouts, by name."""
    found = dict(FOLDERS)
    if any(is_table(name) for name in names):
        found |= TABLE
    found |= {spec.name: spec.title for spec in layouts().values() if spec.name == chosen or spec.may_be(names)}
    deep = any(len(folder_of(name)) > 1 for name in names)
    return found | ({UPPER: layouts()[UPPER].title} if deep else {})


def likeliest(files: Files, names: Sequence[str]) -> tuple[LayoutSpec | None, float]:
    """Return the likeliest layout of some files, with its confidence; None if none fits."""
    sure = {spec.name: spec.sure(files) for spec in layouts().values() if spec.may_be(names)}
    best = max(sure, key=lambda name: sure[name], default="")
    return (layouts()[best], sure[best]) if best and sure[best] > 0 else (None, 0.0)
