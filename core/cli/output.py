"""What every command prints: one JSON document, or a table for people."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.runs import Run

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's eight characters.")]


def print_json(document: Any) -> None:
    """Print one JSON document; NaN and infinity, which JSON lacks, become the texts "NaN" and "Infinity"."""
    print(to_json(document, indent=1, inf_nan_mode="strings").decode())  # json takes 1 s for 1,000 runs, this a tenth


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table as wide as the terminal; nothing in it is read as markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console().print(table)


def score_of(run: Run, metric: str) -> str:
    """Return a run's score with its interval, or a dash."""
    score = run.test.get(metric)
    return "-" if score is None else f"{score.value:.3f} ({score.ci_low:.3f} to {score.ci_high:.3f})"
