"""Intervals are computed in one room: nobody else draws resamples or knows the quantiles of the normal distribution."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIGNS = re.compile(r"\bZ95\b|\b1\.96\b|0\.025, ?0\.975|(?<!torch)\.(?:multi|bi)nomial\(|\bRESAMPLES\b")


def test_no_interval_is_computed_elsewhere() -> None:
    files = [file for room in ("core", "pages") for file in sorted((ROOT / room).rglob("*.py"))]
    found = [str(file.relative_to(ROOT)) for file in files if SIGNS.search(file.read_text(encoding="utf-8"))]
    assert {Path(name).parent.as_posix() for name in found} == {"core/statistics"}, found
