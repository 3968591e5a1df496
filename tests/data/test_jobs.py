import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from core.data.__main__ import do
from core.data.imports import run_import
from core.data.imports.jobs import DRAFT, KILLED_AFTER_S, FileProgress, Jobs, write_progress
from core.data.staging import ImportCancelled, Progress
from core.errors import DataError, UserError
from core.processes.jobs import CANCEL, LOG, REQUEST, sign
from core.processes.limits import import_limits
from core.specs.dataset_types import ImportOptions, ImportProgress, VersionInfo

PATIENCE_S = 300.0
OPTIONS = ImportOptions(task="text-classification", name="reviews").model_dump(mode="json")
BEGUN = ImportProgress("job", "Reviews", "working", "Starting", 0, 0, "rows", datetime.now(UTC), None)


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path / "home" / "datasets" / ".jobs")


def ended(jobs: Jobs, job_id: str) -> ImportProgress:
    return wait_until(jobs, job_id, lambda progress: progress.state != "working")


def wait_until(jobs: Jobs, job_id: str, reached: Callable[[ImportProgress], bool]) -> ImportProgress:
    deadline = time.monotonic() + PATIENCE_S
    while not reached(progress := jobs.progress(job_id)):
        assert time.monotonic() < deadline, progress
        time.sleep(0.02)
    return progress


def write_csv(file: Path, rows: int) -> Path:
    words = ("good", "bad")
    lines = [f"text number {i} is a {words[i % 2]} one,{words[i % 2]}" for i in range(rows)]
    file.write_text("text,label\n" + "\n".join(lines) + "\n")
    return file


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def job_folder(jobs: Jobs, kind: str = "import", age_s: float = 0.0) -> Path:
    """Return the folder of a job that no process has taken yet, with a draft half done."""
    folder = jobs.folder.absolute() / "job"
    (folder / DRAFT).mkdir(parents=True)
    (folder / DRAFT / "rows.arrow").write_bytes(b"half")
    request = {"path": "reviews.csv", "options": OPTIONS, "name": "reviews", "code": "empty-rows", "fingerprint": "f"}
    (folder / REQUEST).write_text(json.dumps({"kind": kind, "request": request}))
    write_progress(folder, replace(BEGUN, started_at=datetime.now(UTC) - timedelta(seconds=age_s)))
    return folder


# --- a real process ---


def test_an_import_comes_in_by_a_process_of_its_own(jobs: Jobs, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "reviews.csv", 200)
    job_id = jobs.start("import", {"path": str(source), "options": OPTIONS}, "My reviews")
    assert jobs.list()[0].title == "My reviews"
    last = ended(jobs, job_id)
    assert (last.state, last.dataset, last.message) == ("done", "reviews", "")
    assert len(last.fingerprint) == 64
    assert (jobs.folder.parent / "reviews" / "versions" / last.fingerprint[:16] / "rows.arrow").is_file()
    jobs.forget(job_id)
    assert jobs.list() == []
    assert files_in(jobs.folder) == []


def test_a_problem_with_the_data_is_told_as_it_is(jobs: Jobs, tmp_path: Path) -> None:
    job_id = jobs.start("import", {"path": str(tmp_path / "nowhere.csv"), "options": OPTIONS}, "Nothing")
    last = ended(jobs, job_id)
    assert last.state == "failed"
    assert last.message == f"There is no file or folder {tmp_path / 'nowhere.csv'}. Check the spelling."


def test_a_cancelled_import_leaves_nothing(jobs: Jobs, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "reviews.csv", 150_000)
    job_id = jobs.start("import", {"path": str(source), "options": OPTIONS}, "My reviews")
    wait_until(jobs, job_id, lambda progress: progress.stage not in ("Starting", "Looking"))
    with pytest.raises(UserError, match="still goes on"):
        jobs.forget(job_id)
    jobs.cancel(job_id)
    assert ended(jobs, job_id).state == "cancelled"
    assert [name for name in files_in(jobs.folder.parent) if not name.startswith(".jobs/")] == []
    assert not (jobs.folder / job_id / DRAFT).exists()


