"""The background of transparent images: one for a whole dataset, with visible content."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from core.data.images.decoding import WHITE, BadImage, pixels_of, see_through
from core.errors import DataError
from core.specs.dataset_types import Guess

GROUNDS: Mapping[str, int] = {"white": WHITE, "black": 0, "grey": 128}  # the first that shows most is taken
LOOKED_AT = 60  # pictures of a source
LARGEST = 4 * 1024**2  # bytes of a picture that is looked at for it
MOST_PIXELS, PIXELS_TOGETHER = 12_000_000, 60_000_000  # of one of them, and of all
SIDE = 64  # pixels that are enough to see what vanishes
VISIBLE = 128  # of 255: less than half transparent
FAINT = 24.0  # of 255: what differs less from its ground, on average, cannot be seen on it
FEW = 0.05  # of the transparent pictures may be lost on white, the usual ground
OPTION = "--ground white, black or grey"

Some = TypeVar("Some")


@dataclass(frozen=True)
class Ground:
    """What was found out about a source's transparent pictures.

    Args:
        name: "white", "black", "grey"; "" where nothing is transparent.
        transparent: How many of those looked at are.
        lost_on_white: How many of these cannot be seen on white.
        chosen: Whether a person said so.
    """

    name: str
    transparent: int = 0
    lost_on_white: int = 0
    chosen: bool = False

    @property
    def level(self) -> int:
        """Its brightness, 0 to 255."""
        return GROUNDS.get(self.name, WHITE)

    def guesses(self) -> tuple[Guess, ...]:
        """Return the line that says it, where there was something to decide."""
        if not self.transparent or self.chosen:
            return ()
        some = f"{self.transparent:,} of the images looked at are transparent"
        why = f"{some}; all but {self.lost_on_white:,} of them can be seen on white"
        if self.name != "white":
            why = f"{some}, and {self.lost_on_white:,} of them cannot be seen on white"
        elif not self.lost_on_white:
            why = f"{some}, and can be seen on it"
        return (Guess("Ground of transparent images", self.name, why, OPTION),)


def find_ground(contents: Iterable[bytes], chosen: str = "") -> Ground:
    """Return the ground on which the fewest transparent pictures vanish; white unless many do.

    Args:
        contents: Files of pictures, some of the source.
        chosen: What a person wants; "" leaves it open.

    Raises:
        DataError: There is no such ground.
    """
    if chosen and chosen not in GROUNDS:
        raise DataError(f"'{chosen}' is no ground for transparent images. Choose white, black or grey.")
    seen, pixels = [], 0
    for content in contents:
        count = pixels_of(content)
        if 0 < count <= MOST_PIXELS and pixels + count <= PIXELS_TOGETHER:
            pixels += count
            if (found := _contrasts(content)) is not None:
                seen.append(found)
    if not seen:
        return Ground(chosen, chosen=bool(chosen))
    lost = {name: sum(contrast[name] < FAINT for contrast in seen) for name in GROUNDS}
    median = {name: float(np.median([contrast[name] for contrast in seen])) for name in GROUNDS}
    best = min(GROUNDS, key=lambda name: (lost[name], -median[name]))
    usual = lost["white"] <= FEW * len(seen) or lost[best] == lost["white"]
    return Ground(chosen or ("white" if usual else best), len(seen), lost["white"], bool(chosen))


def may_be_transparent(name: str) -> bool:
    """Tell whether a file's name allows it: a JPEG never is."""
    return not name.lower().endswith((".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".pgm", ".ppm", ".pbm"))


def spread(things: Sequence[Some], count: int) -> list[Some]:
    """Return so many of them, evenly from the first to the last."""
    if len(things) <= count:
        return list(things)
    return [things[place] for place in np.linspace(0, len(things) - 1, count).astype(int)]


def _contrasts(content: bytes) -> dict[str, float] | None:
    """Return the content's contrast with each background, 0 to 255; None if not transparent."""
    try:
        with see_through(content) as clear:
            if clear is None:
                return None
            small = clear.convert("RGBa")  # premultiplied, so that what cannot be seen has no colour
            small.thumbnail((SIDE, SIDE))
            pixels = np.asarray(small, dtype=np.float32)  # (h, w, 4)
    except BadImage:
        return None
    alpha = pixels[..., 3:]
    visible = alpha[..., 0] >= VISIBLE
    if not visible.any():
        visible = alpha[..., 0] > 0
    if not visible.any():
        return None
    # On a ground g a pixel is p + (1 - a) g, and differs from g by p - a g.
    return {
        name: float(np.abs(pixels[..., :3] - alpha / 255 * level).max(axis=2)[visible].mean())
        for name, level in GROUNDS.items()
    }
