"""Guesses about a table, a line each: task, columns, split and file format."""

from collections.abc import Iterator

from core import catalog
from core.data.tables.groups import group_guess
from core.data.tables.kind_guesses import kind_guesses
from core.data.tables.number_guesses import number_guesses
from core.data.tables.plan import Plan
from core.data.tables.table_profile import TableProfile
from core.data.task_kinds import DOCUMENTS, NUMBERS
from core.formatting import listed
from core.preprocessing.languages import MOST_READ, describe, writings_of
from core.specs.dataset_types import Column, Guess, ImportOptions

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "space"}
_SPLIT = "--split-column NAME"
_TEXT = "--text-column NAME"
_SEVERAL = "--several-labels leave-out or --several-labels against:LABEL"
_UNUSED = {  # why a column is not needed for texts, and how to use it all the same
    "text": ("other texts", f"{_TEXT} for each column to read"),
    "category": ("a few words that are neither the text nor the label", "--label-column NAME"),
    "number": ("numbers beside the texts", "--task {number} --target-column NAME"),
    "number-in-text": ("numbers beside the texts", "--task {number} --target-column NAME"),
    "date": ("dates beside the texts", ""),
    "identifier": ("it only names the rows", ""),
    "constant": ("the same in every row", ""),
    "empty": ("nothing stands in it", ""),
}
_IN_TIME = "its dates come one after the other"
_MOST_NAMED = 8  # unused columns that a line names


def table_guesses(seen: TableProfile, plan: Plan, asked: ImportOptions) -> tuple[Guess, ...]:
    """Return every choice that the user left open."""
    return (
        *_of_the_task(plan, asked),
        *_of_the_columns(seen, plan, asked),
        *number_guesses(seen, plan.features),
        *kind_guesses(seen, plan.features, asked),
        *_of_the_language(seen, plan),
        *_of_the_file(seen, asked),
    )


