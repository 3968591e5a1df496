"""What a table will become: which task, which columns in which role, which label by which name."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from core.data.tables.chosen_kinds import take_chosen_kinds
from core.data.tables.columns import ColumnProfile
from core.data.tables.features import Features, choose_features
from core.data.tables.groups import check_group
from core.data.tables.labels import check_label_count, is_about_sentiment, is_no_label, normalise_labels
from core.data.tables.numbers import is_plain_number
from core.data.tables.roles import (
    guess_label,
    guess_split,
    guess_target,
    guess_text,
    guess_texts,
    is_called_label,
    is_named_target,
    is_surely_text,
)
from core.data.tables.table_profile import TableProfile
from core.data.tables.validation import (
    DOCUMENTS,
    NUMBERS,
    TEXTS,
    check_repeats,
    check_split,
    check_text_and_label,
    no_documents,
    no_target,
    spoiled_label,
)
from core.dataset_types import Column, ColumnRole, ImportOptions
from core.errors import DataError
from core.formatting import listed

_SURE_LABELS = ("label", "labels", "class", "sentiment")  # beside a question and its answer


@dataclass(frozen=True, eq=False)
class Plan:
    """What a table will become.

    Args:
        tasks: That it could be for, the likeliest first.
        options: Complete: task, columns, labels.
        columns: As they were found, with their roles.
        notes: Whole sentences.
        classes: Examples by label, as far as looked.
        label_map: Every label seen, as written -> as it will be called.
        features: Of a table for regression.
    """

    tasks: tuple[str, ...]
    options: ImportOptions
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    classes: Mapping[str, int] = field(default_factory=dict)
    label_map: Mapping[str, str] = field(default_factory=dict)
    features: Features | None = None


class _Guess(NamedTuple):
    """What a table seems to be for, and its columns in their roles; "" where there is none."""

    options: ImportOptions  # with the task, the split and how the file is read
    tasks: tuple[str, ...]  # that it could be for, the likeliest first
    texts: tuple[str, ...]  # in the order in which they are read; ("",) where there is none
    label: str
    target: str


def make_plan(seen: TableProfile, options: ImportOptions) -> Plan:
    """Return what a table will become; what the options leave open is guessed.

    Raises:
        DataError: It can become nothing, or not what the options ask for.
    """
    take_chosen_kinds(seen, options.column_kinds)
    filled, tasks, texts, label, target = _guess(seen, options)
    if filled.task != NUMBERS and (options.used_columns or options.split_by == "time"):
        raise DataError(
            "Columns to use (--use) and a split by time are for tables from which a number is predicted, but "
            f"{seen.table.path.name} was taken for {filled.task}. Say --task {NUMBERS}, or name texts by --text-column."
        )
    check_group(seen, filled)
    if filled.task == TEXTS:
        return _plan_texts(seen, filled, tasks, texts, label)
    if filled.task == NUMBERS:
        return _plan_numbers(seen, filled, tasks, target)
    if filled.task == DOCUMENTS:
        return _plan_documents(seen, filled, tasks, texts)
    raise DataError(
        f"{seen.table.path.name} is a table; it cannot be used for the task {filled.task}. "
        f"Choose {TEXTS} (texts with labels) or {NUMBERS} (a number to predict)."
    )


def undecided(seen: TableProfile, options: ImportOptions) -> Plan:
    """Return the plan of a table that nobody can guess: shown all the same, so that its columns can be chosen.

    Args:
        seen: The table.
        options: Of the user, who decided nothing about columns.
    """
    filled = _guess(seen, options).options
    tasks = dict.fromkeys((filled.task, TEXTS, NUMBERS, DOCUMENTS))
    return Plan(tuple(tasks), filled, _columns(seen, {}, {}), seen.notes)


def _guess(seen: TableProfile, options: ImportOptions) -> _Guess:
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
    target = options.target_column or guess_target([p for p in usable if not is_surely_text(p)])
    tasks = _possible_tasks(seen, options, text, label, target)
    task = options.task or (tasks[0] if tasks else TEXTS if text or not target else NUMBERS)
    filled = options.model_copy(update={**seen.table.settings, "task": task})
    return _Guess(filled, tasks, texts, label, target)


def _parts(seen: TableProfile) -> set[str]:
    """Return the columns of which others are made."""
    return {name for column in seen.derived for name in column.sources} - {column.name for column in seen.derived}


def _texts(options: ImportOptions, usable: list[ColumnProfile], text: str, *, is_made: bool) -> tuple[str, ...]:
    """Return all columns of texts that are read, in order."""
    if options.more_text_columns is not None or options.text_column or is_made or not text:
        return (text, *(name for name in options.more_text_columns or () if name != text))
    return tuple(guess_texts(usable, text))


def _possible_tasks(seen: TableProfile, options: ImportOptions, text: str, label: str, target: str) -> tuple[str, ...]:
    """Return what a table could be for, the likeliest first."""
    tasks = []
    has_text = bool(text) and (bool(options.text_column) or is_surely_text(seen.profile(text)))
    if text and label:
        tasks.append(TEXTS)
    features, is_first = _features(seen, options, target) if target else None, False
    if features is not None and features.names:
        # From a text and a date alone, only what is called an outcome is predicted before anything else.
        is_table = bool(features.numbers or features.categories) or is_named_target(target)
        is_first = bool(options.target_column) or not (has_text and (label or not is_table))
        tasks.insert(0 if is_first and not options.label_column else len(tasks), NUMBERS)
    tasks = _with_answers_first(seen, options, tasks, text, label)
    if DOCUMENTS in tasks:
        return tuple(tasks)
    if tasks == [NUMBERS] and not is_first and not options.task:
        return (DOCUMENTS, NUMBERS)
    others = [
        p for p in seen.profiles if p.kind not in ("empty", "identifier") and p.name not in (text, options.split_column)
    ]
    if not label and spoiled_label(seen, text) and not options.task:
        return tuple(tasks)  # it was meant to have labels
    if text and (has_text or not others) and (tasks or not others):
        tasks.append(DOCUMENTS)
    return tuple(tasks)


def _with_answers_first(
    seen: TableProfile, options: ImportOptions, tasks: list[str], text: str, label: str
) -> list[str]:
    """Return the tasks of conversations: to write answers, unless a column is called their label."""
    made = seen.made("text")
    if made is None or made.name != text:
        return tasks
    named = label.strip().lower() in _SURE_LABELS if len(made.sources) > 1 else is_called_label(label)
    is_labelled = TEXTS in tasks and (bool(options.label_column) or named)
    return [TEXTS, DOCUMENTS] if is_labelled else [DOCUMENTS, *[task for task in tasks if task == TEXTS]]


def _features(seen: TableProfile, options: ImportOptions, target: str) -> Features | None:
    """Return what a number would be predicted from; only a target that was chosen is worth an error."""
    try:
        return choose_features(seen, target, options)
    except DataError:
        if options.target_column or options.task == NUMBERS:
            raise
        return None


def _plan_texts(
    seen: TableProfile, options: ImportOptions, tasks: tuple[str, ...], texts: tuple[str, ...], label: str
) -> Plan:
    file, (text, *more) = seen.table.path.name, texts
    check_text_and_label(seen, text, label)
    choice = _several_labels(seen, options, label)
    counts = Counter({written: n for written, n in seen.counts(label).items() if written.strip()})
    numeric = all(is_plain_number(value) for value in counts)
    check_label_count(len(counts), label, file, numeric)
    label_map, notes = _label_map(seen, options, label, counts)
    classes: Counter[str] = Counter()
    for written, count in counts.items():
        if label_map[written]:
            classes[label_map[written]] += count
    if not options.add_to:
        check_repeats(seen, label, classes)
    roles: dict[str, ColumnRole] = {label: "label", options.split_column: "split", **dict.fromkeys(texts, "text")}
    roles |= _group_role(options)
    complete = options.model_copy(
        update={
            "text_column": text,
            "more_text_columns": tuple(more),
            "label_column": label,
            "label_map": label_map,
            "target_column": "",
            "several_labels": choice,
        }
    )
    return Plan(
        tasks=tasks,
        options=complete,
        columns=_columns(seen, roles, {}),
        notes=(*notes, *seen.notes),
        classes=dict(classes.most_common()),
        label_map=label_map,
    )


def _several_labels(seen: TableProfile, options: ImportOptions, label: str) -> str:
    """Return what is done with rows of several labels, "" where there are none.

    Raises:
        DataError: The user chose something although there are none.
    """
    made = seen.made("label")
    if made is not None and made.name == label:
        return made.choice
    if options.several_labels:
        raise DataError(
            f"No row of {seen.table.path.name} has several labels in '{label}', so there is nothing to choose about "
            "them. Import it without that choice, or choose the label column that holds several."
        )
    return ""


def _label_map(
    seen: TableProfile, options: ImportOptions, label: str, counts: Counter[str]
) -> tuple[dict[str, str], list[str]]:
    """Return the name of every label as written, and a sentence if numbers were given words."""
    notes = []
    named = seen.table.label_names.get(label, ())
    if named and all(written.isdigit() and int(written) < len(named) for written in counts):
        found = {written: named[int(written)] for written in counts}
        notes.append(f"The file itself names the labels of '{label}': {listed(named)}.")
    elif options.normalise_labels:
        found = normalise_labels(counts, is_about_sentiment(label, seen.table.path.stem, *seen.table.names))
        if renamed := [f"{w} → {n}" for w, n in found.items() if is_plain_number(w) and not is_plain_number(n)]:
            notes.append(f"Labels that are numbers were given words, as they are about opinions: {', '.join(renamed)}.")
        found |= {written: "" for written in counts if is_no_label(written)}
    else:
        found = {written: written for written in counts}
    tidy = (lambda name: " ".join(name.split())) if options.normalise_labels else str
    return {**found, **{written: tidy(name) for written, name in options.label_map.items()}}, notes


def _plan_documents(seen: TableProfile, options: ImportOptions, tasks: tuple[str, ...], texts: tuple[str, ...]) -> Plan:
    text, *more = texts
    if not text:
        raise no_documents(seen)
    roles: dict[str, ColumnRole] = {options.split_column: "split", **dict.fromkeys(texts, "text")}
    complete = options.model_copy(
        update={"text_column": text, "more_text_columns": tuple(more), "label_column": "", "target_column": ""}
    )
    return Plan(tasks, complete, _columns(seen, roles, {}), seen.notes)


def _plan_numbers(seen: TableProfile, options: ImportOptions, tasks: tuple[str, ...], target: str) -> Plan:
    if not target:
        raise no_target(seen)
    features = choose_features(seen, target, options)
    if not features.names:
        why = "; ".join(f"'{name}': {reason}" for name, reason in list(features.ignored.items())[:5])
        raise DataError(
            f"Nothing is left in {seen.table.path.name} to predict '{target}' from"
            + (f" ({why}). " if why else ". ")
            + "Add columns of numbers or of kinds that say something about it."
        )
    roles: dict[str, ColumnRole] = dict.fromkeys(features.names, "feature")
    roles |= {target: "target", options.split_column: "split", **_group_role(options)}
    complete = options.model_copy(
        update={
            "target_column": target,
            "text_column": "",
            "more_text_columns": None,
            "label_column": "",
            "ignored_columns": tuple(name for name in features.ignored if name != options.group_column),
            "number_columns": features.read_as_numbers,
            "split_by": "time" if features.time_column else "random" if not options.split_column else "",
        }
    )
    notes = (*features.notes, *seen.notes)
    return Plan(tasks, complete, _columns(seen, roles, features.column_notes), notes, features=features)


def _group_role(options: ImportOptions) -> dict[str, ColumnRole]:
    return {options.group_column: "group"} if options.group_column else {}


def _columns(seen: TableProfile, roles: Mapping[str, ColumnRole], notes: Mapping[str, str]) -> tuple[Column, ...]:
    """Return the columns as they are shown."""
    roles, notes = dict(roles), dict(notes)
    for made in seen.derived:
        for name in made.sources if made.name in roles else ():
            notes.setdefault(name, f"read as part of '{made.name}'" if name != made.name else "")
            roles.setdefault(name, made.role)
    return tuple(
        Column(
            name=p.name,
            kind=p.kind,
            role=roles.get(p.name, "ignored"),
            distinct=p.distinct,
            missing=p.missing,
            examples=p.examples,
            note=notes.get(p.name, p.note) or ("only numbers the rows: not used" if p.is_index else ""),
        )
        for p in seen.profiles
    )
