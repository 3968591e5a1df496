"""Files in MNIST's own format that are damaged, alone, or do not belong together."""

import gzip
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.intake.bad.bad_file import BadFile
from tests.intake.pictures.drawing import lay_out

import numpy as np

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def images(count: int = 30, side: int = 8, kind: int = 8) -> bytes:
    """Return an idx file of pictures, each like no other."""
    pixels = np.random.default_rng(0).integers(0, 256, (count, side, side), np.uint8)
    return struct.pack(">BBBBIII", 0, 0, kind, 3, count, side, side) + pixels.tobytes()


def labels(count: int = 30, classes: int = 3) -> bytes:
    """Return an idx file of labels 0, 1, 2, 0 ..."""
    return struct.pack(">BBBBI", 0, 0, 8, 1, count) + bytes(n % classes for n in range(count))


def digits(files: Mapping[str, bytes] | Callable[[], Mapping[str, bytes]]) -> Callable[[Path], Path]:
    """Return what writes these files into a folder "Digits"."""
    return lambda place: lay_out(place / "Digits", dict(files() if callable(files) else files))


BAD_FILES = (
    BadFile("idx pictures with a wrong magic number", digits({IMAGES: b"\1\2\3\4" + images()[4:], LABELS: labels()}), ""),
    BadFile("idx pictures of fractions", digits({IMAGES: images(kind=0x0D), LABELS: labels()}), ""),
    BadFile("cut off idx pictures", digits({IMAGES: images()[:1000], LABELS: labels()}), ""),
    BadFile("cut off idx labels", digits({IMAGES: images(), LABELS: labels()[:20]}), ""),
    BadFile("idx pictures with something behind", digits({IMAGES: images() + b"more", LABELS: labels()}), ""),
    BadFile("idx pictures without labels", digits({IMAGES: images()}), ""),
    BadFile("idx labels without pictures", digits({LABELS: labels()}), ""),
    BadFile("idx files of different counts", digits({IMAGES: images(30), LABELS: labels(29)}), ""),
    BadFile("idx files of one label", digits({IMAGES: images(), LABELS: labels(classes=1)}), ""),
    BadFile("two idx sets in one folder", digits({IMAGES: images(), LABELS: labels(), "a-" + IMAGES: images(), "a-" + LABELS: labels()}), ""),
    BadFile("a gzipped idx file that ends early", digits(lambda: {f"{IMAGES}.gz": gzip.compress(images())[:800], f"{LABELS}.gz": gzip.compress(labels())}), ""),
    BadFile("a gz that unpacks to more than it says", digits(lambda: {f"{IMAGES}.gz": gzip.compress(images() + bytes(20_000_000)), f"{LABELS}.gz": gzip.compress(labels())}), ""),
    BadFile("idx pictures that say they are a million pixels wide", digits({IMAGES: struct.pack(">BBBBIII", 0, 0, 8, 3, 30, 1_000_000, 1_000_000), LABELS: labels()}), ""),
    BadFile("a lone gz that is no idx file", lambda place: lay_out(place, {"numbers.gz": gzip.compress(b"hello " * 50)}) / "numbers.gz", ""),
    BadFile("a lone gz bomb", lambda place: lay_out(place, {"numbers.gz": gzip.compress(bytes(50_000_000), 1)}) / "numbers.gz", ""),
)
