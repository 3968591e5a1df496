"""Bounding boxes in images.

They are not learnt here, but the class of the largest can be an image's label.
"""

from collections.abc import Iterable, Mapping

from core.data.archives import Entry
from core.data.images.annotated import Said
from core.specs.dataset_types import Guess


class Boxes:
    """Collects the boxes of each picture and keeps the class of the largest one."""

    def __init__(self) -> None:
        self._best: dict[int, tuple[float, str]] = {}  # by the entry's number: area, class
        self._classes: dict[int, set[str]] = {}
        self._splits: dict[int, str] = {}
        self.count = 0

    def add(self, entry: Entry, label: str, area: float, split: str = "") -> None:
        """Note a box; of equally large ones the first counts.

        Args:
            entry: The picture.
            label: Its class, as written.
            area: In any unit that is the same for all boxes of the picture.
            split: Of the picture, or "".
        """
        self.count += 1
        area = area if area == area else 0.0  # NaN
        self._classes.setdefault(entry.number, set()).add(label)
        self._splits.setdefault(entry.number, split)
        known = self._best.get(entry.number)
        if known is None or area > known[0]:
            self._best[entry.number] = (area, label)

    def said(self) -> Mapping[int, Said]:
        """Return each picture's label: the class of its largest box."""
        return {number: Said(label, self._splits[number]) for number, (_, label) in self._best.items()}

    def notes(self, what: str = "boxes") -> tuple[str, ...]:
        """Return what is not learnt, in sentences."""
        several = sum(len(classes) > 1 for classes in self._classes.values())
        told = [
            f"It holds {self.count:,} {what} in {len(self._best):,} images. Where things are is not learnt here, "
            "only what an image shows."
        ]
        if several:
            images = "image holds" if several == 1 else "images hold"
            told.append(f"{several:,} {images} things of several classes; only the class of the largest one is used.")
        return tuple(told)

    def guesses(self) -> tuple[Guess, ...]:
        """Return the line that says how labels came about."""
        why = "the annotations mark places in the images, and an image has one label here"
        return (Guess("Label", "the class of each image's largest box", why, "--layout class-folders"),)


def area_of(points: Iterable[tuple[float, float]]) -> float:
    """Return the area of the box around some points."""
    pairs = list(points)
    if not pairs:
        return 0.0
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))
