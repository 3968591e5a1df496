"""The running notebook cell: executing it again ends the runs of its earlier execution."""

import builtins
import re
import sys
from typing import NamedTuple

# What IPython calls the code of a cell: its number differs each time, the rest follows from its text.
_CELL = re.compile(r"<ipython-input-\d+-(?P<text>\w+)>|.*ipykernel_\d+[/\\](?P<file>\w+)\.py")


class Cell(NamedTuple):
    """A cell, and which of its executions this is."""

    name: str
    execution: int


def is_interactive() -> bool:
    """Return whether a notebook or an IPython prompt runs this process."""
    return hasattr(builtins, "__IPYTHON__")


def current_cell() -> Cell | None:
    """Return the cell that runs now; None in a script."""
    shell = getattr(builtins, "get_ipython", lambda: None)() if is_interactive() else None
    if shell is None:
        return None
    name = _id_of(shell) or _name_of_code()
    return Cell(name, int(getattr(shell, "execution_count", 0) or 0)) if name else None


def _id_of(shell: object) -> str:
    """Return the notebook's cell id, which survives edits; older notebooks have none."""
    parent: object = getattr(shell, "get_parent", dict)()
    metadata = parent.get("metadata") if isinstance(parent, dict) else None
    return str(metadata.get("cellId") or "") if isinstance(metadata, dict) else ""


def _name_of_code() -> str:
    frame = sys._getframe(1)
    while frame is not None:
        if found := _CELL.fullmatch(frame.f_code.co_filename):
            return found["text"] or found["file"]
        frame = frame.f_back  # type: ignore[assignment]
    return ""