def test_a_killed_import_is_told_apart_and_leaves_no_draft(jobs: Jobs, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "reviews.csv", 150_000)
    job_id = jobs.start("import", {"path": str(source), "options": OPTIONS}, "My reviews")
    folder = jobs.folder.absolute() / job_id
    wait_until(jobs, job_id, lambda progress: progress.stage not in ("Starting", "Looking"))
    os.kill(json.loads((folder / "process.json").read_text())["pid"], signal.SIGKILL)
    last = ended(Jobs(jobs.folder), job_id)  # also to a dashboard that did not start it
    assert last.state == "failed"
    assert last.message == (
        "Its process was ended from outside, or the machine ran out of memory. Nothing of it was kept. Try it again; "
        f"the details are in {folder / LOG}."
    )
    assert not (folder / DRAFT).exists()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (
            signal.SIGXCPU,
            "Reading reviews.csv was stopped: it took more than 300 seconds of computing without getting ",
        ),
        (signal.SIGABRT, "reviews.csv broke the program that reads its kind of file: it is damaged, or unlike any "),
    ],
)
def test_an_import_that_a_limit_ended_says_which(jobs: Jobs, tmp_path: Path, number: int, sentence: str) -> None:
    source = write_csv(tmp_path / "reviews.csv", 150_000)
    job_id = jobs.start("import", {"path": str(source), "options": OPTIONS}, "My reviews")
    wait_until(jobs, job_id, lambda progress: progress.stage not in ("Starting", "Looking"))
    pid = json.loads((jobs.folder / job_id / "process.json").read_text())["pid"]
    if sys.platform == "linux":
        assert psutil.Process(pid).rlimit(psutil.RLIMIT_DATA)[0] > import_limits().memory_bytes
        assert 0 < psutil.Process(pid).rlimit(psutil.RLIMIT_CPU)[0] < 1_000
    os.kill(pid, number)
    last = ended(jobs, job_id)
    assert last.state == "failed"
    assert last.message.startswith(sentence)
    assert "Nothing of it was kept. Open it in the program that it comes from and save it as CSV" in last.message


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("memory allocation of 17179869184 bytes failed", "Reading reviews.csv was stopped: it took more than "),
        ("Fatal Python error: Segmentation fault", "reviews.csv broke the program that reads its kind of file"),
        ("INFO reading", "Its process was ended from outside, or the machine ran out of memory."),
    ],
)
def test_what_a_dead_job_wrote_tells_a_dashboard_that_did_not_start_it(jobs: Jobs, words: str, sentence: str) -> None:
    folder = job_folder(jobs)
    (folder / LOG).write_text(f"INFO begun\n{words}\n")
    (folder / "process.json").write_text(json.dumps({"pid": 2**22 + 1, "created": time.time()}))
    assert jobs.progress("job").message.startswith(sentence)


# --- the truth about a death ---


def test_a_job_that_no_process_took_has_failed_after_ten_seconds(jobs: Jobs) -> None:
    folder = job_folder(jobs)
    assert jobs.progress("job").state == "working"
    write_progress(folder, replace(BEGUN, started_at=datetime.now(UTC) - timedelta(seconds=11)))
    assert jobs.progress("job").state == "failed"
    assert jobs.progress("job").message.startswith("Its process never started. Nothing of it was kept. Try it again")
    assert not (folder / DRAFT).exists()


def test_another_process_with_the_same_pid_is_not_the_job(jobs: Jobs) -> None:
    folder = job_folder(jobs)
    sign(folder, os.getpid())
    assert jobs.progress("job").state == "working"
    (folder / "process.json").write_text(json.dumps({"pid": os.getpid(), "created": time.time() - 10 * 86_400}))
    assert jobs.progress("job").state == "failed"


