"""Cases for the checks of pictures."""

from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.checks.support.check_context import CheckContext
from tests.data.checks.case import Case
from tests.data.checks.versions import images


def noise(seed: int, width: int = 24, height: int = 24, mode: str = "RGB") -> Image.Image:
    """Return a picture in which there is something to see."""
    channels = (3,) if mode == "RGB" else ()
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, *channels), dtype=np.uint8)
    return Image.fromarray(pixels)


def ordinary(count: int = 20) -> list[tuple[Image.Image, str]]:
    """Return pictures of one size, of two classes."""
    return [(noise(seed), ("cats", "dogs")[seed % 2]) for seed in range(count)]


def colored(folder: Path, mixed: bool) -> CheckContext:
    """Return 200 pictures, half of them grey: by class, or mixed."""
    modes = [("L", "RGB")[(i % 2) if not mixed else (i // 2) % 2] for i in range(200)]
    return images(folder, [(noise(i, 8, 8, mode), ("cats", "dogs")[i % 2]) for i, mode in enumerate(modes)])


def sized(folder: Path, by_class: bool) -> CheckContext:
    """Return 200 pictures of two widths: by class, or mixed."""
    widths = [(12, 30)[(i % 2) if by_class else (i // 2) % 2] for i in range(200)]
    return images(folder, [(noise(i, width, 8), ("cats", "dogs")[i % 2]) for i, width in enumerate(widths)])


CASES = [
    Case(
        "exact-duplicates",
        lambda folder: images(folder, [*ordinary(), (noise(0), "cats"), (noise(2), "cats")]),
        lambda folder: images(folder, [*ordinary(), (noise(0), "dogs")]),
        "warning",
        2,
        "2 of the 22 images repeat an earlier one, pixel for pixel, and have the same label.",
        "Remove the repeated rows",
        "cats/20.png (2 times)",
        left=20,
    ),
    Case(
        "conflicting-labels",
        lambda folder: images(folder, [*ordinary(), (noise(0), "dogs")]),
        lambda folder: images(folder, [*ordinary(), (noise(0), "cats")]),
        "error",
        1,
        "1 image appears more than once, with different labels.",
        "Remove the contradictory rows",
        "cats/0.png: cats 1, dogs 1",
        left=19,
    ),
    Case(
        "size-outliers",
        lambda folder: images(folder, [*ordinary(), (noise(91, 200, 200), "cats"), (noise(92, 300, 8), "dogs")]),
        lambda folder: images(folder, [*ordinary(), (noise(91, 40, 30), "cats")]),
        "note",
        2,
        "2 images of 22 have sizes or shapes quite unlike the others, which are about 24 x 24.",
        "Remove them",
        "cats/20.png: 200 x 200",
        left=20,
    ),
    Case(
        "mixed-colours",
        partial(colored, mixed=False),
        partial(colored, mixed=True),
        "warning",
        100,
        "100 of the 200 images are grey, and that goes with the class: 100 % of 'cats' are grey, but 0 % of 'dogs'. "
        "Import them all in colour, or all in grey.",
        example="cats: 100 % grey",
    ),
    Case(
        "size-by-class",
        partial(sized, by_class=True),
        partial(sized, by_class=False),
        "warning",
        2,
        "The width of an image gives its class away: from that alone, 100 % can be told right, where guessing would "
        "get 50 %. Take the images of all classes in the same way, or cut them to one size.",
        example="dogs: usually 30 x 8",
    ),
    Case(
        "blank-pictures",
        lambda folder: images(
            folder, [*ordinary(), (Image.new("RGB", (24, 24), "navy"), "cats"), (Image.new("L", (9, 9)), "dogs")]
        ),
        lambda folder: images(folder, [*ordinary(), (Image.linear_gradient("L"), "dogs")]),
        "warning",
        2,
        "2 images are all one colour: there is nothing to see in them.",
        "Remove them",
        "cats/20.png",
        left=20,
    ),
]
