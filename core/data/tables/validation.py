"""Reasons why a table does not fit a task: no texts, labels or target."""

from collections.abc import Mapping

from core.data.split_names import SPLIT_NAMES
from core.data.tables.columns import ColumnProfile
from core.data.tables.labels import MOST_LABELS
from core.data.tables.roles import is_called_label, is_continuous
from core.data.tables.table_profile import TableProfile
from core.data.task_kinds import DOCUMENTS, LABELLED_TEXTS, NUMBERS
from core.errors import DataError
from core.formatting import listed


def spoiled_label(seen: TableProfile, text: str) -> str:
    """Return why the label column is unusable; `""` if it is not, or missing."""
    file = seen.table.path.name
    for profile in seen.profiles:
        if profile.name == text or not is_called_label(profile.name):
            continue
        if profile.kind == "empty":
            return (
                f"The column '{profile.name}' of {file} is empty in every row, so no text has a label. "
                "Fill it in or choose another label column; "
                f"to learn to write from texts alone, choose the task {DOCUMENTS.first}."
            )
        if profile.kind in ("identifier", "text") and profile.style is None:
            return (
                f"Hardly two rows of {file} have the same label: '{profile.name}' holds {listed(profile.examples)} "
                f"and so on. A class needs several examples, and at most {MOST_LABELS:,} can be told apart. "
                f"Choose another label column; to learn to write from texts alone, choose the task {DOCUMENTS.first}."
            )
    return ""


def check_text_and_label(seen: TableProfile, text: str, label: str) -> None:
    """Raise a `DataError` if the text or label is missing, or labels are measurements."""
    file, names = seen.table.path.name, seen.table.names
    if len(names) == 1:
        raise DataError(
            f"{file} has only one column ('{names[0]}'), but texts with labels need two: the text and its label. "
            "Add a column of labels; if there are two, choose the right separator; "
            f"to learn to write from texts alone, choose the task {DOCUMENTS.first}."
        )
    if not text:
        raise DataError(
            f"{file} has no column of texts. Its columns are {listed(names, 10)}.{_empty_columns(seen)} "
            f"Choose the column with the texts; to predict a number instead, choose the task {NUMBERS.first}."
        )
    if text == label:
        raise DataError(f"'{text}' cannot be both the text and the label. Choose two different columns of {file}.")
    measured = next((p for p in seen.profiles if _may_be_label(p, text, label) and is_continuous(p)), None)
    if measured is not None:
        raise DataError(
            f"The labels in column '{measured.name}' of {file} are measurements ({', '.join(measured.examples)} ...), "
            f"not kinds: hardly two are the same. To predict a number, choose the task {NUMBERS.first}."
        )
    if not label:
        raise DataError(
            spoiled_label(seen, text)
            or f"{file} has texts ('{text}') but no column of labels: none of {listed(names, 10)} holds a few words "
            "that repeat. Add a column that says for each text what it is, or choose the right column."
        )


def check_category(seen: TableProfile, label: str) -> None:
    """Raise a `DataError` if no column holds categories, or it holds measurements."""
    file = seen.table.path.name
    if not label:
        raise DataError(
            f"{file} has no column of kinds that could be predicted, such as yes and no. Its columns are "
            f"{listed(seen.table.names, 10)}.{_empty_columns(seen)} Choose the column with the label; to predict a "
            f"number instead, choose the task {NUMBERS.first}."
        )
    profile = seen.profile(label)
    if is_continuous(profile):
        raise DataError(
            f"The labels in column '{label}' of {file} are measurements ({', '.join(profile.examples)} ...), "
            f"not kinds: hardly two are the same. To predict a number, choose the task {NUMBERS.first}."
        )


def _may_be_label(profile: ColumnProfile, text: str, label: str) -> bool:
    return profile.name == label or (not label and profile.name != text)


def check_repeats(seen: TableProfile, label: str, classes: Mapping[str, int]) -> None:
    """Raise a `DataError` if there is but one row, or no class has two."""
    if seen.rows == 1:
        raise DataError(
            f"{seen.table.path.name} holds one row only, and a model learns from many. Check that the export is "
            "complete; to add the row to a data set that is already there, name that data set."
        )
    if seen.is_whole and len(classes) > 1 and max(classes.values()) == 1:
        raise DataError(
            f"Each of the {len(classes):,} labels in column '{label}' of {seen.table.path.name} occurs only once, so "
            "nothing can be learnt of it. Add more examples of each, at least three; "
            "if these are names or texts rather than kinds, choose another label column."
        )


def check_split(seen: TableProfile, split: str) -> None:
    """Raise a `DataError` if the chosen split column names no splits."""
    values = [value for value in seen.counts(split) if value.strip()]
    if not any(value.strip().lower() in SPLIT_NAMES for value in values):
        held = f"holds {listed(values)}, none of which names a split" if values else "is empty"
        raise DataError(
            f"The split column '{split}' of {seen.table.path.name} {held}. "
            "Call them train, validation and test, or choose no split column: then Touchstone divides the data."
        )


def no_target(seen: TableProfile) -> DataError:
    """Return the error of a table without a number to predict."""
    idle = [p.name for p in seen.profiles if p.style is not None and p.kind == "identifier"]
    same = [p.name for p in seen.profiles if p.kind == "constant" or (p.style is not None and p.distinct == 1)]
    reasons = [f"{listed(idle)} only number{'s' * (len(idle) == 1)} the rows"] if idle else []
    reasons += [f"{listed(same)} {'is' if len(same) == 1 else 'are'} the same in every row"] if same else []
    return DataError(
        f"{seen.table.path.name} has no column of numbers that could be predicted. "
        f"Its columns are {listed(seen.table.names, 10)}"
        + (f"; {'; '.join(reasons)}." if reasons else ".")
        + _empty_columns(seen)
        + f" Choose the column with the number; to sort texts into kinds, choose the task {LABELLED_TEXTS.first}."
    )


def no_documents(seen: TableProfile) -> DataError:
    """Return the error of a table without texts to learn to write from."""
    return DataError(
        f"{seen.table.path.name} has no column of texts to learn to write from. "
        f"Its columns are {listed(seen.table.names, 10)}.{_empty_columns(seen)} Choose the column with the texts."
    )


def _empty_columns(seen: TableProfile) -> str:
    empty = [profile.name for profile in seen.profiles if profile.kind == "empty"]
    return f" Nothing stands in any row of {listed(empty)}." if empty else ""
