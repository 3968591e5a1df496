"""Reader for files that are never opened: pickles and others; it suggests alternatives.

The others are formats of other libraries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.data.archives import is_archive, peek
from core.data.file_signatures import head
from core.data.images.class_folders import is_image
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.errors import DataError
from core.specs.dataset_types import ImportOptions, SourcePreview

_FOLDERS = "images in one folder per class (packed as ZIP), or as Parquet"


@dataclass(frozen=True)
class _Kind:
    """A format: how it is known, and what is said."""

    what: str
    why: str
    instead: str
    suffixes: tuple[str, ...] = ()
    starts: tuple[bytes, ...] = ()
    names: tuple[str, ...] = ()  # of files without a suffix


KINDS = (
    _Kind(
        "the Python version of CIFAR, which is made of pickles",
        "A pickle can run any program when it is opened, so it was not opened.",
        "Download the binary version instead (cifar-10-binary.tar.gz); it holds the same images.",
        names=(
            "batches.meta",
            "data_batch_1",
            "data_batch_2",
            "data_batch_3",
            "data_batch_4",
            "data_batch_5",
            "test_batch",
        ),
    ),
    _Kind(
        "a pickle",
        "A pickle can run any program when it is opened, so it was not opened.",
        f"Save the data itself: a table as CSV or Parquet (DataFrame.to_parquet), {_FOLDERS}.",
        (".pkl", ".pickle", ".p", ".joblib", ".pck"),
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
    ),
    _Kind(
        "a file of PyTorch",
        "Such files are pickles, which can run any program when they are opened, so it was not opened.",
        f"Save the data itself: {_FOLDERS}.",
        (".pt", ".pth", ".ckpt"),
    ),
    _Kind(
        "TensorFlow records",
        "What is in a record is known only to the program that wrote it.",
        f"Write the examples out: {_FOLDERS}, or a table.",
        (".tfrecord", ".tfrecords", ".tfrec", ".record"),
    ),
    _Kind(
        "an HDF5 file",
        "It can hold anything in any order, and is not read here.",
        f"Write out what is in it: {_FOLDERS}, arrays as NPZ (numpy.savez), a table as Parquet.",
        (".h5", ".hdf5", ".hdf"),
        (b"\x89HDF\r\n\x1a\n",),
    ),
    _Kind(
        "a MATLAB file",
        "It is not read here.",
        "Save its arrays as NPZ: numpy.savez('data.npz', images=..., labels=...), with the images along the first "
        "dimension.",
        (".mat",),
        (b"MATLAB 5.0 MAT-file",),
    ),
    _Kind(
        "a database of LMDB",
        "What is in it is known only to the program that wrote it.",
        f"Write the examples out: {_FOLDERS}.",
        (".mdb", ".lmdb"),
    ),
    _Kind("records of MXNet", "They are not read here.", f"Write the examples out: {_FOLDERS}.", (".rec",)),
    _Kind(
        "a video",
        "Images are learnt from here, not videos.",
        "Take photos out of it, such as one a second, and put those of each class into a folder of its own.",
        (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v"),
    ),
)


def accepts(path: Path) -> float:
    """Return the confidence that this is, or mostly holds, a format never opened."""
    try:
        if path.is_file() and not is_archive(path):
            return 0.6 if _kind_of_file(path) else 0.0
        if path.is_file() and path.name.lower().endswith((".pt", ".pth", ".ckpt")):
            return 0.6
        names = peek(path) if is_archive(path) else []
        named = [name for name in names if _kind_of_name(name)]
        return 0.6 if named and not any(map(is_image, names)) and 2 * len(named) >= len(names) else 0.0
    except OSError:
        return 0.0


def preview(path: Path, options: ImportOptions) -> SourcePreview:
    """Say what it is, why it is not read, and what to bring instead."""
    raise _refusal(path)


def read(path: Path, options: ImportOptions, staged: StagedDataset, progress: Progress) -> None:
    """Say so here as well."""
    raise _refusal(path)


def _refusal(path: Path) -> DataError:
    kind = (_kind_of_file(path) or _kind_of_name(path.name)) if path.is_file() else None
    what = f"{path.name} is {kind.what}" if kind else ""
    if kind is None:
        name, kind = next((name, found) for name in sorted(peek(path)) if (found := _kind_of_name(name)))
        what = f"{path.name} holds nothing that is read here: {name} is {kind.what}"
    return DataError(f"{what}. {kind.why} {kind.instead}")


def _first(fits: Callable[[_Kind], bool]) -> _Kind | None:
    return next((kind for kind in KINDS if fits(kind)), None)


def _kind_of_name(name: str) -> _Kind | None:
    last = name.rpartition("/")[2].lower()
    return _first(lambda kind: last in kind.names or last.endswith(kind.suffixes or ("\0",)) or (".tfrecord-" in last
                  and kind.what == "TensorFlow records"))  # fmt: skip


def _kind_of_file(path: Path) -> _Kind | None:
    begin = head(path, 64)
    by_content = _first(lambda kind: begin.startswith(kind.starts or (b"\0\0\0never",)))
    return by_content or _kind_of_name(path.name)


READER = ReaderSpec("not-opened", "Pickles and formats of other libraries (said, never opened)", accepts, preview, read)
