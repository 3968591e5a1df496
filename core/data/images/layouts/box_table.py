"""A table of boxes: TensorFlow's and Roboflow's `_annotations.csv`, RetinaNet's, and Open Images' `*-bbox.csv`."""

from collections.abc import Mapping, Sequence

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, named, split_of
from core.data.images.boxes import Boxes
from core.data.images.csv_rows import TABLES, header, rows
from core.data.images.layout_specs import LayoutSpec
from core.data.images.layouts.open_images import class_names
from core.data.images.skip_report import SkipReport

FILES = ("filename", "file", "image", "image_id", "imageid", "img", "path", "image_name", "file_name")
CLASSES = ("class", "label", "classname", "class_name", "labelname", "name", "category")
SIDES = ("xmin", "xmax", "ymin", "ymax")
CORNERS: tuple[dict[str, str], ...] = ({"x1": "xmin", "y1": "ymin", "x2": "xmax", "y2": "ymax"}, {})
MOST_TABLES = 20


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is a table."""
    return any(name.lower().endswith(TABLES) for name in names)


def sure(files: Files) -> float:
    """Tell how sure it is: columns for a file, a class and four sides."""
    return 0.98 if _tables(files) else 0.0


def label(files: Files) -> Labelling:
    """Return the class of each picture's largest box."""
    boxes, skipped, used = Boxes(), SkipReport(), _tables(files)
    names, noted = class_names(files)
    for table in used:
        for row in rows(files, table):
            written, name = (next((row[key] for key in keys if row.get(key)), "") for keys in (FILES, CLASSES))
            entry = files.find(written, table) if written else None
            if entry is None:
                skipped.add("unknown-pictures", written)
            elif name:
                boxes.add(entry, names.get(name, name), _area(row), split_of(entry, table))
    numbers = frozenset(entry.number for entry in [*used, *noted])
    return Labelling(
        f"a table of boxes ({named(used)})", boxes.said(), numbers, boxes.notes(), boxes.guesses(), skipped
    )


def _tables(files: Files) -> list[Entry]:
    return [entry for entry in files.ending(*TABLES)[:MOST_TABLES] if _is_of_boxes(set(header(files, entry)))]


def _is_of_boxes(names: set[str]) -> bool:
    return (
        bool(names & {*FILES})
        and bool(names & {*CLASSES})
        and any({*SIDES} <= {renamed.get(name, name) for name in names} for renamed in CORNERS)
    )


def _area(row: Mapping[str, str]) -> float:
    renamed = {CORNERS[0].get(key, key): value for key, value in row.items()}
    try:
        left, right, top, bottom = (float(renamed.get(side) or 0) for side in SIDES)
    except ValueError:
        return 0.0
    return (right - left) * (bottom - top)


LAYOUT = LayoutSpec("box-table", "A CSV of boxes (TensorFlow, Roboflow, Open Images)", may_be, sure, label)
