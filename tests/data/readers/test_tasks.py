"""An explicit task is obeyed or refused with a sentence, by every reader: never ignored."""

import gzip
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core import catalog
from core.data.imports.run_import import preview_source
from core.data.readers.registry import find_reader, readers
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.bad.making import classes, zip_of
from tests.data.bad.of_idx import images
from tests.data.documents.test_books import book
from tests.data.documents.writing import docx, pdf, story
from tests.data.images.drawing import png
from tests.data.tables.workbook import write_workbook

TOPICS = ("parcel", "invoice", "screen", "manual", "refund", "keyboard", "driver", "price", "battery", "cable")
ROWS = [(f"The {TOPICS[n % 10]} of day {n} came at last", "ab"[n % 2], n * 1.5) for n in range(40)]
CSV = "text,label,price\n" + "".join(f"{text},{label},{price}\n" for text, label, price in ROWS)
JSON = "[" + ",".join(f'{{"text": "{t}", "label": "{k}", "price": {p}}}' for t, k, p in ROWS) + "]"
HEAP = {f"{n}.png": png(n) for n in range(6)} | {
    "labels.csv": b"f,l\n" + b"".join(b"%d.png,%c\n" % (n, 97 + n % 2) for n in range(6))
}
YOLO = {f"images/{n}.png": png(n) for n in range(6)} | {
    f"labels/{n}.txt": b"%d 0.5 0.5 0.2 0.2\n" % (n % 2) for n in range(6)
}
YOLO |= {"data.yaml": b"names: [cat, dog]\n"}
IMAGES = pa.table({"image": [{"bytes": png(n), "path": None} for n in range(8)], "label": [0, 1] * 4})
PIXELS = ",".join(["label", *(f"pixel{n}" for n in range(64))]) + "\n" + "".join(
    ",".join([str(row % 2), *(str((n * 7 + row * 5) % 256) for n in range(64))]) + "\n" for row in range(40)
)  # fmt: skip


def parquet(table: pa.Table) -> bytes:
    file = BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


SOURCES: dict[str, tuple[str, bytes]] = {
    "csv": ("a.csv", CSV.encode()),
    "json": ("a.json", JSON.encode()),
    "parquet": ("a.parquet", parquet(pa.table([*map(list, zip(*ROWS, strict=True))], ["text", "label", "price"]))),
    "text": ("a.md", story().encode()),
    "pdf": ("a.pdf", pdf(story())),
    "docx": ("a.docx", docx(story())),
    "epub": ("a.epub", book()),
    "html": ("a.html", f"<p>{story()}</p>".encode()),
    "documents": ("a.zip", zip_of({"a.txt": story().encode(), "b.md": story(9).encode()})),
    "text-folders": ("a.zip", zip_of({f"{k}/{n}.txt": b"%d" % n * 30 for k in ("happy", "angry") for n in range(9)})),
    "table-folders": ("a.zip", zip_of({f"{k}/{n}.csv": CSV.encode() for k in ("happy", "angry") for n in "a"})),
    "fasttext": ("a.txt", "".join(f"__label__{k} {t}\n" for t, k, _ in ROWS).encode()),
    "picture-folders": ("a.zip", zip_of(classes("cats", "dogs", each=4))),
    "picture-table": ("a.zip", zip_of(HEAP)),
    "picture-layouts": ("a.zip", zip_of(YOLO)),
    "picture-parquet": ("a.parquet", parquet(IMAGES)),
    "pixel-table": ("a.csv", PIXELS.encode()),
    "idx": ("images.gz", gzip.compress(images(6))),
}  # fmt: skip


def answer(file: Path, task: str) -> str:
    try:
        return preview_source(file, ImportOptions(task=task)).options.task
    except DataError as refused:
        return str(refused)


def source(kind: str, folder: Path) -> Path:
    if kind == "spreadsheet":
        write_workbook(folder / "a.xlsx", Sheet=[("text", "label", "price"), *ROWS])
        return folder / "a.xlsx"
    name, content = SOURCES[kind]
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize("task", sorted(catalog.tasks()))
@pytest.mark.parametrize("kind", sorted({*SOURCES, "spreadsheet"} & {*readers()}))
def test_a_task_is_obeyed_or_refused(kind: str, task: str, tmp_path: Path) -> None:
    file = source(kind, tmp_path)
    assert find_reader(file).name == kind
    said = answer(file, task)
    assert said == task or (said.endswith(".") and " " in said)
    if readers()[kind].tasks.fits(task) and kind not in (
        "documents",
        "idx",
    ):
        assert said == task  # of the others: a ZIP may hold one table, pictures may lack their labels
