"""Pictures beside a table of labels that does not fit them."""

from pathlib import Path

from tests.data.bad.bad_file import BadFile
from tests.data.bad.making import Make, zipped
from tests.data.images.drawing import lay_out, png

TWELVE = [f"{n}.png" for n in range(12)]


def heap(table: str, count: int = 12) -> Make:
    """Return what writes pictures 0.png, 1.png ... and labels.csv into one ZIP."""
    return zipped(lambda: {f"{n}.png": png(n) for n in range(count)} | {"labels.csv": table.encode()})


def labels(*names: str) -> str:
    """Return a table that calls these pictures dog and cat in turn."""
    rows = "".join(f"{name},{'cat' if n % 2 else 'dog'}\n" for n, name in enumerate(names))
    return f"file,label\n{rows}"


def without_images(place: Path) -> Path:
    """Make a table beside a folder that should hold its pictures and is empty."""
    made = lay_out(place / "Photos", {"labels.csv": labels(*TWELVE).encode()})
    (made / "images").mkdir()
    return made


BAD_FILES = (
    BadFile(
        "a table that names images that are not there",
        heap(labels(*TWELVE, "12.png", "13.png")),
        "2 rows of the table name images that are not there.",
        finding="missing-pictures",
    ),
    BadFile(
        "a table that leaves images out",
        heap(labels(*TWELVE), count=15),
        "3 images have no label in the table and were left out.",
        finding="missing-labels",
    ),
    BadFile(
        "a table that names other images",
        heap(labels(*(f"IMG_{n}.png" for n in range(12)))),
        "No column of labels.csv holds the names of the images; it has 'file', 'label', and its first row begins "
        "with 'IMG_0.png'. One column must hold each image's file name, with or without folder and suffix.",
    ),
    BadFile(
        "a table that names an image twice",
        heap(labels(*TWELVE) + "0.png,cat\n"),
        "1 row of the table names an image that an earlier row gives another label; the earlier label was kept.",
        finding="repeated-rows",
    ),
    BadFile(
        "a table without labels",
        heap("file\n" + "\n".join(TWELVE) + "\n"),
        "labels.csv names images in its column 'file', but no column says what they show. Add a column 'label' "
        "with one class for each image.",
    ),
    BadFile(
        "a table of one label",
        heap("file,label\n" + "".join(f"{name},cat\n" for name in TWELVE)),
        "There is only one label, 'cat', for the images in the column 'label' of labels.csv. A model learns by "
        "telling classes apart: add images and rows with at least one other label, or choose another label column.",
    ),
    BadFile(
        "a table with a label for each image",
        heap("file,label\n" + "".join(f"{name},cat {name}\n" for name in TWELVE)),
        "Nearly every image has a label of its own in the column 'label' of labels.csv: 12 labels for 12 "
        "images. A model learns from several examples of each: choose another label column, or give the same "
        "label to images that show the same.",
    ),
    BadFile(
        "a table of labels in a ZIP without images",
        zipped(lambda: {"labels.csv": labels(*TWELVE).encode()}),
        "labels.csv names images in its column 'file' (such as 0.png), but the images are not with it. Put the "
        "images and this table into one folder or ZIP, and import that.",
    ),
    BadFile(
        "a table of labels beside an empty folder",
        without_images,
        "labels.csv names images in its column 'file' (such as 0.png), but the images are not with it. Put the "
        "images and this table into one folder or ZIP, and import that.",
    ),
)
