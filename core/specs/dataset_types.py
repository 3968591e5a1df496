"""Types of user-provided data: frozen values for processes and pages, without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SourceKind = Literal["pictures", "table", "documents"]
ColumnKind = Literal[
    "text", "category", "number", "number-in-text", "date", "duration", "identifier", "constant", "empty"
]
ColumnRole = Literal["text", "label", "target", "split", "group", "feature", "ignored"]
CHOSEN_KINDS = (
    "number", "category", "date", "date-day-first", "date-month-first", "duration", "text", "identifier",
)  # fmt: skip
Severity = Literal["error", "warning", "note"]
ImportState = Literal["working", "done", "failed", "cancelled"]


class ImportOptions(BaseModel):
    """Everything that a user may decide about an import; empty values are guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str = ""
    name: str = ""  # of the data set; empty is made from the source's name
    title: str = ""
    text_column: str = ""
    more_text_columns: tuple[str, ...] | None = None  # read after the text, in this order; None takes those guessed
    label_column: str = ""
    target_column: str = ""
    split_column: str = ""
    group_column: str = ""  # whose rows with one value are all on one side: customer, patient, document
    ignored_columns: tuple[str, ...] = ()
    number_columns: tuple[str, ...] | None = None  # texts such as "8GB" to read as numbers; None takes those offered
    used_columns: tuple[str, ...] = ()  # to use although there is a doubt about them
    column_kinds: Mapping[str, str] = Field(default_factory=dict)  # column -> one of `CHOSEN_KINDS`
    split_by: Literal["", "random", "time"] = ""  # how rows of a table are divided; "" is guessed
    delimiter: str = ""
    encoding: str = ""
    has_header: bool | None = None
    keep_totals: bool = False  # rows that are sums, averages, notes and titles come in as well
    sheet: str = ""
    label_map: Mapping[str, str] = Field(default_factory=dict)  # from a label as written; to "" drops its rows
    normalise_labels: bool = True
    clean_text: bool = True  # HTML entities, <br />, broken encodings
    several_labels: str = ""  # of one row: "first", "leave-out" or "against:LABEL"; empty takes the first
    document_end: str = ""  # of a text file: "none", "blank-line", "---", "<|endoftext|>" ...; empty is guessed
    add_to: str = ""  # a data set that gets these examples besides its own, as a new version
    layout: str = ""  # of pictures: how a source says what they show, such as "coco" or "upper-folder"
    ground: str = ""  # of transparent pictures: "white", "black" or "grey"
    divide_anew: bool = False  # whatever the source says of training, validation and test
    licence: str = ""
    source: str = ""
    target: str = ""  # how good a model must be to be useful, as `core.specs.target.Target.parse` reads it


@dataclass(frozen=True)
class Column:
    """One column of a table, as it was found."""

    name: str
    kind: ColumnKind
    role: ColumnRole
    distinct: int  # in the rows looked at
    missing: int
    examples: tuple[str, ...]  # at most 3
    note: str = (
        ""  # such as "8GB, 16GB: offered as numbers, without 'GB'" or "the same as the target: it gives it away"
    )


@dataclass(frozen=True)
class Guess:
    """One choice that nobody made: what was taken, why, and how to choose otherwise."""

    about: str  # the choice, as the field calls it: "Task", "Label column", "Separator"
    value: str  # what was taken: "sentiment"
    why: str = ""  # a clause: "3 different values in 1,500 rows"
    option: str = ""  # of `touchstone data import`: "--label-column NAME"; empty where it cannot be chosen


@dataclass(frozen=True)
class Thumbnail:
    """A small copy of a picture that is not imported yet."""

    label: str  # as it will be called
    name: str  # in the source
    data: str  # a PNG or JPEG in base64


