"""JSON lists of labelled images: CreateML, VIA, AutoML and plain mappings.

CreateML is Apple's, VGG's annotator is VIA, AutoML is Google's.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.boxes import Boxes, area_of
from core.data.images.class_folders import is_image
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport

FILES = ("image", "imagefilename", "filename", "file_name", "file", "path", "img", "image_path", "imagepath", "name",
         "image_id", "imagegcsuri", "id")  # fmt: skip
LABELS = ("label", "class", "annotation", "category", "class_name", "label_name", "target", "displayname", "labels",
          "annotations", "tag", "tags", "classificationannotation")  # fmt: skip
LARGEST_SNIFFED = 32 * 1024**2  # bytes of a JSON file that is read to find out whether it is one
LEAST_FOUND = 0.2  # share of its names that are pictures here
MOST_FILES = 5


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is a JSON file."""
    return any(name.lower().endswith(".json") for name in names)


def sure(files: Files) -> float:
    """Return the layout's confidence: it names existing images, each with a label."""
    return 0.955 if _files(files) else 0.0


def label(files: Files) -> Labelling:
    """Return each picture's label; of boxes the class of the largest."""
    said: dict[int, Said] = {}
    boxes, skipped, used = Boxes(), SkipReport(), _files(files) or files.ending(".json")[:1]
    for file in used:
        for written, found in _pairs(files.json(file)):
            entry = files.find(written, file)
            if entry is None:
                skipped.add("unknown-pictures", written)
            elif isinstance(found, str):
                said.setdefault(entry.number, Said(found, split_of(entry, file)))
            else:
                for name, area in found:
                    boxes.add(entry, name, area, split_of(entry, file))
    title, numbers = f"labels in {named(used)}", frozenset(entry.number for entry in used)
    if not boxes.count:
        return Labelling(title, said, numbers, skipped=skipped)
    return Labelling(title, {**said, **boxes.said()}, numbers, boxes.notes(), boxes.guesses(), skipped)


def _files(files: Files) -> list[Entry]:
    found = []
    for entry in files.ending(".json")[:MOST_FILES]:
        if entry.size_bytes <= LARGEST_SNIFFED and files.head(entry).lstrip()[:1] in ("{", "["):
            pairs = list(_pairs(_quietly(files, entry)))
            there = sum(files.find(written, entry) is not None for written, _ in pairs)
            if pairs and there >= max(2, LEAST_FOUND * len(pairs)):
                found.append(entry)
    return found


def _quietly(files: Files, entry: Entry) -> Any:
    from core.errors import DataError

    try:
        return files.json(entry)
    except DataError:
        return None


def _pairs(found: Any) -> Iterator[tuple[str, str | list[tuple[str, float]]]]:
    """Yield each image's name with its label, or with every box's class and area."""
    if isinstance(found, Mapping):
        inner = next((v for k, v in found.items() if k.startswith("_via_img") and isinstance(v, Mapping)), found)
        lists = [v for v in inner.values() if isinstance(v, list) and v and isinstance(v[0], Mapping)]
        if len(lists) == 1 and len(inner) < 10 and not is_image(next(iter(inner))):
            yield from _pairs(lists[0])
            return
        for key, value in inner.items():
            name = _written(value) if isinstance(value, Mapping) else ""
            if (answer := _answer(value)) is not None:
                yield name or str(key), answer
    elif isinstance(found, list):
        for one in found:
            if isinstance(one, Mapping) and (name := _written(one)) and (answer := _answer(one)) is not None:
                yield name, answer


def _written(one: Mapping[str, Any]) -> str:
    lower = {str(key).lower().replace(" ", ""): value for key, value in one.items()}
    return next((str(lower[key]) for key in FILES if isinstance(lower.get(key), str)), "")


def _answer(value: Any) -> str | list[tuple[str, float]] | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        if value and all(isinstance(one, Mapping) for one in value):
            boxes = [box for one in value if (box := _box(one)) is not None]
            return boxes or None
        return _answer(value[0]) if value else None
    if isinstance(value, Mapping):
        return _in_object(value)
    return None


def _in_object(value: Mapping[str, Any]) -> str | list[tuple[str, float]] | None:
    if isinstance(regions := value.get("regions"), list | Mapping):  # VIA
        boxes = [_region(one) for one in (regions.values() if isinstance(regions, Mapping) else regions)]
        found = [box for box in boxes if box is not None]
        attributes = value.get("file_attributes")
        return found or (_answer(next(iter(attributes.values()), None)) if isinstance(attributes, Mapping) else None)
    lower = {str(key).lower().replace("_", ""): one for key, one in value.items()}
    return next((a for key in LABELS if (a := _answer(lower.get(key.replace("_", "")))) is not None), None)


def _box(one: Mapping[str, Any]) -> tuple[str, float] | None:
    name = next((one[key] for key in ("label", "class", "displayName", "name") if isinstance(one.get(key), str)), None)
    place = one.get("coordinates") if isinstance(one.get("coordinates"), Mapping) else one
    sides = [place.get(side) for side in ("width", "height")] if isinstance(place, Mapping) else []
    numbers = [float(side) for side in sides if isinstance(side, int | float)]
    return (name, numbers[0] * numbers[1] if len(numbers) == 2 else 0.0) if name else None


def _region(one: Any) -> tuple[str, float] | None:
    if not isinstance(one, Mapping):
        return None
    attributes, shape = one.get("region_attributes"), one.get("shape_attributes")
    first = next(iter(attributes.values()), None) if isinstance(attributes, Mapping) else None
    name = _answer(first)
    if not isinstance(name, str) or not isinstance(shape, Mapping):
        return None
    xs, ys = shape.get("all_points_x"), shape.get("all_points_y")
    if isinstance(xs, list) and isinstance(ys, list):
        numbers = [[float(v) for v in side if isinstance(v, int | float)] for side in (xs, ys)]
        return name, area_of(zip(numbers[0], numbers[1], strict=False))
    sides = [shape.get(side) for side in ("width", "height")]
    lengths = [float(side) for side in sides if isinstance(side, int | float)]
    return name, lengths[0] * lengths[1] if len(lengths) == 2 else 0.0


LAYOUT = LayoutSpec("json-list", "A JSON list of images with their labels", may_be, sure, label)
