"""Every reader by name, and which of them is surest of a source."""

from pathlib import Path

from core.catalog import entries
from core.data.staging import ReaderSpec
from core.errors import DataError, UnknownName

UNSURE = 0.1  # of a reader: below it nothing but a better sentence is to be expected


def readers() -> dict[str, ReaderSpec]:
    """Return every reader by name: a new file in `core/data/readers/` is a new one."""
    return entries("core.data.readers", "READER")


def find_reader(path: Path, layout: str = "", task: str = "") -> ReaderSpec:
    """Return the reader that is surest of a source.

    Args:
        path: The source.
        task: That it is wanted for; a reader that cannot serve it is passed over where another one can.
        layout: Of pictures, where somebody wants it to be read as that; "" is what it looks most like.

    Raises:
        DataError: There is nothing there, or no reader knows it.
    """
    if not path.exists():
        raise DataError(f"There is no file or folder {path}. Check the spelling.")
    if path.is_file() and path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty: it has no bytes at all. Save or export it again, then import that.")
    if layout:
        return _reader_of(layout)
    sure = {name: reader.accepts(path) for name, reader in readers().items()}
    serving = {name: value for name, value in sure.items() if not task or readers()[name].tasks.fits(task)}
    sure = serving if max(serving.values(), default=0) > UNSURE else sure
    best = max(sure, key=lambda name: sure[name])
    if sure[best] <= 0:
        kinds = "; ".join(reader.title for reader in readers().values())
        raise DataError(f"{path.name} is of no kind that can be read here. What can be: {kinds}.")
    return readers()[best]


def _reader_of(layout: str) -> ReaderSpec:
    known = {name: reader for reader in readers().values() for name in reader.layouts()}
    if layout not in known:
        raise UnknownName("layout", layout, known)
    return known[layout]
