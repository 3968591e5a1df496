"""Offered group columns of a table: a customer, a patient, a document.

They are offered, never just used.
"""

import re

from core.data.tables.columns import ColumnProfile
from core.data.tables.table_profile import TableProfile
from core.data.task_kinds import DOCUMENTS
from core.errors import DataError
from core.formatting import listed
from core.specs.dataset_types import Guess, ImportOptions

NAMES_GROUPS = "names the groups that stay on one side: nothing of it can be learnt for new ones"
_WHO = (
    "customer|client|patient|subject|user|author|speaker|person|people|participant|respondent|employee|student|member|"
    "account|household|family|session|visit|document|doc|article|conversation|dialog|dialogue|thread|ticket|case|order|"
    "device|machine|sensor|vehicle|site|hospital|clinic|company|firm|school|store|shop|kunde|kunden|nutzer|benutzer|"
    "autor|patienten|sitzung|dokument|gerät|client|utilisateur|auteur|cliente|paciente|usuario|autore|batch|scene|video|"
    "recording|player|team|driver|seller|vendor|host|reviewer|annotator|worker"
)
_NAMED = re.compile(rf"(?:^|_)(?:{_WHO})s?(?:_?(?:id|ids|no|nr|number|key|code|name|uuid|hash))?$")
_ID = re.compile(r"(?:^|_)(?:id|uuid|guid)$")
FEWEST_GROUPS = 5  # that repeat, and in which rows are, on average, at least:
ROWS_EACH, MOST_ROWS_EACH = 1.5, 0.5  # and the largest has no more of all rows than this share


def check_group(seen: TableProfile, options: ImportOptions) -> None:
    """Raise a `DataError` if the column that the user names cannot name groups."""
    name = options.group_column
    if not name:
        return
    if name not in seen.table.names:
        raise DataError(
            f"{seen.table.path.name} has no column '{name}', by which rows of one group are kept on one side. It has: "
            f"{listed(seen.table.names, 20)}. Name it as it was, choose another one, or import under another name."
        )
    roles = {
        "the text": (options.text_column, *(options.more_text_columns or ())),
        "the label": (options.label_column,),
        "the number to predict": (options.target_column,),
        "the split": (options.split_column,),
        "left out": options.ignored_columns,
    }
    for role, names in roles.items():
        if name in names:
            raise DataError(f"The column '{name}' cannot name the groups and be {role}. Choose another one for either.")
    if options.split_by == "time":
        raise DataError(
            f"Rows are split either by time or by the groups of '{name}': the rows of one group are of many days. "
            "Leave out --split-by time, or --group."
        )
    if options.task and DOCUMENTS.fits(options.task):
        raise DataError("Groups are for texts with labels and for tables; a model that writes learns whole documents.")
    profile = seen.profile(name)
    if profile.distinct == 1 and not profile.missing and seen.is_whole:
        raise DataError(
            f"The column '{name}' of {seen.table.path.name} names one group only, '{next(iter(profile.counts))}', and "
            "all rows of a group are on one side: nothing would be left for the other. Choose another column, or none."
        )


def group_guess(seen: TableProfile, taken: set[str], asked: ImportOptions) -> Guess | None:
    """Return the guess of a group column; None if no column fits.

    Args:
        seen: The table.
        taken: Columns that are something else: the text, the label, the target, the split.
        asked: What the user decided.
    """
    if asked.group_column or asked.split_column:
        return None
    likely = [p for p in seen.profiles if p.name not in taken and p.name not in asked.ignored_columns]
    found = max(((_likeness(p), -p.position, p) for p in likely), default=None, key=lambda one: one[:2])
    if found is None or not found[0]:
        return None
    name, rows = found[2].name, found[2].counts.total()
    return Guess(
        "Groups",
        "none",
        f"'{name}' may name some: {found[2].distinct:,} values in {rows:,} rows. Where rows of one are alike, a test "
        "flatters unless they are all on one side",
        f'--group "{name}"' if " " in name else f"--group {name}",
    )


def _likeness(profile: ColumnProfile) -> float:
    """Return how likely a column names groups; 0 if it does not."""
    if profile.kind not in ("category", "identifier", "number", "text") or not profile.counts:
        return 0.0
    rows, repeated = profile.counts.total(), sum(count > 1 for count in profile.counts.values())
    if repeated < FEWEST_GROUPS or rows < ROWS_EACH * profile.distinct:
        return 0.0
    if max(profile.counts.values()) > MOST_ROWS_EACH * rows:
        return 0.0
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[\s\-.]+", "_", profile.name.strip()).lower()
    return 2.0 if _NAMED.search(plain) else 1.0 if _ID.search(plain) else 0.0
