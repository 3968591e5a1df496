"""Previews of augmentation: a grid of images as PNG, or texts before and after."""

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from core.errors import UserError
from core.training.device import seed_everything
from core.worker.preflight_setup import RunSetup

COLUMNS, CHANGED_ROWS = 8, 3
TEXTS = 6
LONGEST_TEXT = 400  # characters
CELLS = (96, 80, 64, 48, 32)  # pixels a picture's longer side may have; the largest whose grid is not too large
GAP = 4  # pixels between pictures
LARGEST_BYTES = 150_000  # of PNG, which base64 makes a third larger
NOTHING_ON = "Every change is off: the model sees the examples as they are. Switch one on to see what it does."


def preview(setup: RunSetup) -> dict[str, Any]:
    """Return changed examples beside what they were, as JSON.

    For pictures {"kind": "pictures", "png": base64, "rows", "columns"}: the first row as they are, the next ones
    changed. For texts {"kind": "texts", "pairs": [[before, after]]}. Both with {"changed": bool, "sentence": str}.
    """
    setup.note("Changing examples")
    inputs, _ = setup.split("train")
    changed = setup.augment is not None
    said = {"changed": changed, "sentence": "" if changed else NOTHING_ON}
    seed_everything(setup.config.seed)
    if setup.task.augments == "pixels":
        return said | _images(setup, inputs)
    return said | {"kind": "texts", "pairs": _texts(setup, inputs)}


def _images(setup: RunSetup, inputs: torch.Tensor) -> dict[str, Any]:
    chosen = inputs.index_select(0, _spread(len(inputs), COLUMNS)).to(setup.device)  # (N, C, H, W)
    rows = [chosen]
    if setup.augment is not None:
        rows += [setup.augment(chosen) for _ in range(CHANGED_ROWS)]
    grid = np.stack([_pixels(row) for row in rows])  # (R, N, H, W, C)
    return {"kind": "pictures", "png": png_of(grid), "rows": grid.shape[0], "columns": grid.shape[1]}


def _pixels(images: torch.Tensor) -> NDArray[np.uint8]:
    """Return pictures (N, C, H, W) of 0..255 as bytes (N, H, W, C)."""
    return images.float().round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()


def png_of(grid: NDArray[np.uint8]) -> str:
    """Return images (R, N, H, W, C) as one base64 PNG of allowed size."""
    content = b""
    for side in CELLS:
        sheet = _drawn(grid, side)
        for drawn in (sheet, sheet.quantize(256)):  # photographs are smaller with fewer colours
            content = _encoded(drawn)
            if len(content) <= LARGEST_BYTES:
                return base64.b64encode(content).decode("ascii")
    return base64.b64encode(content).decode("ascii")


def _encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _drawn(grid: NDArray[np.uint8], side: int) -> Image.Image:
    rows, columns, height, width, channels = grid.shape
    scale = side / max(height, width)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    # Small pictures keep their pixels as squares; large ones are made smaller softly.
    resample = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.BOX
    sheet = Image.new("RGB", (columns * (size[0] + GAP) - GAP, rows * (size[1] + GAP) - GAP), "white")
    for row in range(rows):
        for column in range(columns):
            pixels = grid[row, column]
            image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels).convert("RGB")
            sheet.paste(image.resize(size, resample), (column * (size[0] + GAP), row * (size[1] + GAP)))
    return sheet


def _texts(setup: RunSetup, inputs: torch.Tensor) -> list[list[str]]:
    ids = inputs.index_select(0, _spread(len(inputs), TEXTS)).to(setup.device)  # (N, T)
    changed = ids if setup.augment is None else setup.augment(ids)
    padding, decode = setup.data.info.padding_id, _decoder(setup)
    return [
        [decode(row[row != padding].tolist())[:LONGEST_TEXT] for row in pair]
        for pair in zip(ids.cpu(), changed.cpu(), strict=True)
    ]


def _decoder(setup: RunSetup) -> Callable[[list[int]], str]:
    """Return what makes text of ids again.

    Raises:
        UserError: This model's preparation cannot.
    """
    decode: Callable[[list[int]], str] | None = getattr(setup.data.preprocessor, "decode", None)
    if decode is None:
        raise UserError(f"'{setup.model.title}' cannot show its texts as it sees them, so there is no preview.")
    return decode


def _spread(count: int, most: int) -> torch.Tensor:
    """Return evenly spaced positions of `most` examples, so that several classes occur."""
    return torch.linspace(0, count - 1, min(most, count)).round().long()
