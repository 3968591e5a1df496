"""Counts of rows and cells left out or changed during reading, for findings."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.specs.dataset_types import Finding, Severity

SHOWN = 5  # examples in a finding
_LINES_SHOWN = 5
_LONGEST_EXAMPLE = 80  # characters


@dataclass
class Tally:
    """How often one thing happened, and where first."""

    count: int = 0
    lines: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, line: int, example: str = "") -> None:
        """Count one."""
        self.count += 1
        if len(self.lines) < _LINES_SHOWN:
            self.lines.append(line)
        if example and len(self.examples) < SHOWN:
            self.examples.append(shortened(example))


@dataclass(frozen=True)
class _Wording:
    severity: Severity
    one: str  # the message where it happened once
    many: str  # with {count}
    why: str


# In this order they are told. {unit} is "line" or "row", {file} the file's name.
_WORDINGS: dict[str, _Wording] = {
    "ragged-rows": _Wording(
        "warning",
        "One row of {file} was left out because it does not have as many cells as there are columns ({where}).",
        "{count} rows of {file} were left out because they do not have as many cells as there are columns ({where}).",
        "In such a row nobody can know which cell belongs to which column; often a quotation mark is missing.",
    ),
    "lone-cells": _Wording(
        "note",
        "One line of {file} was left out because it is no row: a comment, title, note or source ({where}).",
        "{count} lines of {file} were left out because they are no rows: comments, titles, notes or sources ({where}).",
        "Such lines stand above, within and below tables, and have no cells for the columns.",
    ),
    "bad-lines": _Wording(
        "warning",
        "One line of {file} was left out because it is not a JSON object ({where}).",
        "{count} lines of {file} were left out because they are not JSON objects ({where}).",
        'Each line must be one object such as {"text": "...", "label": "..."}; a cut-off line is often the last one.',
    ),
    "empty-rows": _Wording(
        "warning",
        "One row of {file} was left out because its text is empty ({where}).",
        "{count} rows of {file} were left out because their text is empty ({where}).",
        "A model cannot learn anything from an empty text.",
    ),
    "unreadable-texts": _Wording(
        "warning",
        "One text of {file} was left out because it cannot be read ({where}).",
        "{count} texts of {file} were left out because they cannot be read ({where}).",
        "What stands in them cannot be learnt; the examples say why.",
    ),
    "missing-labels": _Wording(
        "warning",
        "One row of {file} was left out because it has no label ({where}).",
        "{count} rows of {file} were left out because they have no label ({where}).",
        "Without the right answer a row can be used neither to learn nor to test.",
    ),
    "no-answer": _Wording(
        "warning",
        "In one row of {file} nothing is answered ({where}); it is kept as it is.",
        "In {count} rows of {file} nothing is answered ({where}); they are kept as they are.",
        "A model learns from them to ask, not to answer: fill the answers in, or take these rows out of the file.",
    ),
    "several-labels": _Wording(
        "warning",
        "One row of {file} was left out because it has several labels ({where}).",
        "{count} rows of {file} were left out because they have several labels ({where}).",
        "One label each is learnt here, and rows with several were left out by choice.",
    ),
    "first-labels": _Wording(
        "warning",
        "One row of {file} has several labels; only the first of them is used ({where}).",
        "{count} rows of {file} have several labels; only the first of each is used ({where}).",
        "One label each is learnt here. Choose one label against the rest, or leave such rows out, if that is better.",
    ),
    "tool-calls": _Wording(
        "note",
        "In one conversation of {file} tools are called; each call is written as [tool: what was asked] ({where}).",
        "In {count} conversations of {file} tools are called; each call is written as [tool: what was asked].",
        "A model learns to write such calls as it writes everything else; nothing here runs them.",
    ),
    "attachments": _Wording(
        "note",
        "One conversation of {file} holds images or files; a word in brackets stands for each ({where}).",
        "{count} conversations of {file} hold images or files; a word in brackets stands for each.",
        "Models that write learn from text alone, here.",
    ),
    "dropped-labels": _Wording(
        "note",
        "One row of {file} was left out because its label was left out on purpose.",
        "{count} rows of {file} were left out because their labels were left out on purpose.",
        "This was chosen when the labels were matched; import the file again to choose otherwise.",
    ),
    "not-a-number": _Wording(
        "warning",
        "One row of {file} was left out because what is to be predicted is not a number there ({where}).",
        "{count} rows of {file} were left out because what is to be predicted is not a number there ({where}).",
        "The target must be a number: without it a row can be used neither to learn nor to test.",
    ),
    "unknown-splits": _Wording(
        "warning",
        "One row of {file} names a split that is neither train, validation nor test ({where}); it counts as none.",
        "{count} rows of {file} name a split that is neither train, validation nor test ({where}); it counts as none.",
        "Rows without a split are for training. If these were meant for the test, correct their split in the file.",
    ),
    "unread-numbers": _Wording(
        "warning",
        "One cell of {file} is not a number although its column holds numbers; it counts as missing ({where}).",
        "{count} cells of {file} are not numbers although their columns hold numbers; they count as missing ({where}).",
        "A model sees the column's average there; correct the cells in the file if they matter.",
    ),
    "unread-dates": _Wording(
        "warning",
        "One cell of {file} is no date although its column holds dates; it counts as missing ({where}).",
        "{count} cells of {file} are no dates although their columns hold dates; they count as missing ({where}).",
        "A model sees the middle of the time there; correct the cells in the file if they matter.",
    ),
    "cells-cut": _Wording(
        "warning",
        "One cell of {file} is longer than a million characters and was cut there ({where}).",
        "{count} cells of {file} are longer than a million characters and were cut there ({where}).",
        "No model here reads that far, and such a cell is usually a mistake, such as a whole file within a cell.",
    ),
    "mixed-encoding": _Wording(
        "warning",
        "One line of {file} is not UTF-8 as the rest is; it was read as Western European ({where}).",
        "{count} lines of {file} are not UTF-8 as the rest is; they were read as Western European ({where}).",
        "Look at these lines: if their accents are wrong, save the file as UTF-8 in the program it came from.",
    ),
    "undecodable-characters": _Wording(
        "warning",
        "One line of {file} holds characters that its encoding does not have; a � stands for each ({where}).",
        "{count} lines of {file} hold characters that its encoding does not have; a � stands for each ({where}).",
        "If there are many, the encoding was guessed wrongly: choose another one and import again.",
    ),
    "nul-characters": _Wording(
        "note",
        "One line of {file} held invisible NUL characters; they were removed ({where}).",
        "{count} lines of {file} held invisible NUL characters; they were removed ({where}).",
        "They come from a faulty export and mean nothing.",
    ),
    "cleaned-text": _Wording(
        "note",
        "One text of {file} was cleaned: HTML such as <br /> or &amp;, broken accents or control characters ({where}).",
        "{count} texts of {file} were cleaned: HTML such as <br /> or &amp;, broken accents or control characters.",
        "Such remains of web pages teach a model nothing about the meaning. The original file is as it was.",
    ),
    "line-breaks": _Wording(
        "note",
        "One row of {file} goes over several lines, within quotation marks; it was kept as it is ({where}).",
        "{count} rows of {file} go over several lines, within quotation marks; they were kept as they are ({where}).",
        "A simpler program would have torn these rows apart.",
    ),
    "formulas": _Wording(
        "note",
        "One cell of {file} looks like a spreadsheet formula; it is kept as plain text ({where}).",
        "{count} cells of {file} look like spreadsheet formulas; they are kept as plain text ({where}).",
        "Touchstone never evaluates them, but a spreadsheet that opens an export would.",
    ),
}


class SkipReport:
    """Counts what is left out or changed, by the code of its finding."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}

    def add(self, code: str, line: int, example: str = "") -> None:
        """Count one case.

        Args:
            code: Of the finding, such as "ragged-rows".
            line: Where it is in the source, from 1.
            example: What stands there.
        """
        self.tallies.setdefault(code, Tally()).add(line, example)

    def add_all(self, code: str, lines: Iterable[int]) -> None:
        """Count many cases that have nothing to show but their place."""
        for line in lines:
            self.add(code, line)

    def count(self, code: str) -> int:
        """Return how many cases there are."""
        return self.tallies[code].count if code in self.tallies else 0

    def findings(self, file: str, unit: str) -> list[Finding]:
        """Return what happened, in words."""
        return [
            _finding(code, wording, self.tallies[code], file, unit)
            for code, wording in _WORDINGS.items()
            if code in self.tallies
        ]


def _finding(code: str, wording: _Wording, tally: Tally, file: str, unit: str) -> Finding:
    where = place(tally.lines, tally.count, unit)
    template = wording.one if tally.count == 1 else wording.many
    return Finding(
        code=code,
        severity=wording.severity,
        count=tally.count,
        examples=tuple(tally.examples) or tuple(f"{unit} {line:,}" for line in tally.lines),
        message=template.format(file=file, where=where, count=f"{tally.count:,}"),
        why=wording.why,
    )


def place(lines: list[int], count: int, unit: str) -> str:
    """Return where something is: "line 7", "lines 7, 9 and 3 more"."""
    if count == 1:
        return f"{unit} {lines[0]:,}"
    numbers = ", ".join(f"{line:,}" for line in lines)
    return f"{unit}s {numbers}" + (f" and {count - len(lines):,} more" if count > len(lines) else "")


def shortened(text: str, most: int = _LONGEST_EXAMPLE) -> str:
    """Return a text in one line, cut where it is long."""
    line = " ".join(text[: most * 2].split())
    return line if len(line) <= most and len(text) <= most * 2 else line[: most - 1] + "…"
