"""Hostile files one after the other, each in a process of its own with bounds.

`python -m tests.data.hostile.measuring FOLDER [NAME ...]`: an empty folder, and which files; none means all. A line
of JSON says what became of each.
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import TouchstoneError
from tests.data.hostile.cases import CASES
from tests.data.hostile.hostile_file import HostileFile

MOST_MEMORY = int(os.environ.get("HOSTILE_MEMORY", 3 << 29))  # bytes, beyond what the process had before
MOST_WALL_S = 600  # for what waits and computes nothing
MOST_CPU_S = int(os.environ.get("HOSTILE_CPU", 30))


def measured(case: HostileFile, folder: Path) -> dict[str, Any]:
    """Return what became of one file: outcome, its sentence, memory and CPU time."""
    folder.mkdir(parents=True)
    path = _made(case, folder)
    size = sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file() and not file.is_symlink())
    ours, theirs = os.pipe()
    began = time.monotonic()
    if not (pid := os.fork()):
        signal.alarm(MOST_WALL_S)
        os.close(ours)
        os.write(theirs, json.dumps(_guarded(case, path, folder)).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        said = pipe.read()
    _, status, used = os.wait4(pid, 0)
    told = json.loads(said) if said else {"outcome": "killed", "said": _of_signal(status), "grew": 0}
    cpu = round(used.ru_utime + used.ru_stime, 2)
    ran = (folder / "canary").exists()
    sample_predictions = round(time.monotonic() - began, 2)
    return {"name": case.name, "size": size, "cpu": cpu, "wall": sample_predictions, "ran": ran, **told}


def _made(case: HostileFile, folder: Path) -> Path:
    """Make a file in a process of its own: what that takes shall not count."""
    ours, theirs = os.pipe()
    if not (pid := os.fork()):
        signal.alarm(MOST_WALL_S)
        os.write(theirs, str(case.make(folder)).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        path = Path(pipe.read().decode())
    os.waitpid(pid, 0)
    return path


def _of_signal(status: int) -> str:
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"


def _guarded(case: HostileFile, path: Path, folder: Path) -> dict[str, Any]:
    """Read the file within bounds; what is no sentence is a trace."""
    before = _memory("VmRSS")
    resource.setrlimit(resource.RLIMIT_AS, (_memory("VmSize") + MOST_MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        outcome, said = _enter(case, path, folder)
    except TouchstoneError as error:
        outcome, said = "refused", str(error)
    except BaseException:
        outcome, said = "trace", traceback.format_exc()[-1_500:]
    return {"outcome": outcome, "said": said[:4_000], "grew": _memory("VmHWM") - before}


def _enter(case: HostileFile, path: Path, folder: Path) -> tuple[str, str]:
    return {"data": _data, "runs": _runs, "model": _model}[case.enters](path, folder)


def _data(path: Path, folder: Path) -> tuple[str, str]:
    from core.data.imports.run_import import preview_source, run_import
    from core.data.store.dataset_store import DatasetStore
    from core.specs.dataset_types import ImportOptions
    from tests.data.silent import Silent

    seen = preview_source(path, ImportOptions())
    dataset_store = DatasetStore(folder / "home" / "datasets", folder / "home" / "cache")
    info = run_import(dataset_store, path, ImportOptions(), Silent(), folder / "draft")
    return "read", f"{seen} {asdict(info)}"


def _runs(path: Path, _: Path) -> tuple[str, str]:
    from core.exchange.external_run import Trouble
    from core.exchange.formats import fitting
    from core.exchange.source import opened

    trouble, names = Trouble(), []
    with opened(path) as source:
        for run in fitting(source)[0].read(source, trouble):
            names.append(f"{run.name}: {run.points} points")
    return "read" if names or not trouble.all() else "refused", " ".join([*names, *trouble.all()])


def _model(path: Path, _: Path) -> tuple[str, str]:
    from core.pretrained.files import check_files, read_config, read_tokenizer
    from core.pretrained.tokens import check_fits, load_tokenizer, longest

    check_files(path, "the model", needs_tokenizer=True)
    config = read_config(path, "the model")
    text, second = read_tokenizer(path, "the model")
    tokenizer = load_tokenizer(text, "the model")
    check_fits(tokenizer, config, "the model")
    tokenizer.encode("a" * 200 + "b" + " " * 200)
    return "read", str(longest(config, second))


def _memory(key: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) * 1024
    return 0


def main(folder: Path, names: list[str]) -> None:
    """Measure, and print a line for each."""
    _warm()
    for case in CASES:
        if not names or case.name in names:
            print(json.dumps(measured(case, folder / case.name)), flush=True)


def _warm() -> None:
    """Import what every reader needs, so that only the files' own memory is measured."""
    import core.exchange.formats
    from core.data.readers.registry import readers

    readers()
    core.exchange.formats.importers()
    for name in ("pyarrow.parquet", "pypdf", "python_calamine", "PIL.Image", "chardet", "clevercsv.detect",
                 "yaml", "tokenizers", "pandas", "pillow_heif", "ftfy", "imagehash"):  # fmt: skip
        __import__(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
