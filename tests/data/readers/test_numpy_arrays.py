import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.data.images.decoding import decode
from core.data.imports.run_import import preview_source
from core.data.readers import binary_records
from core.data.readers.numpy_arrays import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import lay_out
from tests.data.images.taking import Taken, take

GREY = np.random.default_rng(0).integers(0, 256, (8, 12, 12), np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (8, 12, 12, 3), np.uint8)
LABELS = np.array([0, 1] * 4)


def npz(file: Path, **arrays: np.ndarray) -> Path:
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file


def pixels(taken: Taken) -> np.ndarray:
    return np.stack([np.asarray(decode(taken.content(i))) for i in range(len(taken.rows))])


def test_medmnist_comes_with_its_parts(tmp_path: Path) -> None:
    source = npz(
        tmp_path / "bloodmnist.npz",
        train_images=COLOUR, train_labels=LABELS[:, None], val_images=COLOUR[:4], val_labels=LABELS[:4, None],
        test_images=COLOUR[::2], test_labels=LABELS[:4, None],
    )  # fmt: skip
    assert find_reader(source).name == "numpy-arrays"
    taken = take(READER, source, tmp_path)
    given = [row["given"] for row in taken.rows]
    assert (given.count("train"), given.count("validation"), given.count("test")) == (8, 4, 4)
    assert taken.preview.classes == {"0": 8, "1": 8}
    train = [i for i, split in enumerate(given) if split == "train"]
    assert np.array_equal(pixels(taken)[train], COLOUR)


@pytest.mark.parametrize(
    ("arrays", "right"),
    [
        ({"x_train": GREY, "y_train": LABELS}, GREY),
        ({"X": GREY.reshape(8, 144), "y": LABELS}, GREY),
        ({"data": COLOUR.transpose(0, 3, 1, 2), "target": np.eye(2)[LABELS]}, COLOUR),
        ({"images": GREY[..., None], "labels": np.array(["0", "1"] * 4)}, GREY),
        ({"images": (GREY / 255).astype(np.float32), "labels": LABELS.astype(float)}, GREY),
        ({"images": np.asfortranarray(GREY), "labels": LABELS}, GREY),
    ],
)
def test_arrays_in_other_shapes(tmp_path: Path, arrays: dict[str, np.ndarray], right: np.ndarray) -> None:
    taken = take(READER, npz(tmp_path / "a.npz", **arrays), tmp_path)
    assert [row["label"] for row in taken.rows] == ["0", "1"] * 4
    assert np.array_equal(pixels(taken), right)


def test_files_beside_each_other_are_pairs_or_classes(tmp_path: Path) -> None:
    def saved(array: np.ndarray) -> bytes:
        np.save(file := io.BytesIO(), array)
        return file.getvalue()

    kuzushiji = tmp_path / "kmnist"
    kuzushiji.mkdir()
    npz(kuzushiji / "kmnist-train-imgs.npz", arr_0=GREY)
    npz(kuzushiji / "kmnist-train-labels.npz", arr_0=LABELS)
    assert preview_source(kuzushiji, ImportOptions()).classes == {"0": 4, "1": 4}
    drawn = {f"full_numpy_bitmap_{name}.npy": saved(GREY.reshape(8, 144)) for name in ("cat", "dog")}
    preview = preview_source(lay_out(tmp_path / "quickdraw", drawn), ImportOptions())
    assert preview.classes == {"cat": 8, "dog": 8}
    assert preview.guesses[0].about == "Classes"


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    source = npz(tmp_path / "a.npz", images=np.array([{"run": "me"}], dtype=object))
    with pytest.raises(DataError, match="pickle"):
        preview_source(source, ImportOptions())


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"images": GREY}, "no labels"),
        ({"images": GREY, "labels": LABELS[:3]}, "no labels"),
        ({"weights": np.zeros(5)}, "no array of images"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(DataError, match=said):
        preview_source(npz(tmp_path / "a.npz", **arrays), ImportOptions())


def test_a_header_that_promises_more_than_there_is(tmp_path: Path) -> None:
    np.save(file := io.BytesIO(), GREY)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("images.npy", file.getvalue()[:500])
        np.save(labels := io.BytesIO(), LABELS)
        archive.writestr("labels.npy", labels.getvalue())
    with pytest.raises(DataError, match="cut off"):
        take(READER, tmp_path / "a.npz", tmp_path)


def test_cifar_and_stl_in_plain_bytes(tmp_path: Path) -> None:
    images = np.random.default_rng(2).integers(0, 256, (4, 32, 32, 3), np.uint8)
    records = b"".join(bytes([i % 2]) + p.transpose(2, 0, 1).tobytes() for i, p in enumerate(images))
    files = {"data_batch_1.bin": records, "test_batch.bin": records, "batches.meta.txt": b"airplane\nautomobile\n\n"}
    taken = take(binary_records.READER, lay_out(tmp_path / "cifar-10-batches-bin", files), tmp_path)
    assert taken.preview.classes == {"airplane": 4, "automobile": 4}
    assert [row["given"] for row in taken.rows] == ["train"] * 4 + ["test"] * 4
    assert np.array_equal(pixels(taken)[:4], images)
    large = np.random.default_rng(3).integers(0, 256, (2, 96, 96, 3), np.uint8)
    files = {"train_X.bin": large.transpose(0, 3, 2, 1).tobytes(), "train_y.bin": bytes([1, 2]),
             "class_names.txt": b"airplane\nbird\n", "unlabeled_X.bin": b""}  # fmt: skip
    taken = take(binary_records.READER, lay_out(tmp_path / "stl10_binary", files), tmp_path)
    assert taken.preview.classes == {"airplane": 1, "bird": 1}
    assert np.array_equal(pixels(taken), large)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("data.pkl", b"\x80\x04\x95", "is a pickle. A pickle can run any program"),
        ("train.h5", b"\x89HDF\r\n\x1a\n", "is an HDF5 file"),
        ("train_32x32.mat", b"MATLAB 5.0 MAT-file, Platform", "is a MATLAB file"),
        ("train.tfrecord", b"\x11\x22", "is TensorFlow records"),
        ("cats.mp4", b"\0\0\0\x20ftypisom", "is a video"),
        ("train.tfrecord-00000-of-00002", b"\x11\x22", "is TensorFlow records"),
    ],
)
def test_what_is_never_opened_is_named_with_a_way_out(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content + bytes(200))
    with pytest.raises(DataError, match=said):
        preview_source(tmp_path / name, ImportOptions())


def test_the_pickled_cifar_is_named_as_that(tmp_path: Path) -> None:
    files = dict.fromkeys(("batches.meta", "data_batch_1", "test_batch", "readme.html"), b"\x80\x02}q\0.")
    with pytest.raises(DataError, match="binary version"):
        preview_source(lay_out(tmp_path / "cifar-10-batches-py", files), ImportOptions())
