"""Files that are made to do harm are read within bounds or refused in words, and run nothing."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.data.hostile.cases import CASES
from tests.data.hostile.hostile_file import SECRET, HostileFile

ROOT = Path(__file__).resolve().parents[3]
# Measured in every run of the tests; the others cost more and are measured by hand (see `measuring`).
FAMILIES = ("xls", "ods", "docx", "epub", "parquet", "mlflow", "zip-m", "zip-n")
MEASURED = [case for case in CASES if case.name.startswith(FAMILIES)]
MOST_GROWN = 500_000_000  # bytes of memory that reading one may take, import and all
JARGON = ("Traceback", "Exception", "Errno", "NoneType", "object at", "<class")


@pytest.fixture(scope="module")
def became(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What became of each: read once for all tests, each in a process with bounds on memory and CPU."""
    command = [sys.executable, "-m", "tests.data.hostile.measuring", str(tmp_path_factory.mktemp("hostile"))]
    command += [case.name for case in MEASURED]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1_800)
    assert ended.returncode == 0, ended.stderr[-2_000:]
    return {told["name"]: told for told in map(json.loads, ended.stdout.splitlines())}


def test_there_are_more_kinds_than_were_tried_by_hand_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 108
    assert max(Counter(case.name for case in CASES).values()) == 1


@pytest.mark.parametrize("case", MEASURED, ids=lambda case: case.name)
def test_a_hostile_file_is_read_within_bounds_or_refused_in_words(
    case: HostileFile, became: dict[str, dict[str, Any]]
) -> None:
    told = became[case.name]
    assert told["outcome"] in ({case.must} if case.must else {"read", "refused"}), told["said"]
    assert told["grew"] < MOST_GROWN
    assert not told["ran"]
    assert SECRET not in told["said"]
    if told["outcome"] == "refused":
        assert told["said"].rstrip().endswith((".", "?", "upgrade"))
        assert not [word for word in JARGON if word in told["said"]]
