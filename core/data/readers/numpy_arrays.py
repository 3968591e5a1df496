"""Reader for images in NumPy files.

They include MedMNIST, Keras' mnist.npz, KMNIST, Quick, Draw! and what users save.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.archives import is_archive, open_archive, peek
from core.data.images.annotated import Said
from core.data.images.arrays import ArrayPart, ArraySource, array_reader, check_several, eight_bits, range_of, sides_of
from core.data.images.class_folders import split_named
from core.data.images.npy_format import NpyFile, recognise
from core.data.wording import listed
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions

SUFFIXES = (".npz", ".npy")
MOST_FILES = 400
LEAST_SIDE, LARGEST_SIDE = 4, 4096  # pixels
LABELS = {"labels", "label", "y", "target", "targets", "labs", "classes", "class", "lbl", "ys"}
IMAGE_ARRAYS = {"images", "image", "imgs", "img", "x", "data", "pictures", "pixels", "features", "xs", "arr", "0"}


def accepts(path: Path) -> float:
    """Tell how sure it is that this holds arrays of pictures."""
    if path.is_file() and not path.name.lower().endswith(SUFFIXES):
        if not is_archive(path):
            return 0.0
    elif path.is_file():
        return 0.97
    names = peek(path) if is_archive(path) else []
    arrays = [name for name in names if name.lower().endswith(SUFFIXES)]
    return 0.95 if arrays and 2 * len(arrays) > len(names) else 0.0


@contextmanager
def _source(path: Path, _options: ImportOptions) -> Iterator[ArraySource]:
    with _opened(path) as files:
        parts, notes, guesses = _parts(path, files)
        yield ArraySource(parts, _title(files), notes, guesses)


@contextmanager
def _opened(path: Path) -> Iterator[list[NpyFile]]:
    """Give every array of a file, folder or ZIP."""
    found: list[NpyFile | None] = []
    with ExitStack() as stack:
        if path.is_file() and path.name.lower().endswith(".npy"):
            found.append(recognise(path.name, lambda: path.open("rb")))
        else:
            archive = stack.enter_context(open_archive(path))
            for entry in [e for e in archive.entries() if e.name.lower().endswith(".npy")][:MOST_FILES]:
                found.append(recognise(entry.name, partial(archive.open, entry)))
            packed = sorted(path.rglob("*.npz"))[:MOST_FILES] if path.is_dir() else []
            for file in (file for file in packed if file.is_file() and not file.is_symlink()):
                inner = stack.enter_context(open_archive(file))
                for entry in inner.entries():
                    found.append(recognise(f"{file.stem}/{entry.name}", partial(inner.open, entry)))
        yield [file for file in found if file is not None]


def _parts(path: Path, files: Sequence[NpyFile]) -> tuple[list[ArrayPart], list[str], list[Guess]]:
    """Return images with labels, a report of the rest, and what was guessed."""
    labels = [file for file in files if _holds_labels(file)]
    images = [file for file in files if file not in labels and _image_shape(file)]
    if not images:
        shapes = listed([f"{file.name}: {' x '.join(map(str, file.shape))}" for file in files])
        raise DataError(
            f"{path.name} holds no array of images. Images are arrays of (count, height, width) or (count, height, "
            f"width, 3). {f'What is in it: {shapes}.' if files else 'Nothing in it can be read as plain numbers.'}"
        )
    pairs = [(file, _labels_of(file, images, labels)) for file in images]
    joined = [(file, label) for file, label in pairs if label is not None]
    notes = [_note(file) for file in images]
    if not joined and not labels and len(images) > 1:  # a file for each class, as Quick, Draw! has them
        classes = {file.name: _stem(file.name) for file in images}
        guess = Guess("Classes", f"the files' names: {listed(sorted(classes.values()))}", "no array holds labels")
        return [_part(file, _split(file.name), None, classes[file.name]) for file in images], notes, [guess]
    check_several(joined, path.name)
    notes += [f"{file.name} has no labels and is left out." for file, label in pairs if label is None]
    splits = [_split(file.name) for file, _ in joined]
    single = len(joined) == 1
    parts = [_part(f, "" if single else s, label, "") for (f, label), s in zip(joined, splits, strict=True)]
    return parts, notes, _guesses(joined)


def _part(file: NpyFile, split: str, labels: NpyFile | None, label: str) -> ArrayPart:
    def said() -> Iterator[Said]:
        if labels is None:
            yield from (Said(label, split) for _ in range(file.shape[0]))
        else:
            yield from (Said(one, split) for batch in labels.batches() for one in _as_texts(batch))

    def examples() -> Iterator[tuple[NDArray[np.uint8], Said]]:
        smallest, largest = _reach(file)
        pixels = (one for batch in file.batches() for one in eight_bits(_in_rows(file, batch), largest, smallest))
        yield from zip(pixels, said(), strict=False)

    return ArrayPart(file.name.removesuffix(".npy"), said, examples)


def _image_shape(file: NpyFile) -> tuple[int, ...]:
    """Return an array's image shape, (H, W) or (H, W, C); () if none."""
    if file.kind.kind not in "uifb":
        return ()
    if len(file.shape) == 2:
        side, channels = sides_of(file.shape[1])
        return ((side, side) if channels == 1 else (side, side, 3)) if side else ()
    if len(file.shape) == 3:
        return file.shape[1:] if _fit(file.shape[1:]) else ()
    if len(file.shape) == 4 and file.shape[3] in (1, 3, 4) and _fit(file.shape[1:3]):
        return file.shape[1:]
    return file.shape[1:] if len(file.shape) == 4 and file.shape[1] in (1, 3) and _fit(file.shape[2:]) else ()


