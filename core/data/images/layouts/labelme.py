"""LabelMe: a JSON file beside each image, with drawn shapes or image-level flags."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, split_of
from core.data.images.boxes import Boxes, area_of
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.errors import DataError

LARGEST = 60 * 1024**2  # bytes; the picture itself may be in it
MOST_SNIFFED = 5


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there are several JSON files."""
    return sum(name.lower().endswith(".json") for name in names) > 1


def sure(files: Files) -> float:
    """Return the layout's confidence: the first files have shapes and an image path."""
    heads = [files.head(entry) for entry in files.ending(".json")[:MOST_SNIFFED]]
    return 0.985 if heads and all('"shapes"' in head for head in heads) else 0.0


def label(files: Files) -> Labelling:
    """Return each image's flag, else the class of its largest shape."""
    said: dict[int, Said] = {}
    boxes, skipped, used = Boxes(), SkipReport(), set()
    for file in files.ending(".json"):
        found = _loaded(files, file)
        path = str(found.get("imagePath") or "") if found else ""
        entry = files.find(path.replace("\\", "/").rpartition("/")[2] or file.name[: -len(".json")], file)
        if found is None or entry is None:
            skipped.add("unknown-pictures", file.name)
            continue
        used.add(file.number)
        flags = found.get("flags")
        on = [name for name, value in flags.items() if value is True] if isinstance(flags, Mapping) else []
        if on:
            said[entry.number] = Said(str(on[0]), split_of(entry, file))
        for shape in found["shapes"] if isinstance(found.get("shapes"), list) else []:
            if isinstance(shape, Mapping) and isinstance(shape.get("label"), str):
                boxes.add(entry, shape["label"], _area(shape.get("points")), split_of(entry, file))
    title, numbers = f"LabelMe annotations ({len(used):,} JSON files)", frozenset(used)
    if said or not boxes.count:
        return Labelling(title, said, numbers, skipped=skipped)
    return Labelling(title, boxes.said(), numbers, boxes.notes("shapes"), boxes.guesses(), skipped)


def _loaded(files: Files, file: Entry) -> Mapping[str, Any] | None:
    try:
        found = json.loads(files.text(file)) if file.size_bytes <= LARGEST else None
    except (DataError, ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _area(points: Any) -> float:
    pairs = [p for p in points if isinstance(p, list) and len(p) == 2] if isinstance(points, list) else []
    return area_of((float(x), float(y)) for x, y in pairs if isinstance(x, int | float) and isinstance(y, int | float))


LAYOUT = LayoutSpec("labelme", "LabelMe annotations (a JSON file for each image)", may_be, sure, label)
