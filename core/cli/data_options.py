"""The options of the commands on data sets, and how their texts are read."""

from typing import Annotated, Any, Literal

import typer

from core.errors import UserError
from core.specs.dataset_types import CHOSEN_KINDS

Name = Annotated[str, typer.Argument(metavar="NAME", help="The data set's name; see: touchstone data list")]
TaskOption = Annotated[str, typer.Option(help="The task it is for; guessed if not given.")]
Texts = Annotated[
    list[str] | None,
    typer.Option(
        "--text-column", help="The column that holds the texts; guessed if not given. Repeat it to read more."
    ),
]
Label = Annotated[str, typer.Option(help="The column that holds the labels; guessed if not given.")]
Target = Annotated[str, typer.Option(help="The column to predict, of a table for regression.")]
Ignored = Annotated[
    list[str] | None,
    typer.Option("--skip", "--ignore-column", metavar="COLUMN", help="A column to leave out; may be repeated."),
]
Used = Annotated[
    list[str] | None,
    typer.Option("--use", metavar="COLUMN", help="A column to use although there is a doubt about it; repeatable."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--as", metavar="COLUMN=KIND", help=f"What a column holds: {', '.join(CHOSEN_KINDS)}; repeatable."),
]
SplitBy = Annotated[
    str, typer.Option(help="How a table's rows are split: random, or time (earlier ones for training); guessed.")
]
Group = Annotated[
    str,
    typer.Option(
        "--group", metavar="COLUMN",
        help="A column that names what rows belong to (customer, patient, document): all rows of one are on one side. "
        "Of images, 'folder' keeps those of one folder together.",
    ),
]  # fmt: skip
SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}  # that a shell makes hard to type
Source = Annotated[str, typer.Argument(metavar="SOURCE", help="A file, a folder, or hub:ID of a hub data set.")]
NewName = Annotated[str, typer.Option(help="What to call it; made from the file's name if not given.")]
SeveralLabels = Annotated[str, typer.Option(help="Of rows with several labels: first, leave-out, or against:LABEL.")]
DocumentEnd = Annotated[
    str, typer.Option(help="Where a document of a text file ends: none, blank-line, ---, ***, form-feed ...")
]
SplitColumn = Annotated[str, typer.Option(help="The column that names each row's split.")]
Separator = Annotated[str, typer.Option(help="The sign between columns; guessed if not given.")]
Encoding = Annotated[str, typer.Option(help="The encoding of a text file; guessed if not given.")]
Header = Annotated[bool | None, typer.Option("--header/--no-header", help="Whether the first row holds names.")]
Sheet = Annotated[str, typer.Option(help="The sheet of a workbook, or the list of a JSON file.")]
KeepTotals = Annotated[
    bool, typer.Option("--keep-totals", help="Keep the rows of a table that are sums, averages, notes or titles.")
]
Layout = Annotated[str, typer.Option(help="How images are laid out, such as class-folders, upper-folder, table, coco.")]
Ground = Annotated[
    str, typer.Option(help="What transparent images are laid on: white, black or grey; guessed if not given.")
]
DivideAnew = Annotated[
    bool, typer.Option("--divide-anew", help="Split all examples again, whatever the source says of its parts.")
]
AddTo = Annotated[str, typer.Option(help="Add the examples to this data set, as a new version of it.")]
HubConfig = Annotated[str, typer.Option(help="The configuration of a hub data set that has several.")]
GoodEnoughOption = Annotated[
    str,
    typer.Option(
        "--target", metavar="TARGET", help="How good a model must be to be useful; see: touchstone train --help"
    ),
]


def text_columns(columns: list[str] | None) -> dict[str, Any]:
    """Return the options that say which columns are read, in their order."""
    return {"text_column": columns[0], "more_text_columns": tuple(columns[1:])} if columns else {}


def column_kinds(said: list[str]) -> dict[str, str]:
    """Return the kind of each column, from `NAME=KIND`; a name may hold an equals sign itself."""
    kinds = {}
    for pair in said:
        name, sign, kind = pair.rpartition("=")
        if not sign or not name:
            raise UserError(
                f"'{pair}' does not say what a column holds. Write --as COLUMN=KIND, such as --as shop=category."
            )
        kinds[name] = kind.strip().lower()
    return kinds


def split_by(said: str) -> Literal["", "random", "time"]:
    """Return how rows are divided, if it is one of the ways."""
    match said:
        case "" | "random" | "time":
            return said
    raise UserError(f"Rows are split by 'random' or by 'time', not by '{said}'.")
