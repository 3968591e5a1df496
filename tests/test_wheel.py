"""A wheel holds every file that is read and is not Python."""

import tomllib
from pathlib import Path

from setup import BESIDE
from tests.test_rooms import ROOT

UNREAD = {"core/README.md"}  # the map, for people


def test_package_data_names_every_file_that_is_no_python() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    held = {file for package, patterns in named.items() for one in patterns for file in (ROOT / package).glob(one)}
    found = {
        file for package in ("core", "pages") for file in (ROOT / package).rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc") and str(file.relative_to(ROOT)) not in UNREAD
    }  # fmt: skip
    assert _names(found - held) == []


def test_what_lies_beside_the_packages_is_there() -> None:
    for pattern in BESIDE:
        assert any(ROOT.glob(pattern)), pattern


def _names(files: set[Path]) -> list[str]:
    return sorted(str(file.relative_to(ROOT)) for file in files)
