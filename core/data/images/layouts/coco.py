"""COCO: one JSON file with `images`, `annotations` and `categories`, as many tools write it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.boxes import Boxes
from core.data.images.class_folders import split_named
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.errors import DataError

MOST_SNIFFED = 20  # JSON files whose beginning is looked at


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is a JSON file at all."""
    return any(name.lower().endswith(".json") for name in names)


def sure(files: Files) -> float:
    """Tell how sure it is: by the keys of its parts."""
    return 0.98 if _files(files) else 0.0


def label(files: Files) -> Labelling:
    """Return each picture's label: its only annotation, or the class of its largest box."""
    boxes, skipped, used = Boxes(), SkipReport(), _files(files)
    plain: dict[int, Said] = {}
    for file in used:
        for written, name, area in _annotations(files.json(file), file.name):
            entry = files.find(written, file)
            if entry is None:
                skipped.add("unknown-pictures", written)
                continue
            split = split_of(entry, file) or _split_in(file)
            if area is None:
                plain.setdefault(entry.number, Said(name, split))
            else:
                boxes.add(entry, name, area, split)
    title, numbers = f"COCO annotations ({named(used)})", frozenset(entry.number for entry in used)
    if not boxes.count:
        return Labelling(title, plain, numbers, skipped=skipped)
    return Labelling(title, {**plain, **boxes.said()}, numbers, boxes.notes(), boxes.guesses(), skipped)


def _files(files: Files) -> list[Entry]:
    found = []
    for entry in files.ending(".json")[:MOST_SNIFFED]:
        head = files.head(entry)
        keys = sum(f'"{key}"' in head for key in ("images", "annotations", "categories"))
        parts = '"file_name"' in head or '"image_id"' in head or '"supercategory"' in head
        if head.lstrip().startswith("{") and (keys > 1 or (keys and parts)):
            found.append(entry)
    return found


def _split_in(file: Entry) -> str:
    """Return the split that a file's name holds: "instances_val2017.json" is for validation."""
    words = file.name.rpartition("/")[2].lower().removesuffix(".json").replace("-", "_").replace(".", "_").split("_")
    return next((split for word in words if (split := split_named(word.rstrip("0123456789")))), "")


def _annotations(found: Any, file: str) -> Iterator[tuple[str, str, float | None]]:
    """Yield each annotation's image, class and area; None for an area without a box."""
    parts = [found.get(key) for key in ("images", "annotations")] if isinstance(found, Mapping) else []
    if not parts or not all(isinstance(part, list) for part in parts):
        raise DataError(f"{file} does not hold the lists 'images' and 'annotations' of COCO. Export it again.")
    images, annotations = parts
    names = {one.get("id"): one.get("name") for one in _each(found.get("categories"))}
    written = {one.get("id"): one.get("file_name") for one in _each(images)}
    for one in _each(annotations):
        image = written.get(one.get("image_id"))
        if isinstance(image, str):
            category = one.get("category_id")
            name = names.get(category)
            yield image, str(category if name is None else name), _area(one)


def _each(found: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list whose `id`s, if any, can be looked up."""
    for one in found if isinstance(found, list) else []:
        keys = [one.get(key) for key in ("id", "image_id", "category_id")] if isinstance(one, Mapping) else [[]]
        if all(key is None or isinstance(key, int | str | float) for key in keys):
            yield one


def _area(one: Mapping[str, Any]) -> float | None:
    box = one.get("bbox")
    if isinstance(box, list) and len(box) == 4 and all(isinstance(side, int | float) for side in box):
        return float(box[2]) * float(box[3])
    area = one.get("area")
    return float(area) if isinstance(area, int | float) else None


LAYOUT = LayoutSpec("coco", "COCO annotations (JSON)", may_be, sure, label)
