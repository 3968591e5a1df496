"""A sheet's cell extent and text size.

A library keeps all of it in memory.
"""

from pathlib import Path

from core.errors import DataError

MOST_CELLS = 10_000_000  # in the grid of one sheet: about 100 bytes each
MOST_CHARACTERS = 300_000_000  # of the texts in all cells; one text that stands in many counts each time


class Grid:
    """The rectangle that a sheet's cells span, and the characters in them."""

    def __init__(self, path: Path, before: int = 0, characters: int = 0) -> None:
        self.path, self.before, self.characters = path, before, characters
        self.rows = self.columns = 0

    def widen(self, rows: int, columns: int) -> None:
        """Make room for a cell that far down and right.

        Raises:
            DataError: They span too much.
        """
        if rows <= self.rows and columns <= self.columns:
            return
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
        if self.before + self.rows * self.columns > MOST_CELLS:
            others = f", with {self.before:,} in other sheets" if self.before else ""
            raise DataError(
                f"A sheet of {self.path.name} reaches to row {self.rows:,} and column {self.columns:,}: "
                f"{self.rows * self.columns:,} cells{others}, more than the {MOST_CELLS:,} that can be held. Often a "
                "single stray entry far off is the cause: delete it, or save the sheet as .csv."
            )

    def add_text(self, characters: int) -> None:
        """Make room for a text.

        Raises:
            DataError: There are too many characters.
        """
        self.characters += characters
        if self.characters > MOST_CHARACTERS:
            raise DataError(
                f"The cells of {self.path.name} hold more than {MOST_CHARACTERS // 1_000_000:,} million characters (a "
                "text that stands in many cells counts each time), more than can be held. Save the sheet as .csv, or "
                "only the columns that matter."
            )
