import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.images.decoding import decode
from core.data.imports.run_import import preview_source
from core.data.readers.pixel_table import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.images.taking import take


def digits(count: int, side: int = 8, channels: int = 1) -> np.ndarray:
    """Soft blobs at changing places, (count, side, side, channels)."""
    ys, xs = np.mgrid[:side, :side] / side
    grids = [np.exp(-((xs - 0.3 - 0.05 * i) ** 2 + (ys - 0.4) ** 2) * 9) for i in range(count)]
    scale = np.array([1.0, 0.6, 0.3])[:channels]
    return np.asarray(np.rint(np.stack(grids)[..., None] * scale * 255), dtype=np.uint8)


def lines(rows: Sequence[Sequence[object]], header: Sequence[str] = (), separator: str = ",") -> str:
    told = [header] if header else []
    return "\n".join(separator.join(map(str, row)) for row in [*told, *rows]) + "\n"


def numbers(image: np.ndarray) -> list[int]:
    return [int(value) for value in image.ravel()]


NAMES = [f"pixel{i}" for i in range(64)]
ROWS = [[i % 2, *numbers(image)] for i, image in enumerate(digits(6))]
TABLES = {
    "kaggle": lines(ROWS, ["label", *NAMES]),
    "one by one": lines(ROWS, ["label", *(f"{1 + i // 8}x{1 + i % 8}" for i in range(64))]),
    "no header": lines(ROWS),
    "label last": lines([[*pixels, label] for label, *pixels in ROWS], [*NAMES, "class"]),
    "numbered": lines(ROWS, ["0", *(f"0.{i}" for i in range(1, 65))]),
    "semicolons, with a number": lines([[9, *row] for row in ROWS], ["id", "label", *NAMES], ";"),
    "one column": lines([[row[0], " ".join(map(str, row[1:]))] for row in ROWS], ["emotion", "pixels"]),
}


@pytest.mark.parametrize("case", TABLES)
def test_rows_of_pixels_are_pictures(tmp_path: Path, case: str) -> None:
    source = tmp_path / "train.csv"
    source.write_text(TABLES[case])
    assert find_reader(source).name == "pixel-table"
    taken = take(READER, source, tmp_path)
    assert taken.preview.classes == {"0": 3, "1": 3}
    assert [row["label"] for row in taken.rows] == ["0", "1"] * 3
    for position, image in enumerate(digits(6)):
        assert np.array_equal(np.asarray(decode(taken.content(position))), image[..., 0])


@pytest.mark.parametrize("woven", [True, False])
def test_colours_are_put_together_as_they_came(tmp_path: Path, woven: bool) -> None:
    images = digits(4, side=12, channels=3)
    rows = [[i % 2, *numbers(p if woven else p.transpose(2, 0, 1))] for i, p in enumerate(images)]
    (source := tmp_path / "rgb.csv").write_text(lines(rows, ["label", *(f"pixel{i:04}" for i in range(432))]))
    taken = take(READER, source, tmp_path)
    assert taken.preview.format == "Table of pixels: images of 12 x 12, in colour"
    assert np.array_equal(np.asarray(decode(taken.content(0))), images[0])


def test_brightness_of_other_ranges_is_stretched_and_said(tmp_path: Path) -> None:
    rows = [[i % 2, *(value // 16 for value in numbers(image))] for i, image in enumerate(digits(4))]
    (source := tmp_path / "digits.csv").write_text(lines(rows, ["label", *NAMES]))
    taken = take(READER, source, tmp_path)
    assert [g.value for g in taken.preview.guesses if g.about == "Brightness"] == ["0 to 16"]
    assert np.asarray(decode(taken.content(0))).max() == 239  # 15 of 16


def test_parts_of_a_competition_keep_their_split_and_unlabelled_ones_are_named(tmp_path: Path) -> None:
    source = tmp_path / "set.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("mnist_train.csv", TABLES["kaggle"])
        archive.writestr("mnist_test.csv", TABLES["kaggle"])
        archive.writestr("unlabelled.csv", lines([row[1:] for row in ROWS], NAMES))
    taken = take(READER, source, tmp_path)
    assert [row["given"] for row in taken.rows] == ["test"] * 6 + ["train"] * 6
    assert "unlabelled.csv has no column of labels" in " ".join(taken.preview.notes)


def test_a_column_can_name_the_parts(tmp_path: Path) -> None:
    usage = ["Training", "Training", "Training", "Training", "PublicTest", "PrivateTest"]
    rows = [[row[0], " ".join(map(str, row[1:])), use] for row, use in zip(ROWS, usage, strict=True)]
    (source := tmp_path / "fer2013.csv").write_text(lines(rows, ["emotion", "pixels", "Usage"]))
    taken = take(READER, source, tmp_path)
    assert [row["given"] for row in taken.rows] == ["train"] * 4 + ["validation", "test"]


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    (source := tmp_path / "train.csv").write_text(TABLES["kaggle"] + "1,5,5\n")
    with pytest.raises(DataError, match=r"Line 8 of train\.csv does not hold 64 numbers"):
        take(READER, source, tmp_path)


def test_wide_tables_of_other_things_stay_tables(tmp_path: Path) -> None:
    chance = np.random.default_rng(0).integers(0, 256, (30, 65))
    (source := tmp_path / "sensors.csv").write_text(lines(chance.tolist(), [f"s{i}" for i in range(65)]))
    assert find_reader(source).name == "csv"


def test_an_explicit_task_is_obeyed(tmp_path: Path) -> None:
    (source := tmp_path / "train.csv").write_text(TABLES["kaggle"])
    assert preview_source(source, ImportOptions(task="tabular-regression")).options.target_column == "label"
    assert preview_source(source, ImportOptions(task="image-classification")).kind == "pictures"
    image = tmp_path / "cat.zip"
    with zipfile.ZipFile(image, "w") as archive:
        for label in ("cat", "dog"):
            Image.new("L", (9, 9)).save(tmp_path / "a.png")
            archive.write(tmp_path / "a.png", f"{label}/a.png")
    with pytest.raises(DataError, match="holds images"):
        preview_source(image, ImportOptions(task="text-classification"))