@dataclass(frozen=True)
class SourcePreview:
    """A preview of a source from its beginning, shown for correction before the import."""

    kind: SourceKind
    format: str  # "CSV, separated by semicolons, UTF-8"; "ZIP of class folders"
    tasks: tuple[str, ...]  # that it could be for, the likeliest first
    options: ImportOptions  # the guess, complete
    size_bytes: int
    columns: tuple[Column, ...] = ()  # of a table
    sample: tuple[tuple[str, ...], ...] = ()  # the first rows of a table, or the first lines of documents
    classes: Mapping[str, int] = field(default_factory=dict)  # examples by label, as far as looked; after the mapping
    label_map: Mapping[str, str] = field(default_factory=dict)  # every label as written -> as it will be called
    notes: tuple[str, ...] = ()  # whole sentences: what was found out, and what is strange
    problem: str = ""  # why it cannot be taken in as it is: something must be chosen first
    rows: int = 0  # rows, pictures or documents; an estimate for large tables
    rows_are_exact: bool = True
    thumbnails: tuple[Thumbnail, ...] = ()  # a few pictures of each class
    layouts: Mapping[str, str] = field(default_factory=dict)  # of pictures: those it could be, by name, for people
    row_labels: tuple[str, ...] = ()  # all that occur, where a row may have several of them
    conversations: tuple[tuple[tuple[str, str], ...], ...] = ()  # the first few: who speaks and what is said, by turn
    guesses: tuple[Guess, ...] = ()  # every choice that the options left open, a line each


@dataclass(frozen=True)
class Finding:
    """One thing that the data doctor found, in words."""

    code: str
    severity: Severity
    count: int  # of rows, pictures, files or labels, as the message says
    examples: tuple[str, ...]  # at most 5, short, safe to show
    message: str  # what, with its count: one or two whole sentences
    why: str  # why it matters: one sentence
    fix: str = ""  # what one click does, as a button says it: "Remove the repeated rows"; empty where nothing can
    rows: tuple[int, ...] = ()  # positions in the version, at most 1,000, to look at
    pairs: tuple[tuple[int, int], ...] = ()  # positions of examples to see side by side: the first, and its double


@dataclass(frozen=True)
class LabelIssue:
    """A label that a trained model has good reason to doubt; a person decides."""

    position: int  # in the version
    given: str
    suggested: str
    confidence: float  # 0 to 1
    run: str  # the name of the run that doubts it
    split: str = ""  # that it is in: "validation" or "test"


@dataclass(frozen=True)
class LabelFlipTest:
    """A test of label doubts: labels flipped on purpose, and how many were found."""

    judge: str  # what looked for them: "the model itself", "a linear model on the same features, cross-validated,"
    among: str  # whose labels: "training", "validation and test"
    examples: int  # that took part
    draws: int  # how often others were flipped
    flipped: int  # labels, in all draws; so are the next two
    doubted: int
    found: int  # that were both doubted and flipped

    @property
    def precision(self) -> float:
        """The share of doubted labels that were truly flipped; 0 where none was doubted."""
        return self.found / self.doubted if self.doubted else 0.0


@dataclass(frozen=True)
class VersionInfo:
    """One immutable state of a brought data set, without its examples."""

    name: str
    fingerprint: str
    task: str
    created_at: datetime
    change: str  # what made it: "Imported from tweets.csv", "Removed the repeated rows"
    parent: str  # fingerprint of the version before; empty for the first
    examples: int
    labels: tuple[str, ...]
    class_counts: Mapping[str, int]  # empty where there are no classes
    split_sizes: Mapping[str, int]
    size_bytes: int


@dataclass(frozen=True)
class DatasetEntry:
    """A data set in the list: built in, or brought by the user."""

    name: str
    title: str
    task: str
    summary: str
    licence: str
    source: str
    built_in: bool
    fingerprint: str = ""  # of its newest version; empty for a built-in one that was never loaded
    examples: int = 0
    version_count: int = 1
    created_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is; written by its process, read by whoever asks."""

    id: str
    title: str  # what is imported, as the user named it
    state: ImportState
    stage: str  # "Reading", "Looking for duplicates" ...
    done: int  # of `total`, in `unit`
    total: int  # 0 where nobody can know
    unit: Literal["bytes", "rows", "images", "documents", "checks"]
    started_at: datetime
    time_left_s: float | None
    message: str = ""  # when failed: what happened, why, what to do
    dataset: str = ""  # when done
    fingerprint: str = ""


@dataclass(frozen=True)
class HubSet:
    """A well-known data set of the hub."""

    id: str
    title: str
    task: str
    licence: str
    size_bytes: int  # to download, about
    examples: int
    summary: str
    config: str = ""
    split_map: Mapping[str, str] = field(default_factory=dict)  # the hub's split -> ours
    input_column: str = ""
    label_column: str = ""
