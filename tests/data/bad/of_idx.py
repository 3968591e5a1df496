"""Files in MNIST's own format that are damaged, alone, or do not belong together."""

import gzip
import struct

import numpy as np

from tests.data.bad.bad_file import BadFile
from tests.data.bad.making import Make, folder

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def images(count: int = 30, side: int = 8, kind: int = 8) -> bytes:
    """Return an idx file of pictures, each like no other."""
    pixels = np.random.default_rng(0).integers(0, 256, (count, side, side), np.uint8)
    return struct.pack(">BBBBIII", 0, 0, kind, 3, count, side, side) + pixels.tobytes()


def labels(count: int = 30, classes: int = 3) -> bytes:
    """Return an idx file of labels 0, 1, 2, 0 ..."""
    return struct.pack(">BBBBI", 0, 0, 8, 1, count) + bytes(n % classes for n in range(count))


def digits(files: dict[str, bytes]) -> Make:
    """Return what writes these files into a folder."""
    return folder(lambda: files, "Digits")


def packed(images: bytes) -> Make:
    """Return what writes gzipped pictures and good gzipped labels."""
    return folder(lambda: {f"{IMAGES}.gz": images, f"{LABELS}.gz": gzip.compress(labels())}, "Digits")


def wide() -> bytes:
    """Return a header of pictures that are a million pixels wide, and nothing behind it."""
    return struct.pack(">BBBBIII", 0, 0, 8, 3, 30, 1_000_000, 1_000_000)


BAD_FILES = (
    BadFile(
        "idx images with a wrong magic number",
        digits({IMAGES: b"OOPS" + images()[4:], LABELS: labels()}),
        "train-images-idx3-ubyte does not begin as an idx file of images (of at most 4,096 pixels a side) does, "
        "with numbers of one byte each: it is damaged, or of another kind. Download or copy it again.",
    ),
    BadFile(
        "idx images of fractions",
        digits({IMAGES: images(kind=0x0D), LABELS: labels()}),
        "train-images-idx3-ubyte does not begin as an idx file of images (of at most 4,096 pixels a side) does, "
        "with numbers of one byte each: it is damaged, or of another kind. Download or copy it again.",
    ),
    BadFile(
        "idx images a million pixels wide",
        digits({IMAGES: wide(), LABELS: labels()}),
        "train-images-idx3-ubyte does not begin as an idx file of images (of at most 4,096 pixels a side) does, "
        "with numbers of one byte each: it is damaged, or of another kind. Download or copy it again.",
    ),
    BadFile(
        "idx labels that are a text",
        digits({IMAGES: images(), LABELS: b"0, 1, 2"}),
        "train-labels-idx1-ubyte does not begin as an idx file of labels does, with numbers of one byte each: it is "
        "damaged, or of another kind. Download or copy it again.",
    ),
    BadFile(
        "cut off idx images",
        digits({IMAGES: images()[:1000], LABELS: labels()}),
        "train-images-idx3-ubyte says that it holds 30 images of 8 x 8 pixels, but ends after 15: it was cut off. "
        "Download or copy it again.",
    ),
    BadFile(
        "cut off idx labels",
        digits({IMAGES: images(), LABELS: labels()[:20]}),
        "train-labels-idx1-ubyte says that it holds 30 labels, but ends after 12: it was cut off. Download or copy "
        "it again.",
    ),
    BadFile(
        "idx images with something behind",
        digits({IMAGES: images() + b"more", LABELS: labels()}),
        "train-images-idx3-ubyte holds more than the 30 images of 8 x 8 pixels that it says. It is damaged, or "
        "something was added to it. Download or copy it again.",
    ),
    BadFile(
        "idx images without labels",
        digits({IMAGES: images()}),
        "train-images-idx3-ubyte holds images, but the file with their labels is missing (it is usually called "
        "'train-labels-idx1-ubyte'). Import both together, in one folder or ZIP.",
    ),
    BadFile(
        "idx labels without images",
        digits({LABELS: labels()}),
        "train-labels-idx1-ubyte holds labels, but the file with their images is missing (it is usually called "
        "'train-images-idx3-ubyte'). Import both together, in one folder or ZIP.",
    ),
    BadFile(
        "idx files of different counts",
        digits({IMAGES: images(30), LABELS: labels(29)}),
        "train-images-idx3-ubyte holds 30 images, but train-labels-idx1-ubyte 29 labels. They do not belong "
        "together; check which files you took.",
    ),
    BadFile(
        "idx files of one label",
        digits({IMAGES: images(), LABELS: labels(classes=1)}),
        "All images of Digits have the same label. A model learns by telling classes apart: import images of at "
        "least two.",
    ),
    BadFile(
        "two idx sets in one folder",
        digits({"a-" + IMAGES: images(), "a-" + LABELS: labels(), "b-" + IMAGES: images(), "b-" + LABELS: labels()}),
        "Digits holds several sets of images (a-train-images-idx3-ubyte, b-train-images-idx3-ubyte). Import one "
        "set at a time: one pair for training and one for testing.",
    ),
    BadFile(
        "a gzipped idx file that ends early",
        packed(gzip.compress(images())[:800]),
        "train-images-idx3-ubyte.gz is damaged or was cut off on its way. Download or copy it again.",
    ),
    BadFile(
        "a gz that goes on after its images",
        packed(gzip.compress(images() + bytes(20_000_000), 1)),
        "train-images-idx3-ubyte.gz holds more than the 30 images of 8 x 8 pixels that it says. It is damaged, or "
        "something was added to it. Download or copy it again.",
    ),
)
