"""A table with a 0/1 column for each class, such as Roboflow's `_classes.csv`."""

from collections.abc import Sequence

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.csv_rows import TABLES, header, rows
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport

FILES = ("filename", "file", "image", "image_id", "img", "path", "image_name", "id", "name", "file_name")
MOST_TABLES = 20
LOOKED_AT = 200  # rows that say whether a table is one
_FLAGS = {"0", "1", "0.0", "1.0", "-1", "true", "false"}
_ON = {"1", "1.0", "true"}


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is a table."""
    return any(name.lower().endswith(TABLES) for name in names)


def sure(files: Files) -> float:
    """Return the layout's confidence: a name column, then ones and zeros, mostly one-hot."""
    return 0.97 if any(_classes(files, entry) for entry in files.ending(*TABLES)[:MOST_TABLES]) else 0.0


def label(files: Files) -> Labelling:
    """Return the class whose column is 1; skip and count images without exactly one."""
    said, skipped, used = {}, SkipReport(), []
    for table in files.ending(*TABLES)[:MOST_TABLES]:
        classes = _classes(files, table)
        if not classes:
            continue
        used.append(table)
        for row in rows(files, table):
            written = next((row[name] for name in FILES if row.get(name)), "")
            on = [name for name in classes if row.get(name, "").lower() in _ON]
            entry = files.find(written, table) if written else None
            if entry is None:
                skipped.add("unknown-pictures", written)
            elif len(on) == 1:
                said[entry.number] = Said(on[0], split_of(entry, table))
            elif on:
                skipped.add("several-classes", entry.name)
    title = f"a column of ones and zeros for each class ({named(used)})"
    return Labelling(title, said, frozenset(entry.number for entry in used), skipped=skipped)


def _classes(files: Files, table: Entry) -> list[str]:
    """Return the columns that are classes; none if this is no such table."""
    names = header(files, table)
    written = next((name for name in FILES if name in names), "")
    classes = [name for name in names if name and name != written]
    if not written or len(classes) < 2:
        return []
    ones, count = 0, 0
    for row in rows(files, table):
        values = [row.get(name, "").lower() for name in classes]
        if not set(values) <= _FLAGS:
            return []
        ones += sum(value in _ON for value in values) == 1
        count += 1
        if count >= LOOKED_AT:
            break
    return classes if count and 2 * ones > count else []


LAYOUT = LayoutSpec("one-hot", "A CSV with a column of ones and zeros for each class", may_be, sure, label)
