"""What was guessed about a table, a line each: task, columns, split, and how the file is read."""

from collections.abc import Iterator

from core import catalog
from core.imports import Column, Guess, ImportOptions
from core.intake.tables.number_guesses import number_guesses
from core.intake.tables.plan import Plan
from core.intake.tables.survey import Survey
from core.intake.tables.table import listed

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "space"}
_MOST_NAMED = 8  # unused columns that a line names


def table_guesses(seen: Survey, plan: Plan, asked: ImportOptions) -> tuple[Guess, ...]:
    """Return every choice that the user left open.

    Args:
        seen: The table.
        plan: What it will become.
        asked: What the user decided.
    """
    return (
        *_of_the_task(plan, asked),
        *_of_the_columns(seen, plan, asked),
        *number_guesses(seen, plan.features),
        *_of_the_file(seen, asked),
    )


def split_guess(column: str, asked: ImportOptions, option: str = "--split-column NAME") -> Guess | None:
    """Return how the examples will be divided, None where the user said so.

    Args:
        column: That names the split of each row; empty where none does.
        asked: What the user decided.
        option: How to choose otherwise.
    """
    if asked.split_column:
        return None
    if column:
        return Guess("Split", f"as the column '{column}' says", "its values name splits", option)
    return Guess("Split", "70 / 15 / 15 by chance", "no column names a split; repeated examples stay together", option)


def task_guess(task: str, why: str, asked: ImportOptions) -> tuple[Guess, ...]:
    """Return what the data was taken to be for, nothing where the user said so."""
    if asked.task or not task:
        return ()
    return (Guess("Task", f"{catalog.find_task(task).title} ({task})", why, "--task TASK"),)


def _of_the_task(plan: Plan, asked: ImportOptions) -> tuple[Guess, ...]:
    others = [name for name in plan.tasks if name != plan.options.task]
    why = f"it could also be for {listed(others)}" if others else "nothing else fits its columns"
    return task_guess(plan.options.task, why, asked)


def _of_the_columns(seen: Survey, plan: Plan, asked: ImportOptions) -> Iterator[Guess]:
    options = plan.options
    named = (
        ("Text column", options.text_column, asked.text_column, "--text-column NAME"),
        ("Label column", options.label_column, asked.label_column, "--label-column NAME"),
        ("Target column", options.target_column, asked.target_column, "--target-column NAME"),
    )
    for about, name, decided, option in named:
        if name and not decided and name in seen.table.names:
            yield Guess(about, name, _why(seen, name, about), option)
    unused = [c for c in plan.columns if c.role == "ignored" and c.name not in asked.ignored_columns]
    if unused and not plan.features:
        shown = f" and {len(unused) - _MOST_NAMED} more" if len(unused) > _MOST_NAMED else ""
        yield Guess("Unused columns", listed([c.name for c in unused[:_MOST_NAMED]]) + shown, "not needed for the task")
    elif unused:
        for column in unused[:_MOST_NAMED]:
            yield Guess("Unused column", column.name, _unused_because(plan, column), "--use NAME")
        if len(unused) > _MOST_NAMED:
            yield Guess("Unused columns", f"{len(unused) - _MOST_NAMED} more", "see the table of columns", "--use NAME")
    if (split := split_guess(options.split_column, asked)) is not None:
        yield split


def _unused_because(plan: Plan, column: Column) -> str:
    assert plan.features is not None  # asked only where numbers are predicted
    return plan.features.ignored.get(column.name, column.note)


def _why(seen: Survey, name: str, about: str) -> str:
    profile = seen.profile(name)
    if about == "Text column":
        return f"{profile.average_words:.0f} words a row on average"
    rows = profile.counts.total()
    if about == "Label column":
        return f"{profile.distinct:,} different values in {rows:,} rows"
    return f"numbers, {profile.distinct:,} different ones in {rows:,} rows"


def _of_the_file(seen: Survey, asked: ImportOptions) -> Iterator[Guess]:
    yield from seen.table.guesses
    settings = seen.table.settings
    delimiter = str(settings.get("delimiter", ""))
    if delimiter and not asked.delimiter:
        yield Guess(
            "Separator", SEPARATORS.get(delimiter, delimiter), "the columns are even with it", "--separator SIGN"
        )
    if (encoding := str(settings.get("encoding", ""))) and not asked.encoding:
        yield Guess("Encoding", encoding, "the bytes read so without a fault", "--encoding NAME")
    has_header = settings.get("has_header")
    if has_header is not None and asked.has_header is None:
        first = "names of the columns" if has_header else "data already"
        yield Guess("First row", first, "compared with the rows below it", "--header or --no-header")
    if (sheet := str(settings.get("sheet", ""))) and not asked.sheet:
        yield Guess("Sheet", sheet, "the first with a table", "--sheet NAME")
