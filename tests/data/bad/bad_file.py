"""What a bad file is: how to make it, and the sentence that its owner must see."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.specs.dataset_types import ImportOptions


@dataclass(frozen=True)
class BadFile:
    """A file or folder that somebody could well bring, and that is wrong.

    Args:
        name: What is wrong with it, as a test's name says it.
        make: Writes it into an empty folder, and returns where it is.
        says: The exact sentences: of the refusal, or of the finding where it comes in all the same.
        options: What the user decided about it.
        finding: The code of the finding, where it comes in all the same.
    """

    name: str
    make: Callable[[Path], Path]
    says: str
    options: ImportOptions = field(default_factory=ImportOptions)
    finding: str = ""


def bad_files() -> dict[str, BadFile]:
    """Return every bad file by name, of all the modules `of_...` beside this one."""
    package = importlib.import_module("tests.data.bad")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name.startswith("of_"))
    found: dict[str, BadFile] = {}
    for name in names:
        for bad in importlib.import_module(f"tests.data.bad.{name}").BAD_FILES:
            assert bad.name not in found, f"two bad files are called '{bad.name}'"
            found[bad.name] = bad
    return found
