"""The example and label columns of a hub dataset, according to its metadata."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core import catalog
from core.data.task_kinds import DOCUMENTS, IMAGES, LABELLED_TEXTS, NUMBERS, TABLES
from core.data.wording import listed
from core.errors import DataError
from core.specs.dataset_types import HubSet, ImportOptions

_TEXT_NAMES = ("text", "sentence", "content", "review", "document", "body", "tweet", "comment", "story", "question")
_LABEL_NAMES = (
    "label",
    "labels",
    "fine_label",
    "class",
    "category",
    "sentiment",
    "target",
    "rating",
    "stars",
    "intent",
)


@dataclass(frozen=True)
class Chosen:
    """What of a set is used.

    Args:
        task: What for.
        input_column: Of pictures or texts; empty for tables.
        label_column: Empty where there is none.
        labels: The classes' names in the set's order; empty where it names none.
    """

    task: str
    input_column: str
    label_column: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kinds:
    """The columns by what they hold, in their order."""

    images: tuple[str, ...]
    classes: Mapping[str, tuple[str, ...]]  # the names of the classes
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    all: tuple[str, ...]


def kinds_of(features: Any) -> Kinds:
    """Return the columns of a set by kind."""
    from datasets import ClassLabel, Image, Value

    values = {name: feature.dtype for name, feature in features.items() if isinstance(feature, Value)}
    return Kinds(
        images=tuple(name for name, feature in features.items() if isinstance(feature, Image)),
        classes={name: tuple(feature.names) for name, feature in features.items() if isinstance(feature, ClassLabel)},
        texts=tuple(name for name, dtype in values.items() if "string" in dtype),
        numbers=tuple(name for name, dtype in values.items() if dtype.startswith(("int", "uint", "float", "decimal"))),
        all=tuple(features),
    )


def choose(hub_id: str, features: Any, options: ImportOptions, known: HubSet | None) -> Chosen:
    """Return a dataset's used columns: from the user, known sets, or column features.

    The user's choice comes first, then what is known of the dataset, then what its columns say.

    Raises:
        DataError: It has no columns for the task, or not those that the user named.
    """
    kinds = kinds_of(features)
    for column in filter(None, (options.text_column, options.label_column, options.target_column)):
        if column not in kinds.all:
            raise DataError(f"'{hub_id}' has no column '{column}'. Its columns are {listed(kinds.all)}.")
    known = known if known and (not options.task or options.task == known.task) else None
    task = options.task or (known.task if known else _likeliest(kinds))
    text = options.text_column or (known.input_column if known else "")
    label = options.label_column or (known.label_column if known else "")
    if NUMBERS.fits(task):
        if kinds.numbers:
            return Chosen(task, "", "")
    elif TABLES.fits(task):
        if len(kinds.all) > 1:
            return Chosen(task, "", label)
    elif DOCUMENTS.fits(task):
        if found := text or _first(_TEXT_NAMES, kinds.texts):
            return Chosen(task, found, "")
    else:
        inputs = kinds.images if IMAGES.fits(task) else kinds.texts
        preferred = text if text in inputs else _first(_TEXT_NAMES, [n for n in inputs if n != label])
        label = label or _label(kinds, preferred)
        if preferred and label:
            return Chosen(task, preferred, label, kinds.classes.get(label, ()))
    raise DataError(
        f"'{hub_id}' cannot be used for {task}, which needs {catalog.find_task(task).needs_columns}. Its columns are "
        f"{listed(kinds.all)}. Choose another task, or name the columns yourself."
    )


def _likeliest(kinds: Kinds) -> str:
    if kinds.images:
        return IMAGES.first
    if kinds.texts:
        text = _first(_TEXT_NAMES, kinds.texts)
        return LABELLED_TEXTS.first if _label(kinds, text) else DOCUMENTS.first
    return NUMBERS.first


def _label(kinds: Kinds, text: str) -> str:
    """Return the label column: one with named classes, or with a label column's name."""
    if kinds.classes:
        return _first(_LABEL_NAMES, kinds.classes)
    others = [name for name in (*kinds.texts, *kinds.numbers) if name != text and name.lower() in _LABEL_NAMES]
    return _first(_LABEL_NAMES, others)


def _first(names: Iterable[str], columns: Iterable[str]) -> str:
    """Return the column with the likeliest name, else the first column, else ""."""
    there = {column.lower(): column for column in reversed(list(columns))}
    return next((there[name] for name in names if name in there), next(iter(columns), ""))