def _fit(sides: Sequence[int]) -> bool:
    return all(LEAST_SIDE <= side <= LARGEST_SIDE for side in sides)


def _in_rows(file: NpyFile, batch: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return a batch as (n, H, W) or (n, H, W, 3)."""
    shape = _image_shape(file)
    if batch.ndim == 2:
        return batch.reshape(len(batch), *shape)
    if batch.ndim == 4 and batch.shape[3] not in (1, 3, 4):
        batch = batch.transpose(0, 2, 3, 1)
    if batch.ndim == 4:
        return np.ascontiguousarray(batch[..., 0] if batch.shape[3] == 1 else batch[..., :3])
    return batch


def _reach(file: NpyFile) -> tuple[float, float]:
    """Return the smallest and the largest number among the first pictures."""
    first = next(file.batches())
    finite = first[np.isfinite(first)] if first.dtype.kind == "f" else first
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _holds_labels(file: NpyFile) -> bool:
    words = set(_words(file.name))
    if len(file.shape) == 1 or (len(file.shape) == 2 and file.shape[1] == 1):
        return file.kind.kind in "uifbUS"
    return len(file.shape) == 2 and bool(words & LABELS) and file.kind.kind in "uifb" and file.shape[1] <= 1000


def _labels_of(file: NpyFile, images: Sequence[NpyFile], labels: Sequence[NpyFile]) -> NpyFile | None:
    """Return the labels of an image array.

    Their name equals the images' but for "images" and "labels", and they are as many.
    """
    fitting = [one for one in labels if one.shape[0] == file.shape[0]]
    same = [one for one in fitting if _key(one.name) == _key(file.name)]
    if len(same) == 1:
        return same[0]
    return fitting[0] if len(fitting) == len(labels) == len(images) == 1 else None


def _words(name: str) -> list[str]:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.rpartition(".")[0] or name).lower()
    return [word for word in re.split(r"[^a-z0-9]+", plain) if word]


def _key(name: str) -> tuple[str, ...]:
    return tuple(word for word in _words(name) if word not in LABELS | IMAGE_ARRAYS)


def _stem(name: str) -> str:
    stem = name.removesuffix(".npy").rpartition("/")[2]
    return stem.removeprefix("full_numpy_bitmap_").replace("full-numpy_bitmap-", "")


def _split(name: str) -> str:
    return next((split for word in _words(name) if (split := split_named(word))), "")


def _as_texts(batch: NDArray[np.generic]) -> list[str]:
    """Return labels as texts: whole numbers, and the position of one-hot ones."""
    if batch.ndim == 2:
        batch = batch[:, 0] if batch.shape[1] == 1 else batch.argmax(axis=1)
    if batch.dtype.kind == "S":
        return [value.decode("utf-8", "replace").strip() for value in batch.tolist()]
    if batch.dtype.kind == "f":
        return ["" if value != value else f"{value:g}" for value in batch.tolist()]
    return [str(int(value)) if batch.dtype.kind in "uib" else str(value).strip() for value in batch.tolist()]


def _note(file: NpyFile) -> str:
    height, width = (
        _image_shape(file)[-2:] if file.shape[1] in (1, 3) and len(file.shape) == 4 else _image_shape(file)[:2]
    )
    return f"{file.name.removesuffix('.npy')}: {file.shape[0]:,} images of {width} x {height} pixels."


def _guesses(joined: Sequence[tuple[NpyFile, NpyFile | None]]) -> list[Guess]:
    file, labels = joined[0]
    smallest, largest = _reach(file)
    lines = [Guess("Label", str(labels.name if labels else "").removesuffix(".npy"), "as many as there are images")]
    if smallest < 0 or range_of(largest) != 255:
        low = -range_of(max(largest, -smallest)) if smallest < 0 else 0
        lines.append(Guess("Brightness", f"{low:g} to {range_of(max(largest, -smallest)):g}", "no number is outside"))
    return lines


def _title(files: Sequence[NpyFile]) -> str:
    return f"NumPy arrays ({'one array' if len(files) == 1 else f'{len(files)} arrays'})"


READER = array_reader("numpy-arrays", "Images in NumPy's files (NPZ, NPY)", accepts, _source, "numpy")
