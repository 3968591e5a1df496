"""The plan of an import: the task, column roles and label names."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.data.tables.chosen_kinds import take_chosen_kinds
from core.data.tables.features import Features, choose_features
from core.data.tables.groups import check_group
from core.data.tables.labels import check_label_count, is_about_sentiment, is_no_label, normalise_labels
from core.data.tables.numbers import is_plain_number
from core.data.tables.table_profile import TableProfile
from core.data.tables.task_guess import guess_task
from core.data.tables.validation import (
    check_category,
    check_repeats,
    check_text_and_label,
    no_documents,
    no_target,
)
from core.data.task_kinds import DOCUMENTS, IN_TABLES, LABELLED_TABLES, LABELLED_TEXTS, NUMBERS, TABLES
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import Column, ColumnRole, ImportOptions


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
        features: Of a table of which each column is read by itself.
    """

    tasks: tuple[str, ...]
    options: ImportOptions
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    classes: Mapping[str, int] = field(default_factory=dict)
    label_map: Mapping[str, str] = field(default_factory=dict)
    features: Features | None = None


def make_plan(seen: TableProfile, options: ImportOptions) -> Plan:
    """Return what a table will become; what the options leave open is guessed.

    Raises:
        DataError: It can become nothing, or not what the options ask for.
    """
    take_chosen_kinds(seen, options.column_kinds)
    guess = guess_task(seen, options)
    filled, tasks, texts = guess.options, guess.tasks, guess.texts
    if not TABLES.fits(filled.task) and (options.used_columns or options.split_by == "time"):
        raise DataError(
            "Columns to use (--use) and a split by time are for tables from which a number is predicted, but "
            f"{seen.table.path.name} was taken for {filled.task}. Say --task {NUMBERS.first}, or name texts by "
            "--text-column."
        )
    check_group(seen, filled)
    if LABELLED_TEXTS.fits(filled.task):
        return _plan_texts(seen, filled, tasks, texts, guess.label)
    if LABELLED_TABLES.fits(filled.task):
        return _plan_categories(seen, filled, tasks, guess.category)
    if TABLES.fits(filled.task):
        return _plan_numbers(seen, filled, tasks, guess.target)
    if DOCUMENTS.fits(filled.task):
        return _plan_documents(seen, filled, tasks, texts)
    raise DataError(
        f"{seen.table.path.name} is a table; it cannot be used for the task {filled.task}. "
        f"Choose {LABELLED_TEXTS.first} (texts with labels) or {NUMBERS.first} (a number to predict)."
    )


def undecided(seen: TableProfile, options: ImportOptions) -> Plan:
    """Return the plan of a table without a guess.

    It is shown all the same, so that its columns can be chosen.
    """
    filled = guess_task(seen, options).options
    tasks = dict.fromkeys((filled.task, LABELLED_TEXTS.first, NUMBERS.first, DOCUMENTS.first, *IN_TABLES.names))
    return Plan(tuple(tasks), filled, _columns(seen, {}, {}), seen.notes)


def _plan_texts(
    seen: TableProfile, options: ImportOptions, tasks: tuple[str, ...], texts: tuple[str, ...], label: str
) -> Plan:
    text, *more = texts
    check_text_and_label(seen, text, label)
    choice = _several_labels(seen, options, label)
    label_map, classes, notes = _classes(seen, options, label)
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
        classes=classes,
        label_map=label_map,
    )


def _classes(
    seen: TableProfile, options: ImportOptions, label: str
) -> tuple[dict[str, str], dict[str, int], list[str]]:
    """Return label names by spelling, examples by label, and what to say of them.

    The most frequent label comes first.

    Raises:
        DataError: There are too many labels, or nothing can be learnt from them.
    """
    counts = Counter({written: n for written, n in seen.counts(label).items() if written.strip()})
    check_label_count(len(counts), label, seen.table.path.name, all(is_plain_number(value) for value in counts))
    label_map, notes = _label_map(seen, options, label, counts)
    classes: Counter[str] = Counter()
    for written, count in counts.items():
        if label_map[written]:
            classes[label_map[written]] += count
    if not options.add_to:
        check_repeats(seen, label, classes)
    return label_map, dict(classes.most_common()), notes


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
    """Return each label's name, and a note if numeric labels were given words."""
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
    complete = _of_columns(seen, options, features).model_copy(update={"target_column": target, "label_column": ""})
    roles = _feature_roles(options, features) | {target: "target"}
    notes = (*features.notes, *seen.notes)
    return Plan(tasks, complete, _columns(seen, roles, features.column_notes), notes, features=features)


def _plan_categories(seen: TableProfile, options: ImportOptions, tasks: tuple[str, ...], label: str) -> Plan:
    check_category(seen, label)
    label_map, classes, said = _classes(seen, options, label)
    features = choose_features(seen, label, options, is_labelled=True)
    complete = _of_columns(seen, options, features).model_copy(
        update={"target_column": "", "label_column": label, "label_map": label_map}
    )
    roles = _feature_roles(options, features) | {label: "label"}
    columns, notes = _columns(seen, roles, features.column_notes), (*said, *features.notes, *seen.notes)
    return Plan(tasks, complete, columns, notes, classes, label_map, features)


def _of_columns(seen: TableProfile, options: ImportOptions, features: Features) -> ImportOptions:
    """Return the options of a table whose columns are read each by itself.

    Raises:
        DataError: No column is left to predict from.
    """
    if not features.names:
        why = "; ".join(f"'{name}': {reason}" for name, reason in list(features.ignored.items())[:5])
        raise DataError(
            f"Nothing is left in {seen.table.path.name} to predict '{features.target}' from"
            + (f" ({why}). " if why else ". ")
            + "Add columns of numbers or of kinds that say something about it."
        )
    return options.model_copy(
        update={
            "text_column": "",
            "more_text_columns": None,
            "ignored_columns": tuple(name for name in features.ignored if name != options.group_column),
            "number_columns": features.read_as_numbers,
            "split_by": "time" if features.time_column else "random" if not options.split_column else "",
        }
    )


def _feature_roles(options: ImportOptions, features: Features) -> dict[str, ColumnRole]:
    roles: dict[str, ColumnRole] = dict.fromkeys(features.names, "feature")
    return roles | {options.split_column: "split", **_group_role(options)}


def _group_role(options: ImportOptions) -> dict[str, ColumnRole]:
    return {options.group_column: "group"} if options.group_column else {}


def _columns(seen: TableProfile, roles: Mapping[str, ColumnRole], notes: Mapping[str, str]) -> tuple[Column, ...]:
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
