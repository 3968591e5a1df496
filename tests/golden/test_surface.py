"""Commands, addresses, schema, documents and files are what they were; on purpose: python -m tests.golden.freeze."""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.golden.console import at_home
from tests.golden.freeze import TEXTS, text, unpack
from tests.golden.surface import PARTS, PARTS_OF_A_HOME


@pytest.fixture(scope="module")
def saved_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home, _ = unpack(tmp_path_factory.mktemp("golden"))
    with at_home(home):
        yield home


def assert_unchanged(name: str, lines: Iterable[str]) -> None:
    """Compare a part of the surface with the golden one, and show the difference."""
    said, golden = text(iter(lines)), (TEXTS / f"{name}.txt").read_text(encoding="utf-8")
    changed = difflib.unified_diff(golden.splitlines(), said.splitlines(), "golden", "now", lineterm="", n=2)
    assert said == golden, f"{name} is no longer what it was:\n" + "\n".join(changed)


@pytest.mark.parametrize("name", PARTS)
def test_the_surface_is_unchanged(saved_home: Path, name: str) -> None:
    assert_unchanged(name, PARTS[name]())


# Estimates and files are held against what is made today (`test_again.py`): an older home's files lack what came since.
@pytest.mark.parametrize("name", [name for name in PARTS_OF_A_HOME if name not in ("estimates", "files")])
def test_what_is_said_of_a_saved_home_is_unchanged(saved_home: Path, name: str) -> None:
    assert_unchanged(name, PARTS_OF_A_HOME[name](saved_home))
