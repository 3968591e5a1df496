"""FiftyOne: `labels.json` beside `data/` (image classification), or `samples.json` (a whole dataset)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.boxes import Boxes
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.errors import DataError

NAMES = ("labels.json", "samples.json")
_KINDS = ("Classification", "Classifications", "Detections")


def may_be(names: Sequence[str]) -> bool:
    """Tell whether one of its files is there."""
    return any(name.lower().endswith(NAMES) for name in names)


def sure(files: Files) -> float:
    """Tell how sure it is: by the keys with which its files begin."""
    return 0.97 if _files(files) else 0.0


def label(files: Files) -> Labelling:
    """Return each picture's label; of detections the class of the largest."""
    said: dict[int, Said] = {}
    boxes, skipped, used = Boxes(), SkipReport(), _files(files)
    for file in used:
        for written, value in _labels(files, file):
            entry = files.find(written, file)
            if entry is None:
                skipped.add("unknown-pictures", written)
            elif isinstance(value, str):
                said[entry.number] = Said(value, split_of(entry, file))
            else:
                for one in value:
                    boxes.add(entry, one[0], one[1], split_of(entry, file))
    numbers = frozenset(entry.number for entry in used)
    title = f"FiftyOne labels ({named(used)})"
    if said or not boxes.count:
        return Labelling(title, said, numbers, skipped=skipped)
    return Labelling(title, boxes.said(), numbers, boxes.notes(), boxes.guesses(), skipped)


def _files(files: Files) -> list[Entry]:
    found = []
    for entry in files.ending(*NAMES):
        head = files.head(entry)
        if ('"labels"' in head and '"classes"' in head) or ('"samples"' in head and '"filepath"' in head):
            found.append(entry)
    return found


def _labels(files: Files, file: Entry) -> Iterator[tuple[str, str | list[tuple[str, float]]]]:
    """Yield an image's name with its label, or with each box's class and area."""
    found = files.json(file)
    if not isinstance(found, Mapping):
        raise DataError(f"{file.name} does not hold what FiftyOne writes into such a file. Export it again.")
    classes = [str(name) for name in found.get("classes") or []]
    if isinstance(labels := found.get("labels"), Mapping):
        for written, value in labels.items():
            if (answer := _answer(value, classes)) is not None:
                yield str(written), answer
    samples = found.get("samples")
    for sample in samples if isinstance(samples, list) else []:
        if isinstance(sample, Mapping) and isinstance(sample.get("filepath"), str):
            fields = [v for v in sample.values() if isinstance(v, Mapping) and v.get("_cls") in _KINDS]
            if fields and (answer := _field(fields[0])) is not None:
                yield sample["filepath"], answer


def _answer(value: Any, classes: Sequence[str]) -> str | list[tuple[str, float]] | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return classes[value] if 0 <= value < len(classes) else str(value)
    if isinstance(value, str):
        return value or None
    if isinstance(value, Mapping) and isinstance(value.get("label"), str | int):
        return _answer(value["label"], classes)
    if isinstance(value, list):  # detections: {"label", "bounding_box": [x, y, width, height]}
        boxes = [_box(one, classes) for one in value if isinstance(one, Mapping)]
        return [box for box in boxes if box is not None] or None
    return None


def _field(found: Mapping[str, Any]) -> str | list[tuple[str, float]] | None:
    if isinstance(found.get("label"), str):
        return str(found["label"])
    several = found.get("classifications")
    if isinstance(several, list) and several and isinstance(several[0], Mapping):
        return str(several[0].get("label", "")) or None
    detections = found.get("detections")
    return _answer(detections, []) if isinstance(detections, list) else None


def _box(one: Mapping[str, Any], classes: Sequence[str]) -> tuple[str, float] | None:
    name, box = _answer(one.get("label"), classes), one.get("bounding_box")
    if not isinstance(name, str):
        return None
    sides = box[2:4] if isinstance(box, list) else []
    numbers = [float(side) for side in sides if isinstance(side, int | float)]
    return name, numbers[0] * numbers[1] if len(numbers) == 2 else 0.0


LAYOUT = LayoutSpec("fiftyone", "FiftyOne (labels.json or samples.json)", may_be, sure, label)