def test_a_restart_of_the_machine_is_named(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = job_folder(jobs)
    (folder / "process.json").write_text(json.dumps({"pid": 999_999_999, "created": time.time() - 60}))
    monkeypatch.setattr(psutil, "boot_time", lambda: time.time() - 30)
    assert jobs.progress("job").message.startswith("The machine was restarted while it was going on.")


def test_a_dead_job_that_was_to_be_cancelled_is_cancelled(jobs: Jobs) -> None:
    folder = job_folder(jobs)
    (folder / "process.json").write_text(json.dumps({"pid": 999_999_999, "created": 1.0}))
    (folder / CANCEL).touch()
    assert (jobs.progress("job").state, jobs.progress("job").message) == ("cancelled", "")


def test_a_job_that_does_not_hear_is_ended(jobs: Jobs) -> None:
    folder = job_folder(jobs)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        sign(folder, child.pid)
        jobs.cancel("job")
        assert (jobs.progress("job").state, jobs.progress("job").stage) == ("working", "Cancelling")
        long_ago = time.time() - KILLED_AFTER_S - 1
        os.utime(folder / CANCEL, (long_ago, long_ago))
        assert jobs.progress("job").state == "cancelled"
        assert child.wait(PATIENCE_S) == -signal.SIGKILL
    finally:
        child.kill()
        child.wait(PATIENCE_S)


def test_an_unknown_job_is_a_sentence(jobs: Jobs) -> None:
    for job_id in ("nothere", "..", "", "a/b"):
        with pytest.raises(UserError, match="no such import any more"):
            jobs.progress(job_id)
    assert jobs.list() == []


# --- the border of the process ---


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("The file is empty."), "The file is empty."),
        (MemoryError(), "There is not enough memory for this on the machine: it needs more than is free, or "),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full. Nothing of this was kept."),
        (PermissionError(errno.EACCES, "no", "/data/a.csv"), "Touchstone may not read or write /data/a.csv."),
        (KeyError("label"), "Something went wrong that is our fault, not that of your data."),
    ],
)
def test_every_end_is_a_sentence(jobs: Jobs, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str) -> None:
    folder = job_folder(jobs)
    sign(folder, os.getpid())

    def fail(*_: object) -> VersionInfo:
        raise error

    monkeypatch.setattr(run_import, "run_import", fail)
    assert do(folder, FileProgress(folder)) == 1
    assert jobs.progress("job").state == "failed"
    assert jobs.progress("job").message.startswith(sentence)
    assert "Error" not in jobs.progress("job").message
    assert not (folder / DRAFT).exists()


def test_a_fix_names_the_data_set_that_it_changed(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = job_folder(jobs, kind="fix")
    asked: list[tuple[str, str, str]] = []

    def fix(_: object, name: str, code: str, fingerprint: str, progress: Progress) -> VersionInfo:
        asked.append((name, code, fingerprint))
        progress.stage("Putting it right", 0, "rows")
        return VersionInfo(name, "abc", "text-classification", datetime.now(UTC), "", "", 3, (), {}, {}, 0)

    monkeypatch.setattr(run_import, "run_fix", fix)
    assert do(folder, FileProgress(folder)) == 0
    assert asked == [("reviews", "empty-rows", "f")]
    last = jobs.progress("job")
    assert (last.state, last.dataset, last.fingerprint) == ("done", "reviews", "abc")


def test_progress_is_written_now_and_then_with_the_time_left(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = job_folder(jobs)
    sign(folder, os.getpid())
    now = [100.0]
    monkeypatch.setattr("core.data.imports.jobs.time.monotonic", lambda: now[0])
    progress = FileProgress(folder)
    progress.stage("Reading", 1000, "bytes")
    now[0] += 0.1
    progress.advance(50)
    assert jobs.progress("job").done == 0  # too soon to be written
    now[0] += 3.9
    progress.advance(250)
    said = jobs.progress("job")
    assert (said.stage, said.done, said.total, said.unit) == ("Reading", 250, 1000, "bytes")
    assert said.time_left_s == pytest.approx(12.0)


def test_a_wish_to_cancel_is_heard_at_the_next_word(jobs: Jobs) -> None:
    folder = job_folder(jobs)
    sign(folder, os.getpid())
    progress = FileProgress(folder)
    progress.cancel()  # as a signal does
    with pytest.raises(ImportCancelled):
        progress.advance(1)
    other = FileProgress(folder)
    jobs.cancel("job")
    with pytest.raises(ImportCancelled):
        other.stage("Dividing", 0, "rows")
