"""Final form of a table: conversations as text, and one label from several columns.

A list of labels gives one label too.
"""

from core.data.tables.conversations.columns import find_conversations
from core.data.tables.conversations.rows import with_turns_together
from core.data.tables.derived import Derived, with_derived
from core.data.tables.roles import guess_label, guess_text, is_surely_text, may_be_several
from core.data.tables.several_labels import labels_in, of_columns, of_lists, together
from core.data.tables.table import Table
from core.data.tables.table_profile import TableProfile, table_profile
from core.data.task_kinds import LABELLED_TEXTS
from core.specs.dataset_types import ImportOptions


def arranged(table: Table, options: ImportOptions) -> TableProfile:
    """Look at a table's beginning, and add the columns that its own mean together.

    Raises:
        DataError: There is nothing below the header, or a choice that does not fit.
    """
    seen = table_profile(table)
    if (by_turns := with_turns_together(seen)) is not None:
        seen = table_profile(by_turns)
    if (conversations := find_conversations(seen)) is not None:
        seen = with_derived(seen, [conversations])
    if options.task in ("", LABELLED_TEXTS.first) and (label := _label(seen, options)) is not None:
        seen = with_derived(seen, [label])
    return seen


def _label(seen: TableProfile, options: ImportOptions) -> Derived | None:
    """Return the label from a list or several columns; None if there is none."""
    made = seen.made("text")
    read = {options.text_column, *(made.sources if made else ()), *options.ignored_columns, options.split_column}
    wanted = options.label_column
    profiles = [p for p in seen.profiles if p.kind != "empty" and (p.name not in read or p.name == wanted)]
    text = options.text_column or (made.name if made else guess_text(profiles))
    if not text or not (options.text_column or made or is_surely_text(seen.profile(text))):
        return None  # a table of numbers: its columns of 0 and 1 are features
    others = [profile for profile in profiles if profile.name != text]
    called = [p for p in others if p.name == wanted or (not wanted and may_be_several(p.name))]
    for profile in [*called, *([] if wanted or called else others)]:
        take_apart = labels_in(profile, is_label=profile in called)
        if take_apart is not None:
            return of_lists(profile, take_apart, options.several_labels)
    hot = together(others)
    if not hot or any(profile not in hot for profile in called if guess_label([profile], "")):
        return None
    derived = of_columns(hot, options.several_labels, seen.table.names)
    return derived if wanted in ("", derived.name) else None
