"""What every check of the data doctor is tried on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.data.checks.support.check_context import CheckContext
from core.specs.dataset_types import Severity

Make = Callable[[Path], CheckContext]


@dataclass(frozen=True)
class Case:
    """A version on which a check must find something, and a similar one on which it must not.

    Args:
        code: The check's.
        fires: Makes the version, in a folder, on which it must find something.
        silent: Makes the one on which it must not.
        severity: Of what it finds.
        count: Of what it finds.
        message: What it says, to the letter.
        fix: What the button says; empty where nothing can be put right.
        example: One of the examples.
        left: How many rows are left after the fix.
    """

    code: str
    fires: Make
    silent: Make
    severity: Severity
    count: int
    message: str
    fix: str = ""
    example: str = ""
    left: int = 0
