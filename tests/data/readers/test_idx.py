import gzip
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.data.images.decoding import decode
from core.data.readers.idx import READER
from core.data.staging import StagedDataset
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import lay_out, pack
from tests.data.images.taking import Watched, take


def idx(numbers: NDArray[np.uint8], packed: bool = True) -> bytes:
    content = bytes((0, 0, 8, numbers.ndim)) + struct.pack(f">{numbers.ndim}I", *numbers.shape) + numbers.tobytes()
    return gzip.compress(content) if packed else content


def images(count: int, seed: int = 0, side: int = 6) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, side, side), np.uint8)


def labels(count: int, classes: int = 3) -> NDArray[np.uint8]:
    return (np.arange(count) % classes).astype(np.uint8)


def mnist(packed: bool = True) -> dict[str, bytes]:
    end = ".gz" if packed else ""
    return {
        f"t10k-images-idx3-ubyte{end}": idx(images(4, 1), packed),
        f"t10k-labels-idx1-ubyte{end}": idx(labels(4), packed),
        f"train-images-idx3-ubyte{end}": idx(images(9), packed),
        f"train-labels-idx1-ubyte{end}": idx(labels(9), packed),
    }


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("kind", ["zip", "folder", "nested"])
def test_mnist_comes_in_with_its_test_pictures_kept_apart(tmp_path: Path, kind: str, packed: bool) -> None:
    files = {("raw/" if kind == "nested" else "") + name: content for name, content in mnist(packed).items()}
    source = pack(tmp_path / "a.zip", files) if kind == "zip" else lay_out(tmp_path / "a", files)
    assert READER.accepts(source) == 0.97
    taken = take(READER, source, tmp_path)
    assert taken.preview.classes == {"0": 5, "1": 4, "2": 4}
    assert [(row["label"], row["given"], row["source"]) for row in taken.rows[7:11]] == [
        ("1", "train", 8),
        ("2", "train", 9),
        ("0", "test", 1),
        ("1", "test", 2),
    ]
    assert taken.staged.labels == ("0", "1", "2")
    assert np.array_equal(np.asarray(decode(taken.content(2))), images(9)[2])
    assert taken.content(2).startswith(b"\x89PNG")
    assert {(row["width"], row["height"], row["channels"]) for row in taken.rows} == {(6, 6, 1)}
    assert taken.findings == {}


def test_one_pair_says_nothing_about_splits(tmp_path: Path) -> None:
    files = {"a.gz": idx(images(6)), "b.gz": idx(labels(6))}  # called anything
    source = lay_out(tmp_path / "pair", files)
    assert READER.accepts(source) == 0.93
    assert {row["given"] for row in take(READER, source, tmp_path).rows} == {""}


def test_a_file_finds_its_partner_beside_it(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "a", mnist())
    taken = take(READER, folder / "train-images-idx3-ubyte.gz", tmp_path)
    assert (READER.accepts(folder / "train-labels-idx1-ubyte.gz"), len(taken.rows)) == (0.95, 9)


def test_colour_pictures_come_in(tmp_path: Path) -> None:
    color = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3), np.uint8)
    source = lay_out(tmp_path / "a", {"x-images-idx4-ubyte": idx(color, False), "x-labels-idx1-ubyte": idx(labels(4))})
    taken = take(READER, source, tmp_path)
    assert (taken.rows[0]["width"], taken.rows[0]["height"], taken.rows[0]["channels"]) == (6, 5, 3)


def test_classes_can_be_named(tmp_path: Path) -> None:
    source = lay_out(tmp_path / "a", mnist())
    taken = take(READER, source, tmp_path, label_map={"0": "shirt", "1": "coat", "2": ""})
    assert taken.staged.labels == ("shirt", "coat")
    assert taken.preview.classes == {"shirt": 5, "coat": 4}
    assert taken.findings["dropped-labels"].count == 4


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"train-images-idx3-ubyte.gz": idx(images(3))},
            "train-images-idx3-ubyte.gz holds images, but the file with their labels is missing (it is usually "
            "called 'train-labels-idx1-ubyte.gz'). Import both together, in one folder or ZIP.",
        ),
        (
            {"train-labels-idx1-ubyte": idx(labels(3), False)},
            "train-labels-idx1-ubyte holds labels, but the file with their images is missing (it is usually called "
            "'train-images-idx3-ubyte')",
        ),
        (
            {"train-images-idx3-ubyte": idx(images(3)), "train-labels-idx1-ubyte": idx(labels(4))},
            "train-images-idx3-ubyte holds 3 images, but train-labels-idx1-ubyte 4 labels.",
        ),
        (
            {"train-images-idx3-ubyte": idx(images(3), False)[:-40], "train-labels-idx1-ubyte": idx(labels(3))},
            "train-images-idx3-ubyte says that it holds 3 images of 6 x 6 pixels, but ends after 1: it was cut off.",
        ),
        (
            {"train-images-idx3-ubyte": idx(images(3), False) + b"!", "train-labels-idx1-ubyte": idx(labels(3))},
            "train-images-idx3-ubyte holds more than the 3 images of 6 x 6 pixels that it says.",
        ),
        (
            {"train-images-idx3-ubyte.gz": idx(images(99))[:-900], "train-labels-idx1-ubyte": idx(labels(99))},
            "train-images-idx3-ubyte.gz is damaged or was cut off on its way.",
        ),
        (
            {"train-images-idx3-ubyte": idx(images(3)), "train-labels-idx1-ubyte": idx(labels(3, 1))},
            "All images of a have the same label.",
        ),
        (
            {f"{name}-{kind}": idx(numbers)
             for name in ("digits", "letters") for kind, numbers in (("images", images(3)), ("labels", labels(3)))},
            "a holds several sets of images (digits-images, letters-images). Import one set at a time",
        ),
        ({"train-images-idx3-ubyte.gz": b"nothing"}, "a holds no idx files that can be read"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(tmp_path: Path, files: dict[str, bytes], sentence: str) -> None:
    source = lay_out(tmp_path / "a", files)
    with pytest.raises(DataError) as refused:
        take(READER, source, tmp_path)
    assert str(refused.value).startswith(sentence)


def test_other_files_are_not_claimed(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"text,label\ngood,1\n"))
    (tmp_path / "b").write_bytes(b"\0\0\x08\x03")
    assert READER.accepts(tmp_path / "a.gz") == 0.0
    assert READER.accepts(tmp_path / "b") == 0.0


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.booleans(), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 255)), max_size=4), st.integers(0, 200))
def test_any_bytes_are_read_or_refused_in_words(
    tmp_path: Path, packed: bool, changes: list[tuple[int, int]], keep: int
) -> None:
    content = bytearray(idx(images(4), packed))
    for place, value in changes:
        content[place] = value
    files = {"train-images-idx3-ubyte": bytes(content[: keep or None]), "train-labels-idx1-ubyte": idx(labels(4))}
    source = lay_out(tmp_path / "random", files)
    READER.accepts(source)
    with suppress(DataError):
        staged = StagedDataset(tmp_path, "image-classification")
        READER.read(source, READER.preview(source, ImportOptions()).options, staged, Watched())
        staged.close()
