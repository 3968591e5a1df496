"""Data that ships with the project, in data/samples."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import DataError
from core.settings import PROJECT

if TYPE_CHECKING:
    import pandas as pd

SAMPLES = PROJECT / "data" / "samples"


def sample_table(name: str) -> "pd.DataFrame":
    """Return a table with floats and texts as a model reads them.

    Raises:
        DataError: It is missing or was altered.
    """
    import pandas as pd

    try:
        table = pd.read_csv(SAMPLES / name, keep_default_na=False)
    except (OSError, EOFError, ValueError) as error:
        raise altered(SAMPLES / name) from error
    kinds = {column: float if table[column].dtype.kind in "iuf" else object for column in table}
    return table.astype(kinds)


def altered(file: Path) -> DataError:
    """Return the error of a sample that is not as it was shipped."""
    return DataError(f"The built-in data in {file} is missing or was altered. Get it back with: git checkout {file}")
