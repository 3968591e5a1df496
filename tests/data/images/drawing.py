"""Small picture files, made as tests need them."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return a picture's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(seed: int = 0, size: tuple[int, int] = (20, 16), mode: str = "RGB") -> Image.Image:
    """Return a picture of (width, height) that is like no other of another seed."""
    channels = len(Image.new(mode, (1, 1)).getbands())
    shape = (size[1], size[0], channels) if channels > 1 else (size[1], size[0])
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, np.uint8))


def png(seed: int = 0, size: tuple[int, int] = (20, 16), mode: str = "RGB") -> bytes:
    """Return the file of a noisy picture."""
    return saved(noise(seed, size, mode))


def lay_out(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def pack(file: Path, files: dict[str, bytes]) -> Path:
    """Write files into a ZIP; names that end with "/" are folders."""
    import zipfile

    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file
