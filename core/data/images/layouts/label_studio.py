"""Label Studio: a JSON list of tasks with image addresses and annotators' choices."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.boxes import Boxes
from core.data.images.class_folders import is_image
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.errors import DataError

MOST_SNIFFED = 20
MARKS = ("rectanglelabels", "polygonlabels", "ellipselabels", "brushlabels", "keypointlabels")


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is a JSON file at all."""
    return any(name.lower().endswith(".json") for name in names)


def sure(files: Files) -> float:
    """Tell how sure it is: by what its export begins with."""
    return 0.975 if _files(files) else 0.0


def label(files: Files) -> Labelling:
    """Return what was chosen for each picture, else the class of its largest box."""
    said: dict[int, Said] = {}
    boxes, skipped, used = Boxes(), SkipReport(), _files(files)
    several = 0
    for file in used:
        tasks = files.json(file)
        if not isinstance(tasks, list):
            raise DataError(f"{file.name} is no list of tasks, as Label Studio exports it. Export it again as JSON.")
        for written, choices, marks in filter(None, map(_task, tasks)):
            entry = files.find(written, file)
            if entry is None:
                skipped.add("unknown-pictures", written)
                continue
            if choices:
                said[entry.number] = Said(choices[0], split_of(entry))
                several += len(set(choices)) > 1
            for name, area in marks:
                boxes.add(entry, name, area, split_of(entry))
    numbers, title = frozenset(entry.number for entry in used), f"Label Studio export ({named(used)})"
    if said or not boxes.count:
        notes = _about_several(several)
        return Labelling(title, said, numbers, notes, skipped=skipped)
    return Labelling(title, boxes.said(), numbers, boxes.notes(), boxes.guesses(), skipped)


def _about_several(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    images = "image has" if count == 1 else "images have"
    return (f"{count:,} {images} several choices; an image has one label here, and the first choice is used.",)


def _files(files: Files) -> list[Entry]:
    return [entry for entry in files.ending(".json")[:MOST_SNIFFED] if _is_export(files.head(entry))]


def _is_export(head: str) -> bool:
    if not head.lstrip().startswith("["):
        return False
    whole = ('"annotations"' in head or '"completions"' in head) and '"data"' in head
    return whole or ('"choice"' in head and '"image"' in head)


def _task(task: Any) -> tuple[str, list[str], list[tuple[str, float]]] | None:
    """Return the picture's address, the choices and the marked places of one task."""
    if not isinstance(task, Mapping):
        return None
    inner = task.get("data")
    data = inner if isinstance(inner, Mapping) else task
    written = next((v for v in data.values() if isinstance(v, str) and is_image(v.split("?d=")[-1].split("?")[0])), "")
    if not written:
        return None
    if isinstance(task.get("choice"), str):  # JSON-MIN
        return written, [task["choice"]], []
    choices: list[str] = []
    marks: list[tuple[str, float]] = []
    for value in _values(task):
        choices += [str(choice) for choice in value.get("choices") or [] if isinstance(choice, str)]
        for kind in MARKS:
            for name in value.get(kind) or []:
                sides = [value.get(side) for side in ("width", "height")]
                numbers = [float(side) for side in sides if isinstance(side, int | float)]
                marks.append((str(name), numbers[0] * numbers[1] if len(numbers) == 2 else 0.0))
    return written, choices, marks


def _values(task: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what was said in the first annotation that was not cancelled."""
    annotations = task.get("annotations") or task.get("completions") or []
    for annotation in annotations if isinstance(annotations, list) else []:
        if isinstance(annotation, Mapping) and not annotation.get("was_cancelled"):
            results = annotation.get("result")
            for result in results if isinstance(results, list) else []:
                if isinstance(result, Mapping) and isinstance(result.get("value"), Mapping):
                    yield result["value"]
            return


LAYOUT = LayoutSpec("label-studio", "Label Studio export (JSON)", may_be, sure, label)
