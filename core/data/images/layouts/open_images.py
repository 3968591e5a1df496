"""Open Images: `ImageID, LabelName, Confidence` in one CSV, and what `/m/0abc` means in another."""

import csv
from collections.abc import Sequence

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said, named, split_of
from core.data.images.csv_rows import TABLES, header, rows
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.specs.dataset_types import Guess


def may_be(names: Sequence[str]) -> bool:
    """Tell whether there is a table."""
    return any(name.lower().endswith(TABLES) for name in names)


def sure(files: Files) -> float:
    """Tell how sure it is: by the names of the columns."""
    return 0.975 if _tables(files) else 0.0


def label(files: Files) -> Labelling:
    """Return the surest label of each picture; of equally sure ones the first."""
    best: dict[int, tuple[float, Said]] = {}
    several: set[int] = set()
    skipped, used = SkipReport(), _tables(files)
    names, noted = class_names(files)
    for table in used:
        for row in rows(files, table):
            sure_of = _number(row.get("confidence", "1"))
            entry = files.find(row.get("imageid", ""), table) if row.get("imageid") else None
            if entry is None:
                skipped.add("unknown-pictures", row.get("imageid", ""))
            elif sure_of > 0 and (name := row.get("labelname")):  # 0: somebody looked, and it is not there
                if entry.number in best:
                    several.add(entry.number)
                if entry.number not in best or sure_of > best[entry.number][0]:
                    best[entry.number] = (sure_of, Said(names.get(name, name), split_of(entry, table)))
    numbers = frozenset(entry.number for entry in [*used, *noted])
    said = {number: one for number, (_, one) in best.items()}
    why = f"{len(several):,} images have several labels, and an image has one here"
    guesses = (Guess("Label", "the most confident of each image, else its first", why),) if several else ()
    return Labelling(f"Open Images labels ({named(used)})", said, numbers, (), guesses, skipped)


def class_names(files: Files) -> tuple[dict[str, str], list[Entry]]:
    """Return what codes such as "/m/011k07" mean, and the file that says so."""
    for entry in files.ending(".csv"):
        if "class-descriptions" in entry.name.lower() or "class_descriptions" in entry.name.lower():
            pairs = [pair for pair in csv.reader(files.lines(entry)) if len(pair) >= 2]
            return {code: name for code, name, *_ in pairs}, [entry]
    return {}, []


def _tables(files: Files) -> list[Entry]:
    found = [(entry, set(header(files, entry))) for entry in files.ending(*TABLES)[:20]]
    return [entry for entry, names in found if {"imageid", "labelname"} <= names and "xmin" not in names]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


LAYOUT = LayoutSpec("open-images", "Open Images labels (CSV)", may_be, sure, label)
