"""Inspected user files and images for the dashboard, read only in a separate process."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from core.processes.inspection.client import Inspectors, Meanwhile
from core.processes.limits import GIB, Limits, machine_memory
from core.specs.dataset_types import ImportOptions, SourcePreview

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_MEMORY, MOST_MEMORY = 768 * 2**20, 2 * GIB  # of one inspector
SHARE_OF_MEMORY = 6  # inspectors that may be at their limit together
PREVIEW_CPU_S, PREVIEW_CPU_S_PER_MB, LONGEST_PREVIEW_CPU_S = 15.0, 0.3, 90.0
IMAGE_CPU_S = 10.0
TOGETHER = 64  # pictures that one inspector decodes
PREVIEW = TypeAdapter(SourcePreview)
WALL_FACTOR = 4.0  # a busy machine gives an inspector a part of a core


@cache
def inspectors() -> Inspectors:
    """Return this process's inspectors of brought files."""
    return Inspectors("core.data.imports.inspections")


def preview_source(
    path: Path, options: ImportOptions, meanwhile: Meanwhile | None = None, visitor: str = ""
) -> SourcePreview:
    """Return what a source seems to be; as `core.data.imports.run_import.look_at`.

    Raises:
        DataError: It cannot be read at all, or was stopped.
    """
    size_bytes = path.stat().st_size if path.is_file() else 0
    said, _ = inspectors().ask(
        "look",
        {"options": options.model_dump(mode="json")},
        os.fsencode(path.absolute()),  # bytes: not every name of a file is text
        subject=path.name,
        limits=limits_of_preview(size_bytes),
        mapped_bytes=size_bytes,
        meanwhile=meanwhile,
        visitor=visitor,
    )
    return PREVIEW.validate_python(said)


def checked_image(content: bytes) -> bytes:
    """Return a picture as it is kept; as `core.data.images.loading.checked_picture`.

    Raises:
        DataError: It is no picture that can be used, or was stopped.
    """
    return inspectors().ask("checked-picture", {}, content, subject="this image", limits=limits_of_image())[1]


def thumbnail(content: bytes, largest: int) -> bytes:
    """Return a small copy of a picture; as `core.data.images.loading.thumbnail`.

    Raises:
        DataError: It cannot be shown, or was stopped.
    """
    asked = {"largest": largest}
    return inspectors().ask("thumbnail", asked, content, subject="this image", limits=limits_of_image())[1]


def model_image(content: bytes, info: Mapping[str, Any], visitor: str = "") -> bytes:
    """Return a picture in a model's own form; as `core.data.images.model_input.model_image`.

    Raises:
        DataError: It is no picture that can be used, or was stopped.
    """
    limits = limits_of_image()
    said = inspectors().ask("model-picture", info, content, subject="this image", limits=limits, visitor=visitor)
    return said[1]


def load_images(rows: "pa.Table", packs: Path, size: int, channels: int) -> NDArray[np.uint8]:
    """Return a few pictures of a version to be shown; as `core.data.images.loading.load_pictures`.

    Args:
        rows: N of them.
        packs: The folder of packs.
        size: In pixels.
        channels: 1 or 3.

    Returns:
        (N, size, size, channels) of 0 to 255.

    Raises:
        DataError: The packs are damaged, or decoding was stopped.
    """
    result = np.empty((rows.num_rows, size, size, channels), np.uint8)
    found = rows.select(["pack", "offset", "size_bytes"]).to_pylist()
    places = [(row["pack"], row["offset"], row["size_bytes"]) for row in found]
    for begin in range(0, len(places), TOGETHER):
        some = places[begin : begin + TOGETHER]
        asked, folder = {"places": some, "size": size, "channels": channels}, os.fsencode(packs.absolute())
        limits = Limits(_memory(), IMAGE_CPU_S + len(some), WALL_FACTOR * (IMAGE_CPU_S + len(some)))
        _, pixels = inspectors().ask("pictures", asked, folder, subject="an image of this data set", limits=limits)
        shape = (len(some), size, size, channels)
        result[begin : begin + len(some)] = np.frombuffer(pixels, np.uint8).reshape(shape)
    return result


def limits_of_preview(size_bytes: int) -> Limits:
    """Return what a look at a file of this size may take."""
    cpu_s = min(LONGEST_PREVIEW_CPU_S, PREVIEW_CPU_S + PREVIEW_CPU_S_PER_MB * size_bytes / 1e6)
    return Limits(_memory(), cpu_s, WALL_FACTOR * cpu_s)


def limits_of_image() -> Limits:
    """Return what decoding one picture may take."""
    return Limits(_memory(), IMAGE_CPU_S, WALL_FACTOR * IMAGE_CPU_S)


def _memory() -> int:
    return min(MOST_MEMORY, max(LEAST_MEMORY, machine_memory() // SHARE_OF_MEMORY))
