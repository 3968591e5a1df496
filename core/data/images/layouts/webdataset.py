"""WebDataset: `key.jpg` beside `key.cls`, `key.txt` or `key.json`, usually in a TAR."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, split_of
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.errors import DataError

SIDES = (".cls", ".cls.txt", ".label", ".json", ".txt")  # the first that a picture has beside it counts
LARGEST_SIDE = 256 * 1024  # bytes
KEYS = ("label", "class", "cls", "class_name", "label_name", "category", "target")
MOST_SNIFFED = 20


def may_be(names: Sequence[str]) -> bool:
    """Tell whether files with labels stand beside pictures."""
    return any(name.lower().endswith((".cls", ".cls.txt", ".json")) for name in names)


def sure(files: Files) -> float:
    """Return the layout's confidence: most images have a same-named file with a class."""
    beside = _beside(files)
    some = files.images[:MOST_SNIFFED]
    fitting = sum(bool(_label(files, beside.get(_key(entry.name), []))) for entry in some)
    return 0.965 if some and 2 * fitting > len(some) else 0.0


def label(files: Files) -> Labelling:
    """Return what the file beside each picture says."""
    said, skipped, used = {}, SkipReport(), set()
    beside = _beside(files)
    names = _names(files)
    for entry in files.images:
        sides = beside.get(_key(entry.name), [])
        used |= {side.number for side in sides}
        if found := _label(files, sides):
            said[entry.number] = Said(names.get(found, found), split_of(entry))
    title = f"WebDataset ({len(said):,} images with a file of their name that says the class)"
    used |= {entry.number for entry in files.ending("classes.txt", "labels.txt", "classnames.txt")}
    return Labelling(title, said, frozenset(used), skipped=skipped)


def _key(name: str) -> str:
    """Return the name without everything after the first dot of its last part."""
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.split(".", 1)[0]


def _beside(files: Files) -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for ending in SIDES:
        for entry in files.ending(ending):
            found.setdefault(_key(entry.name), []).append(entry)
    return found


def _names(files: Files) -> dict[str, str]:
    """Return the class names by number, if there is a list of them."""
    lists = files.ending("classes.txt", "labels.txt", "classnames.txt")
    return {str(number): name for number, name in enumerate(files.lines(lists[0]))} if lists else {}


def _label(files: Files, sides: Sequence[Entry]) -> str:
    for side in sides:
        if side.size_bytes > LARGEST_SIDE:
            continue
        try:
            text = files.text(side).strip()
        except DataError:
            continue
        found = _in_json(text) if side.name.lower().endswith(".json") else text
        if found and "\n" not in found and len(found) <= 200:
            return found
    return ""


def _in_json(text: str) -> str:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(found, Mapping):
        values = (found[key] for key in KEYS if key in found)
        found = next((value for value in values if isinstance(value, str | int)), "")
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


LAYOUT = LayoutSpec("webdataset", "WebDataset (a file of labels for each image)", may_be, sure, label)
