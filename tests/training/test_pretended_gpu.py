"""The path over a GPU, tried without one: every model of the catalogue lives on a device that is not there.

See `tests/training/pretended_gpu.py` for what that can show. A model that is new is tried without a new test.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.on_a_pretended_gpu import ENCODER, FAULTS, cases

ROOT = Path(__file__).resolve().parents[2]
SOUND = [str(case) for case in cases() if not case.fault]
FOUND = {str(case): FAULTS[case.fault].words for case in cases() if case.fault}


@pytest.fixture(scope="module")
def became(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of each case: empty where no two devices met, else a trace."""
    command = [sys.executable, "-m", "tests.training.on_a_pretended_gpu", str(tmp_path_factory.mktemp("gpu"))]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3_000)
    assert ended.returncode == 0, ended.stderr[-2_000:]
    return {told["case"]: told["error"] for told in map(json.loads, ended.stdout.splitlines())}


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("case", [*SOUND, ENCODER])
def test_no_two_devices_meet_from_the_first_step_to_the_answer(case: str, became: dict[str, str]) -> None:
    assert became[case] == ""


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("case", FOUND)
def test_devices_that_are_mixed_are_found(case: str, became: dict[str, str]) -> None:
    assert FOUND[case] in became[case]
