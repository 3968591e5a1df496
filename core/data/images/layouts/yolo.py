"""YOLO: a box text file per image; names in `data.yaml`, `classes.txt` or `obj.names`."""

import re
from collections.abc import Mapping, Sequence

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, named, split_of
from core.data.images.boxes import Boxes, area_of
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport

CLASS_FILES = ("classes.txt", "obj.names", "labels.txt", "_darknet.labels", "predefined_classes.txt", ".names")
LARGEST_YAML = 64 * 1024  # bytes
MOST_BRACKETS = 500  # in it: a parser goes one deeper for each
MOST_SNIFFED = 8  # text files
_LINE = re.compile(r"\d{1,5}(?:[ \t]+[0-9.eE+-]{1,24}){4,2000}")


def may_be(names: Sequence[str]) -> bool:
    """Tell whether text files stand beside pictures, as their labels."""
    return sum(name.lower().endswith(".txt") for name in names) > 1


def sure(files: Files) -> float:
    """Return the layout's confidence: text files named like images, with lines of five numbers."""
    texts = [entry for entry in _texts(files) if entry.size_bytes][:MOST_SNIFFED]
    fitting = sum(bool(_LINE.match(files.head(entry).strip())) for entry in texts)
    return 0.96 if texts and 2 * fitting > len(texts) else 0.0


def label(files: Files) -> Labelling:
    """Return the class of each picture's largest box."""
    names, noted = _class_names(files)
    boxes, skipped, used = Boxes(), SkipReport(), {entry.number for entry in noted}
    for text in _texts(files):
        entry = _image_of(files, text)
        if entry is None:
            skipped.add("unknown-pictures", text.name)
            continue
        used.add(text.number)
        for line in files.lines(text):
            if not _LINE.fullmatch(line):
                skipped.add("unread-lines", f"{text.name}: {line[:40]}")
                continue
            number, *places = line.split()
            boxes.add(entry, names.get(int(number), number), _area(places), split_of(entry, text))
    title = f"YOLO labels ({named(noted) or 'classes by number'})"
    return Labelling(title, boxes.said(), frozenset(used), boxes.notes(), boxes.guesses(), skipped)


def _texts(files: Files) -> list[Entry]:
    return [
        entry
        for entry in files.ending(".txt")
        if not entry.name.lower().endswith(CLASS_FILES) and "readme" not in entry.name.lower()
    ]


def _image_of(files: Files, text: Entry) -> Entry | None:
    """Return a text's image: the same name in its folder, or "images" for "labels"."""
    stem = text.name[: -len(".txt")]
    swapped = "/".join("images" if part.lower() in ("labels", "label") else part for part in stem.split("/"))
    return files.find(stem, text) or files.find(swapped, text) or files.find(stem.rpartition("/")[2], text)


def _area(places: Sequence[str]) -> float:
    try:
        numbers = [float(place) for place in places]
    except ValueError:
        return 0.0
    if len(numbers) < 6:  # x, y, width, height, and perhaps a confidence
        return numbers[2] * numbers[3]
    return area_of(zip(numbers[::2], numbers[1::2], strict=False))


def _class_names(files: Files) -> tuple[dict[int, str], list[Entry]]:
    """Return the names of classes by number, and the file that has them."""
    for entry in files.ending(".yaml", ".yml"):
        if entry.size_bytes <= LARGEST_YAML and (found := _in_yaml(files.text(entry))):
            return found, [entry]
    for entry in files.ending(*CLASS_FILES):
        return dict(enumerate(files.lines(entry))), [entry]
    return {}, []


def _in_yaml(text: str) -> dict[int, str]:
    """Return `names` of a data.yaml: a list, or a mapping from numbers."""
    import yaml

    if text.count("[") + text.count("{") > MOST_BRACKETS:
        return {}
    try:
        found = yaml.safe_load(text)  # Python's own: the one in C ends the process where brackets are deep
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    names = found.get("names") if isinstance(found, Mapping) else None
    if isinstance(names, list):
        return {number: str(name) for number, name in enumerate(names) if isinstance(name, str | int)}
    if isinstance(names, Mapping):
        pairs = [(key, name) for key, name in names.items() if isinstance(key, int) and isinstance(name, str | int)]
        return {key: str(name) for key, name in pairs}
    return {}


LAYOUT = LayoutSpec("yolo", "YOLO labels (a text file of boxes for each image)", may_be, sure, label)
