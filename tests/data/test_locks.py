import subprocess
import sys
from pathlib import Path

import pytest

from core.data.locks import SIMULTANEOUS, changing, turn
from core.data.staging import ImportCancelled, Unit
from tests.data.silent import Silent

HOLDER = """
import sys
from pathlib import Path
from tests.data.silent import Silent
from core.data.locks import changing
with changing(Path(sys.argv[1]), "reviews", Silent()):
    print("held", flush=True)
    sys.stdin.read()
"""


class Impatient:
    """Cancels as soon as it has to wait."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def stage(self, name: str, total: int, unit: Unit) -> None:
        self.stages.append(name)

    def advance(self, done: int) -> None:
        raise ImportCancelled


def test_one_process_at_a_time_changes_a_data_set_and_a_killed_one_gives_way(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        progress = Impatient()
        with pytest.raises(ImportCancelled), changing(tmp_path, "reviews", progress):
            pass
        assert progress.stages == ["Waiting for another change of this data set to end"]
        with changing(tmp_path, "other", Silent()):
            pass
        holder.kill()
        holder.wait(60)
    with changing(tmp_path, "reviews", progress):
        pass


def test_an_import_that_waits_for_its_turn_says_so_and_can_be_cancelled(tmp_path: Path) -> None:
    assert SIMULTANEOUS == 2
    progress = Impatient()
    with (
        turn(tmp_path, Silent()),
        turn(tmp_path, Silent()),
        pytest.raises(ImportCancelled),
        turn(tmp_path, progress),
    ):
        pass
    assert progress.stages == ["Waiting for other imports to end"]
    with turn(tmp_path, progress):
        pass
