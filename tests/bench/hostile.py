"""The whole corpus of hostile files: what was said of each, and what it cost whoever asked.

    python -m tests.bench hostile

Files that enter as data go through real inspectors, asked by this process as the dashboard asks: its memory is the
dashboard's, and a thread beside it says how late a health check would have been answered. Logs of other trackers and
models are read in a process of their own; theirs is the memory of that one.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from core.data.inspection_client import inspectors, preview_source
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.browser.harness import ROOT
from tests.data.hostile.cases import CASES
from tests.data.hostile.hostile_file import CANARY, SECRET, HostileFile

NAMES = os.environ.get("HOSTILE_NAMES", "")  # beginnings, separated by commas; all if empty
WITHIN_S = 3600.0  # of making all, and of measuring all that are no data
TICK_S = 0.02
SHOWN = 90  # characters of a sentence
_MAKE = (
    "import sys; from pathlib import Path; from tests.bench.hostile import make; make(Path(sys.argv[1]), sys.argv[2:])"
)


@dataclass
class Lateness:
    """How late a thread was that wanted to do something every few hundredths of a second."""

    worst_s: float = 0.0


def make(place: Path, names: list[str]) -> None:
    """Make hostile files and say where each is; in a process of its own, whose memory is not ours."""
    for case in (case for case in CASES if case.name in names):
        (place / case.name).mkdir()
        print(json.dumps([case.name, str(case.make(place / case.name))]), flush=True)


def measure() -> Iterator[dict[str, object]]:
    """Yield a row for each file, and one for all."""
    wanted = [case for case in CASES if not NAMES or case.name.startswith(tuple(NAMES.split(",")))]
    predictions, worst = Counter[str](), dict[str, float]()
    with tempfile.TemporaryDirectory(prefix="touchstone-hostile-", ignore_cleanup_errors=True) as place:
        inspectors().warm()
        _warm(Path(place))
        for row in chain(_looks(wanted, Path(place)), _others(wanted, Path(place))):
            predictions[str(row["outcome"])] += 1
            for name in ("asker_grew_mb", "late_s", "seconds", "own_process_mb"):
                worst[name] = max(worst.get(name, 0.0), float(str(row.get(name, 0.0))))
            yield row
        inspectors().close()
    yield {"case": f"{len(wanted)} files", **predictions, **{f"worst_{name}": value for name, value in worst.items()}}


def _looks(cases: list[HostileFile], place: Path) -> Iterator[dict[str, object]]:
    files = [case.name for case in cases if case.enters == "data"]
    for name, path in _made(files, place) if files else ():
        before, began = _peak_bytes(), time.monotonic()
        with _watched() as late:
            try:
                look = preview_source(path, ImportOptions())
                prediction, said = "read", f"{look.format}; {' '.join(look.notes)}"
            except DataError as error:
                prediction, said = "refused", str(error)
        if SECRET in said or (path.parent / CANARY).exists():
            prediction = "HARMED"
        yield {
            "case": name, "outcome": prediction, "seconds": round(time.monotonic() - began, 2),
            "asker_grew_mb": round((_peak_bytes() - before) / 2**20, 1), "late_s": round(late.worst_s, 3),
            "said": said[:SHOWN],
        }  # fmt: skip


def _others(cases: list[HostileFile], place: Path) -> Iterator[dict[str, object]]:
    names = [case.name for case in cases if case.enters != "data"]
    if not names:
        return
    apart = place / "apart"
    apart.mkdir()
    command = [sys.executable, "-m", "tests.data.hostile.measuring", str(apart), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=True)
    for told in map(json.loads, done.stdout.splitlines()):
        prediction = "HARMED" if told["ran"] or SECRET in told["said"] else told["outcome"]
        yield {
            "case": told["name"], "outcome": prediction, "seconds": told["wall"],
            "own_process_mb": round(told["grew"] / 2**20, 1), "said": told["said"][:SHOWN],
        }  # fmt: skip


def _made(names: list[str], place: Path) -> list[tuple[str, Path]]:
    command = [sys.executable, "-c", _MAKE, str(place), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=True)
    return [(name, Path(path)) for name, path in map(json.loads, done.stdout.splitlines())]


def _warm(place: Path) -> None:
    """Look at an honest file first: what every visitor costs is not the hostile one's."""
    honest = place / "honest.csv"
    honest.write_text("text,label\n" + "".join(f"it {n} works,good\nit {n} broke,bad\n" for n in range(40)))
    preview_source(honest, ImportOptions())


@contextmanager
def _watched() -> Iterator[Lateness]:
    """Measure how late another thread of this process gets its turn."""
    late, over = Lateness(), threading.Event()

    def tick() -> None:
        while not over.is_set():
            began = time.monotonic()
            time.sleep(TICK_S)
            late.worst_s = max(late.worst_s, time.monotonic() - began - TICK_S)

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield late
    finally:
        over.set()
        thread.join(10)


def _peak_bytes() -> int:
    """Return the most memory that this process has had (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
