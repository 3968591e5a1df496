"""Hostile files through an inspector: the asker's process lives, grows by nothing, and hears a sentence."""

import os
import sys
from pathlib import Path

import pytest

from core.data import inspection_client
from core.data.inspection_client import preview_source
from core.errors import DataError
from core.processes.limits import Limits
from core.specs.dataset_types import ImportOptions
from tests.data.hostile.cases import CASES
from tests.data.hostile.hostile_file import CANARY, SECRET, HostileFile
from tests.live import collected

MORE_MEMORY = 100 * 2**20
TIGHT = Limits(memory_bytes=512 * 2**20, cpu_s=1.0, wall_s=300.0)
FAULTS = ("Traceback", "Error:", "the fault is ours", "ended from outside")

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


def made(cases: list[HostileFile], folder: Path) -> list[Path]:
    """Make the files in a process of its own, whose memory is not ours."""
    for number in range(len(cases)):
        (folder / str(number)).mkdir()
    pid = os.fork()
    if not pid:
        try:
            names = [str(case.make(folder / str(number))) for number, case in enumerate(cases)]
            (folder / "names").write_text("\n".join(names))
        finally:
            os._exit(0)
    assert collected(pid) == 0
    return [Path(name) for name in (folder / "names").read_text().split("\n")]


def peak_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


def test_a_hostile_file_is_a_look_or_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection_client, "limits_of_preview", lambda _: TIGHT)
    cases = [case for case in CASES if case.enters == "data"][::2]  # all of them are read in tests/data/hostile
    paths, unexpected = made(cases, tmp_path), []
    before = peak_bytes()
    for case, path in zip(cases, paths, strict=True):
        try:
            said = str(preview_source(path, ImportOptions()))
        except DataError as error:
            said = str(error)
            if len(said) > 1_000 or any(fault in said for fault in FAULTS):
                unexpected.append((case.name, said[:300]))
        if SECRET in said or (path.parent / CANARY).exists():
            unexpected.append((case.name, "it reached beyond itself"))
    assert not unexpected
    assert len(cases) > 100
    assert peak_bytes() - before < MORE_MEMORY
