"""Traits of a data set that decide which model suits it."""

from dataclasses import dataclass

import numpy as np

from core.data.store.previews import DatasetPreview
from core.preprocessing.image_backbone import FILE
from core.preprocessing.languages import writings_of
from core.preprocessing.nonlinearity import Fits
from core.specs import Images

FLAT_FROM = 0.15  # of neighbouring pixels that are the same: photographs have 0.01, CIFAR's and Fashion-MNIST's 0.44
ENGLISH_FROM = 0.8  # of the passages of a text, from which a writer of English suits
PASSAGE = 300  # characters whose language is asked for
MANY_COLOURS = 3  # channels of a picture in colour


@dataclass(frozen=True)
class ImageTraits:
    """What of a data set's images decides.

    Args:
        count: To learn from.
        classes: How many there are.
        side: In pixels, as models see them.
        in_color: Whether one of those looked at is.
        flat: Share of neighbouring pixels that are the same, in the middle one of the images looked at.
        missing: Why the pretrained image network cannot be used here, a sentence; empty where it can.
    """

    count: int
    classes: int
    side: int
    in_color: bool
    flat: float
    missing: str = ""

    @property
    def are_photographs(self) -> bool:
        """Whether hardly any two neighbouring pixels are the same, as only cameras make it."""
        return self.flat < FLAT_FROM

    @property
    def kind(self) -> str:
        """What they are, in words: "small photographs in colour"."""
        what = "photographs" if self.are_photographs else "drawings, or things on a plain ground,"
        return f"{what} in {'colour' if self.in_color else 'grey'}"

    @classmethod
    def of(cls, found: DatasetPreview) -> "ImageTraits":
        """Return the traits of images, from a few of every class."""
        images = found.samples.inputs
        if not isinstance(images, np.ndarray):
            raise TypeError("images were expected")
        is_color = images.shape[-1] >= MANY_COLOURS and bool((images != images[..., :1]).any())
        sizes = found.version.split_sizes
        return cls(
            sizes["train"], len(found.version.labels), images.shape[1], is_color, flatness(images), FILE.missing()
        )


def flatness(images: Images) -> float:
    """Return the median image's share of neighbouring pixels that are the same."""
    same = (images[:, :, 1:] == images[:, :, :-1]).all(axis=-1)
    return float(np.median(same.mean(axis=(1, 2)))) if same.size else 0.0


@dataclass(frozen=True)
class TableTraits:
    """What of a table decides.

    Args:
        rows: To learn from.
        columns: To predict from.
        fits: What a weighted sum of them explains, and what more bends explain; None where nobody could tell.
    """

    rows: int
    columns: int
    fits: Fits | None = None


@dataclass(frozen=True)
class WritingTraits:
    """What of a text that goes on decides.

    Args:
        characters: To learn from.
        distinct: Different ones in passages from all over it.
        is_english: Whether most of these passages are.
    """

    characters: int
    distinct: int
    is_english: bool = False

    @classmethod
    def of(cls, characters: int, passages: str) -> "WritingTraits":
        """Return the traits of a text, from passages of it."""
        writings = writings_of([passages[start : start + PASSAGE] for start in range(0, len(passages), PASSAGE)])
        english = sum(one.share for one in writings if one.language == "en")
        return cls(characters, len(set(passages)), english >= ENGLISH_FROM)