def _of_the_language(seen: TableProfile, plan: Plan) -> Iterator[Guess]:
    """Yield the languages of the texts: they decide which model is recommended."""
    if plan.options.text_column:
        values = seen.profile(plan.options.text_column).values
        texts = values[:: -(-len(values) // MOST_READ) or 1]
        if writings := writings_of(texts):
            yield Guess("Language", describe(writings), f"found in {len(texts):,} texts")


def split_guess(column: str, asked: ImportOptions, option: str = _SPLIT, time_column: str = "") -> Guess | None:
    """Return how the examples will be divided, None where the user said so.

    Args:
        column: That names the split of each row; empty where none does.
        asked: What the user decided.
        option: How to choose otherwise.
        time_column: By whose dates they are divided; empty where chance does it.
    """
    if asked.split_column:
        return None
    if time_column:
        by_time = Guess("Split", f"by time, in the column '{time_column}'", _IN_TIME, "--split-by random")
        return None if asked.split_by else by_time
    if asked.split_by == "random":
        return None
    if asked.group_column and not column:
        return None
    if column:
        return Guess("Split", f"as the column '{column}' says", "its values name splits", option)
    return Guess("Split", "70 / 15 / 15 by chance", "no column names a split; repeated examples stay together", option)


def task_guess(task: str, why: str, asked: ImportOptions) -> tuple[Guess, ...]:
    """Return the guessed task of the data, nothing where the user chose it."""
    if asked.task or not task:
        return ()
    return (Guess("Task", f"{catalog.find_task(task).title} ({task})", why, "--task TASK"),)


def _of_the_task(plan: Plan, asked: ImportOptions) -> tuple[Guess, ...]:
    others = [name for name in plan.tasks if name != plan.options.task]
    why = f"it could also be for {listed(others)}" if others else "nothing else fits its columns"
    return task_guess(plan.options.task, why, asked)


def _of_the_columns(seen: TableProfile, plan: Plan, asked: ImportOptions) -> Iterator[Guess]:
    options = plan.options
    yield from _of_the_texts(seen, plan, asked)
    named = (
        ("Label column", options.label_column, asked.label_column or asked.target_column, "--label-column NAME"),
        ("Target column", options.target_column, asked.target_column, "--target-column NAME"),
    )
    for about, name, decided, option in named:
        if name and not decided and name in seen.table.names:
            yield Guess(about, name, _why(seen, name, about), option)
    yield from _of_the_unused(plan, asked)
    time_column = plan.features.time_column if plan.features else ""
    taken = {c.name for c in plan.columns if c.role in ("text", "label", "target", "split")}
    is_text = DOCUMENTS.fits(options.task)
    if not is_text and not time_column and (group := group_guess(seen, taken, asked)) is not None:
        yield group
    if is_text and not options.split_column:
        yield Guess(
            "Split",
            "80 / 10 / 10 by characters",
            "whole documents where there are many, else stretches from all over the text",
            _SPLIT,
        )
    elif (split := split_guess(options.split_column, asked, time_column=time_column)) is not None:
        yield split


def _of_the_unused(plan: Plan, asked: ImportOptions) -> Iterator[Guess]:
    unused = [c for c in plan.columns if c.role == "ignored" and c.name not in asked.ignored_columns]
    if unused and not plan.features:
        for column in unused[:_MOST_NAMED]:
            why, option = _UNUSED.get(column.kind, _UNUSED["category"])
            yield Guess("Unused column", column.name, column.note or why, option.format(number=NUMBERS.first))
        if len(unused) > _MOST_NAMED:
            yield Guess("Unused columns", f"{len(unused) - _MOST_NAMED} more", "see the table of columns")
    elif unused:
        for column in unused[:_MOST_NAMED]:
            yield Guess("Unused column", column.name, _unused_because(plan, column), "--use NAME")
        if len(unused) > _MOST_NAMED:
            yield Guess("Unused columns", f"{len(unused) - _MOST_NAMED} more", "see the table of columns", "--use NAME")


def _of_the_texts(seen: TableProfile, plan: Plan, asked: ImportOptions) -> Iterator[Guess]:
    """Yield the read text columns, order and joining, and what several labels mean."""
    options, chat, label = plan.options, seen.made("text"), seen.made("label")
    read = [options.text_column, *(options.more_text_columns or ())] if options.text_column else []
    is_chat = chat is not None and chat.name == options.text_column
    if len(read) > 1 and not (asked.text_column and asked.more_text_columns is not None):
        why, option = "texts about the same example; joined by a line break", f"{_TEXT} once for each, in order"
        yield Guess("Text columns", ", then ".join(f"'{name}'" for name in read), why, option)
    elif read and not asked.text_column:
        kind = "conversations, read as turns" if is_chat else ""
        yield Guess("Text column", read[0], kind or _why(seen, read[0], "Text column"), _TEXT)
    if label is not None and label.name == options.label_column and label.choice and not asked.several_labels:
        yield Guess("Rows with several labels", "only the first of a row", "one label each is learnt here", _SEVERAL)


def _unused_because(plan: Plan, column: Column) -> str:
    assert plan.features is not None  # asked only where numbers are predicted
    return plan.features.ignored.get(column.name, column.note)


def _why(seen: TableProfile, name: str, about: str) -> str:
    profile, made = seen.profile(name), seen.made("label")
    if name in seen.table.origins:
        return seen.table.origins[name]
    if made is not None and made.name == name and len(made.sources) > 1:
        return f"the columns {listed(made.sources, 6)} of 0 and 1 say it together"
    if about == "Text column":
        return f"{profile.average_words:.0f} words a row on average"
    rows = profile.counts.total()
    if about == "Label column":
        return f"{profile.distinct:,} different values in {rows:,} rows"
    return f"numbers, {profile.distinct:,} different ones in {rows:,} rows"


def _of_the_file(seen: TableProfile, asked: ImportOptions) -> Iterator[Guess]:
    yield from seen.table.guesses
    settings = seen.table.settings
    delimiter = str(settings.get("delimiter", ""))
    if delimiter and not asked.delimiter:
        yield Guess(
            "Separator", SEPARATORS.get(delimiter, delimiter), "the columns are even with it", "--separator SIGN"
        )
    if (encoding := str(settings.get("encoding", ""))) and not asked.encoding:
        yield Guess("Encoding", encoding, "the bytes read so without a fault", "--encoding NAME")
    has_header = settings.get("has_header") if "has_header" in seen.table.facts else None
    if has_header is not None and asked.has_header is None:
        first = "names of the columns" if has_header else "data already"
        yield Guess("First row", first, "compared with the rows below it", "--header or --no-header")
    if (sheet := str(seen.table.facts.get("sheet", ""))) and not asked.sheet:
        yield Guess("Sheet", sheet, "the first with a table", "--sheet NAME")
