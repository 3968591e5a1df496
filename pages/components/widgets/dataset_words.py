"""Wording about datasets: the name of an example, counts and splits."""

from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from core.specs.dataset_types import VersionInfo

_PARTS = {"train": "training", "validation": "validation", "test": "test"}
SPLIT_TITLES = {"train": "Training", "validation": "Validation", "test": "Test"}
FOUND_IN_FEW = 4  # classes; with more, their number says it better


def task_of(name: str) -> TaskSpec | None:
    """Return a task by its name, None where it is not known here."""
    return shared_service().tasks().get(name)


def icon(task: str) -> str:
    """Return the sign of a task, as Markdown."""
    known = task_of(task)
    return f":material/{known.icon if known else 'category'}:"


def unit(task: str, count: int = 2) -> str:
    """Return what so many examples of a task are called: "picture", "texts"."""
    known = task_of(task)
    return known.counted_in(count) if known else many(count, "example").partition(" ")[2]


def counted(count: int, task: str) -> str:
    """Return a number of examples in words: "1,303 rows"."""
    return f"{count:,} {unit(task, count)}"


def many(count: int, one: str, more: str = "") -> str:
    """Return a number with its word: "1 class", "3 classes"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def parts(info: VersionInfo) -> str:
    """Return a version's splits as text.

    An example: "70 training, 15 validation, 15 test".
    """
    known = task_of(info.task)
    sizes, of = info.split_sizes, f" {known.split_unit}" if known and known.split_unit else ""
    return ", ".join(f"{sizes.get(part, 0):,}{of} {purpose}" for part, purpose in _PARTS.items())


def split_unit(task: str) -> str:
    """Return the unit of split sizes; long texts are split by characters."""
    known = task_of(task)
    return known.split_unit if known and known.split_unit else unit(task)


def classes(info: VersionInfo) -> str:
    """Return the classes: by name where they are few; nothing where there are none."""
    if not info.labels:
        return ""
    if len(info.labels) <= FOUND_IN_FEW:
        return ", ".join(shortened(label, 24) for label in info.labels)
    return many(len(info.labels), "class", "classes")


def shortened(text: str, longest: int) -> str:
    """Return the text on one line, truncated to `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
