"""Image file names in tables and annotations, and names of class columns."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from core.data.archives import Entry
from core.data.images.class_folders import folder_of, split_above
from core.data.images.decoding import SUFFIXES

TEXTS = (".csv", ".tsv", ".tab", ".psv")
LINES, WORKBOOKS = (".jsonl", ".ndjson"), (".xlsx", ".xls", ".ods")
TABLES = (*TEXTS, *LINES, *WORKBOOKS, ".parquet")
LABEL_NAMES = {
    *("label", "labels", "class", "classes", "category", "target", "species", "breed", "diagnosis", "dx"),
    *("classid", "class_id", "class_name", "classname", "label_name", "labelname"),
}


def is_table(name: str) -> bool:
    """Tell whether a file is named as a table of labels may be."""
    return name.lower().endswith(TABLES)


class ImageNames:
    """Finds a table's image by name, with or without folder and suffix, ignoring case."""

    def __init__(self, images: Sequence[Entry]) -> None:
        self._by_name: dict[str, list[Entry]] = defaultdict(list)
        for entry in images:
            last = entry.name.rsplit("/", 1)[-1].casefold()
            self._by_name[last].append(entry)
            if (stem := _stem(last)) != last:
                self._by_name[stem].append(entry)

    def find(self, written: str, split: str = "") -> list[Entry]:
        """Return the images a name may mean: one, none, or several ambiguous ones.

        Args:
            written: As in the table.
            split: That the table says; of pictures of the same name the one in that split's folder is meant.
        """
        path = written.strip().replace("\\", "/").strip("/").removeprefix("./").casefold()
        last = path.rsplit("/", 1)[-1]
        found = self._by_name.get(last) or self._by_name.get(_stem(last)) or []
        if len(found) > 1:
            found = [entry for entry in found if _ends_with(entry.name.casefold(), path)] or found
        if len(found) > 1 and split:
            found = [entry for entry in found if split_above(folder_of(entry.name)) == split] or found
        return found


def _stem(last: str) -> str:
    return str(PurePosixPath(last).with_suffix("")) if last.endswith(SUFFIXES) and not last.startswith(".") else last


def _ends_with(name: str, path: str) -> bool:
    name, path = "/" + _stem(name), "/" + _stem(path)
    return name.endswith(path)
