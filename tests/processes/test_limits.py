"""Limits in real processes: what is beyond them fails or ends, what is below goes on."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.processes.limits import cause_of_end, import_limits, machine_memory

ROOT = Path(__file__).resolve().parents[2]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds limits of memory")


def run(script: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    return done.returncode, done.stdout.strip(), done.stderr


@on_linux
@pytest.mark.parametrize("mapped", ["None", "0"])
def test_memory_beyond_the_limit_is_refused_and_the_process_goes_on(mapped: str) -> None:
    script = f"""
from core.processes.limits import limit_memory
limit_memory(64 * 2**20, {mapped})
kept = bytearray(32 * 2**20)
try:
    more = bytearray(64 * 2**20)
except MemoryError:
    print("refused", len(kept))
"""
    assert run(script) == (0, "refused 33554432", "")


@on_linux
def test_files_may_be_mapped_beside_the_limit_of_memory(tmp_path: Path) -> None:
    file = tmp_path / "rows"
    with file.open("wb") as opened:
        opened.truncate(256 * 2**20)
    script = f"""
import mmap
from core.processes.limits import limit_memory
limit_memory(64 * 2**20)
with open({str(file)!r}, "rb") as opened:
    print(len(mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)))
"""
    assert run(script)[1] == "268435456"


@pytest.mark.parametrize(
    "work", ["\nwhile True:\n    pow(3, 10**5)", "\nimport re\nre.match('(a+)+$', 'a' * 60 + 'b')"]
)
def test_computing_beyond_the_limit_ends_the_process_also_inside_one_expression(work: str) -> None:
    code, _, _ = run("from core.processes.limits import limit_cpu\nlimit_cpu(0.5)" + work)
    assert code == -signal.SIGXCPU


def test_who_gets_further_may_compute_on() -> None:
    script = """
import time
from core.processes import limits
limits.STALLED_CPU_S = 1.0
limits.limit_import()
for _ in range(6):
    until = time.process_time() + 0.5
    while time.process_time() < until:
        pass
    limits.go_on()
print("done")
"""
    assert run(script)[:2] == (0, "done")


def test_where_the_kernel_does_not_hold_memory_a_watch_ends_the_process() -> None:
    script = """
import time
from core.processes import limits
limits.watch_memory(50 * 2**20)
eaten = []
while True:
    eaten.append(b"x" * 2**20)
    time.sleep(0.001)
"""
    code, _, words = run(script)
    assert code == -signal.SIGKILL
    assert cause_of_end(code, words) == "memory"


@pytest.mark.parametrize(
    ("code", "words", "cause"),
    [
        (-signal.SIGXCPU, "", "processor"),
        (-signal.SIGABRT, "memory allocation of 17179869184 bytes failed", "memory"),
        (-signal.SIGABRT, "terminate called after throwing an instance of 'std::bad_alloc'", "memory"),
        (1, "MemoryError", "memory"),
        (-signal.SIGABRT, "Fatal Python error: Aborted", "crash"),
        (-signal.SIGSEGV, "", "crash"),
        (-signal.SIGKILL, "", "outside"),
        (-signal.SIGTERM, "", "outside"),
        (-250, "", "outside"),
        (1, "KeyError", "error"),
        (0, "", "error"),
    ],
)
def test_why_a_process_ended_is_known(code: int, words: str, cause: str) -> None:
    assert cause_of_end(code, words) == cause


def test_two_imports_at_their_limit_leave_memory_for_others() -> None:
    limits = import_limits()
    assert limits.memory_bytes >= 2 * 2**30
    assert 2 * limits.memory_bytes <= max(4 * 2**30, machine_memory() * 2 // 3)
