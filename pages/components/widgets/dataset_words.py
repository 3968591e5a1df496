"""How data is spoken of: what one example is called, how many there are, how they are divided."""

from core.dataset_types import VersionInfo

ICONS = {
    "image-classification": "image",
    "text-classification": "sentiment_satisfied",
    "text-generation": "edit_note",
    "tabular-regression": "table_chart",
}
_UNITS = {
    "image-classification": ("picture", "pictures"),
    "text-classification": ("text", "texts"),
    "text-generation": ("text part", "text parts"),  # a long document comes in as several
    "tabular-regression": ("row", "rows"),
}
_PARTS = {"train": "to learn from", "validation": "to steer by", "test": "for the exam"}
SPLIT_TITLES = {"train": "Training", "validation": "Validation", "test": "Test"}
FOUND_IN_FEW = 4  # classes; with more, their number says it better


def icon(task: str) -> str:
    """Return the sign of a task, as Markdown."""
    return f":material/{ICONS.get(task, 'category')}:"


def unit(task: str, count: int = 2) -> str:
    """Return what so many examples of a task are called: "picture", "texts"."""
    return _UNITS.get(task, ("example", "examples"))[count != 1]


def counted(count: int, task: str) -> str:
    """Return a number of examples in words: "1,303 rows"."""
    return f"{count:,} {unit(task, count)}"


def many(count: int, one: str, more: str = "") -> str:
    """Return a number with its word: "1 class", "3 classes"."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def parts(info: VersionInfo) -> str:
    """Return how a version is divided: "70 to learn from, 15 to steer by, 15 for the exam"."""
    sizes, of = info.split_sizes, f" {split_unit(info.task)}" if info.task == "text-generation" else ""
    return ", ".join(f"{sizes.get(part, 0):,}{of} {purpose}" for part, purpose in _PARTS.items())


def split_unit(task: str) -> str:
    """Return what the sizes of the splits count: long texts are divided by their characters."""
    return "characters" if task == "text-generation" else unit(task)


def classes(info: VersionInfo) -> str:
    """Return the classes: by name where they are few; nothing where there are none."""
    if not info.labels:
        return ""
    if len(info.labels) <= FOUND_IN_FEW:
        return ", ".join(shortened(label, 24) for label in info.labels)
    return many(len(info.labels), "class", "classes")


def shortened(text: str, longest: int) -> str:
    """Return the text on one line, cut where it is longer than so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
