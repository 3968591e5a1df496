"""CSV files of annotations as tools write them: commas, a header, UTF-8."""

import csv
from collections.abc import Iterator

from core.data.archives import Entry
from core.data.images.annotated import Files

TABLES = (".csv",)


def header(files: Files, entry: Entry) -> list[str]:
    """Return the names of a table's columns, lower case."""
    first = files.head(entry).lstrip("\r\n").splitlines()[:1]
    try:
        return [name.strip().lower() for name in next(csv.reader(first), [])]
    except csv.Error:
        return []


def rows(files: Files, entry: Entry) -> Iterator[dict[str, str]]:
    """Yield the rows of a table by lowercase column; a broken row ends them."""
    lines = csv.reader(files.text(entry).splitlines())
    try:
        names = [name.strip().lower() for name in next(lines, [])]
        for values in lines:
            yield dict(zip(names, (value.strip() for value in values), strict=False))
    except csv.Error:
        return
