"""A table's likely task and the roles of its columns: guesses, shown for correction."""

from typing import NamedTuple

from core.data.tables.columns import ColumnProfile
from core.data.tables.features import Features, choose_features
from core.data.tables.groups import check_group
from core.data.tables.roles import (
    guess_category,
    guess_label,
    guess_split,
    guess_target,
    guess_text,
    guess_texts,
    holds_kinds,
    is_called_label,
    is_kind,
    is_named_target,
    is_surely_text,
)
from core.data.tables.table_profile import TableProfile
from core.data.tables.validation import check_split, spoiled_label
from core.data.task_kinds import DOCUMENTS, LABELLED_TABLES, LABELLED_TEXTS, NUMBERS
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import ImportOptions

_TELLING = 2  # columns beside a label and what may be a text, from which on the table is more than texts
_SURE_LABELS = ("label", "labels", "class", "sentiment")  # beside a question and its answer


class TaskGuess(NamedTuple):
    """The likely task of a table and its columns by role; "" for none."""

    options: ImportOptions  # with the task, the split and how the file is read
    tasks: tuple[str, ...]  # that it could be for, the likeliest first
    texts: tuple[str, ...]  # in the order in which they are read; ("",) where there is none
    label: str
    target: str
    category: str  # a label that the other columns say, not a text


def guess_task(seen: TableProfile, options: ImportOptions) -> TaskGuess:
    """Return what a table seems to be for; what the options say is obeyed.

    Raises:
        DataError: The options name a column that is not there, or contradict each other.
    """
    for name in (
        options.text_column,
        *(options.more_text_columns or ()),
        options.label_column,
        options.target_column,
        options.split_column,
        *options.ignored_columns,
        *options.used_columns,
    ):
        if name:
            seen.table.index(name)
    check_group(seen, options)
    if options.split_column:
        check_split(seen, options.split_column)
    both = [name for name in options.used_columns if name in options.ignored_columns]
    if both:
        raise DataError(f"{listed(both)} cannot be both used and left out. Say one of the two.")
    wanted = [profile for profile in seen.profiles if profile.name not in options.ignored_columns]
    split = options.split_column or guess_split(wanted)
    options = options.model_copy(update={"split_column": split})
    usable = [p for p in wanted if p.kind != "empty" and p.name not in (split, options.group_column)]
    conversations, made_label = seen.made("text"), seen.made("label")
    usable = [profile for profile in usable if profile.name not in _parts(seen)]
    text = options.text_column or (
        conversations.name if conversations else guess_text([p for p in usable if p.name != options.label_column])
    )
    label = options.label_column or (made_label.name if made_label else guess_label(usable, text))
    if not options.text_column and text == label:
        text = ""
    texts = _texts(options, [p for p in usable if p.name != label], text, is_made=conversations is not None)
    category = _category(seen, options, usable)
    target = options.target_column or guess_target([p for p in usable if not is_surely_text(p)])
    target = "" if options.target_column and category == target else target  # chosen, and it holds kinds
    tasks = _with_categories(seen, options, usable, text, category, _possible_tasks(seen, options, text, label, target))
    task = options.task or (tasks[0] if tasks else LABELLED_TEXTS.first if text or not target else NUMBERS.first)
    filled = options.model_copy(update={**seen.table.settings, "task": task})
    return TaskGuess(filled, tasks, texts, label, target, category)


def _category(seen: TableProfile, options: ImportOptions, usable: list[ColumnProfile]) -> str:
    """Return the category column that the others could predict, else ""."""
    is_asked = bool(options.task) and LABELLED_TABLES.fits(options.task)
    if options.label_column:
        return options.label_column
    if options.target_column and LABELLED_TABLES.first:
        is_it = is_asked if options.task else holds_kinds(seen.profile(options.target_column))
        return options.target_column if is_it else ""
    if is_asked:
        return guess_category(usable) or guess_label(usable, "")
    return guess_category(usable)


def _with_categories(
    seen: TableProfile, options: ImportOptions, usable: list[ColumnProfile], text: str, category: str,
    tasks: tuple[str, ...],
) -> tuple[str, ...]:  # fmt: skip
    """Return the tasks with tabular classification where possible, first without texts."""
    name = LABELLED_TABLES.first
    if not category or not name or not is_kind(seen.profile(category)):
        return tasks
    telling = [p for p in usable if p.name not in (category, text) and p.kind not in ("identifier", "constant")]
    if text and len(telling) < _TELLING:
        return tasks  # short texts and their labels
    if not text and not telling:
        return tasks
    return (*tasks, name) if _has_text(seen, options, text) else (name, *tasks)


def _has_text(seen: TableProfile, options: ImportOptions, text: str) -> bool:
    """Return whether the text column was chosen, or surely is one."""
    return bool(text) and (bool(options.text_column) or is_surely_text(seen.profile(text)))


def _parts(seen: TableProfile) -> set[str]:
    """Return the columns of which others are made."""
    return {name for column in seen.derived for name in column.sources} - {column.name for column in seen.derived}


def _texts(options: ImportOptions, usable: list[ColumnProfile], text: str, *, is_made: bool) -> tuple[str, ...]:
    if options.more_text_columns is not None or options.text_column or is_made or not text:
        return (text, *(name for name in options.more_text_columns or () if name != text))
    return tuple(guess_texts(usable, text))


def _possible_tasks(seen: TableProfile, options: ImportOptions, text: str, label: str, target: str) -> tuple[str, ...]:
    """Return what a table could be for, the likeliest first."""
    tasks = []
    has_text = _has_text(seen, options, text)
    if text and label:
        tasks.append(LABELLED_TEXTS.first)
    features, is_first = _features(seen, options, target) if target else None, False
    if features is not None and features.names:
        # From a text and a date alone, only what is called an outcome is predicted before anything else.
        is_table = bool(features.numbers or features.categories) or is_named_target(target)
        is_first = bool(options.target_column) or not (has_text and (label or not is_table))
        tasks.insert(0 if is_first and not options.label_column else len(tasks), NUMBERS.first)
    tasks = _with_answers_first(seen, options, tasks, text, label)
    if DOCUMENTS.first in tasks:
        return tuple(tasks)
    if tasks == [NUMBERS.first] and not is_first and not options.task:
        return (DOCUMENTS.first, NUMBERS.first)
    others = [
        p for p in seen.profiles if p.kind not in ("empty", "identifier") and p.name not in (text, options.split_column)
    ]
    if not label and spoiled_label(seen, text) and not options.task:
        return tuple(tasks)  # it was meant to have labels
    if text and (has_text or not others) and (tasks or not others):
        tasks.append(DOCUMENTS.first)
    return tuple(tasks)


def _with_answers_first(
    seen: TableProfile, options: ImportOptions, tasks: list[str], text: str, label: str
) -> list[str]:
    """Return a conversation's tasks, generation first unless a column is named a label."""
    made = seen.made("text")
    if made is None or made.name != text:
        return tasks
    named = label.strip().lower() in _SURE_LABELS if len(made.sources) > 1 else is_called_label(label)
    is_labelled = LABELLED_TEXTS.first in tasks and (bool(options.label_column) or named)
    return (
        [LABELLED_TEXTS.first, DOCUMENTS.first]
        if is_labelled
        else [DOCUMENTS.first, *[task for task in tasks if task == LABELLED_TEXTS.first]]
    )


def _features(seen: TableProfile, options: ImportOptions, target: str) -> Features | None:
    """Return a target's feature columns; only a chosen target raises errors."""
    try:
        return choose_features(seen, target, options)
    except DataError:
        if options.target_column or options.task == NUMBERS.first:
            raise
        return None
