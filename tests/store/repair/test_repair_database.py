"""Real SQLite files, damaged in every way: what is said of them, and what comes back."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from core.cli.app import run as touchstone
from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseFull, UserError
from core.runs import Metric, RunStatus
from core.services.bootstrap import open_database, open_service
from core.settings import Settings
from core.store import database_errors
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.raw_pages import RawDatabase
from core.store.repair.repair_database import repair
from core.store.run_store import RunStore
from tests.store.repair.stores import POINTS, fill, overwrite_page, roots

GARBAGE = bytes(range(7, 256)) * 20


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size * 2 // 3)


def header_gone(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"this is a shopping list, not a database. " * 2)


def first_page_gone(file: Path) -> None:
    overwrite_page(file, 1, GARBAGE)


def runs_overwritten(file: Path) -> None:
    overwrite_page(file, roots(file)["runs"], GARBAGE)


def points_overwritten(file: Path) -> None:
    overwrite_page(file, roots(file)["points"], GARBAGE)


def curves_overwritten(file: Path) -> None:
    overwrite_page(file, roots(file)["curves"], GARBAGE)


def page_in_the_wrong_place(file: Path) -> None:
    content = file.read_bytes()
    events = roots(file)["events"]
    overwrite_page(file, roots(file)["runs"], content[(events - 1) * 4096 : events * 4096])


def emptied(file: Path) -> None:
    os.truncate(file, 0)


def gone(file: Path) -> None:
    file.unlink()


def without(table: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f"DROP TABLE {table}")
        connection.commit()


def no_scores(file: Path) -> None:
    without("scores", file)


def no_version(file: Path) -> None:
    without("alembic_version", file)


def no_runs(file: Path) -> None:
    without("runs", file)


DAMAGES = (
    truncated, header_gone, first_page_gone, runs_overwritten, points_overwritten, page_in_the_wrong_place, emptied,
    gone, no_scores, no_version, no_runs,
)  # fmt: skip


# Of the points, at least so many are left; of a file that was cut off, those at its beginning, whosever they are.
KEPT = {"header_gone": 1.0, "first_page_gone": 1.0, "runs_overwritten": 1.0, "points_overwritten": 0.9,
        "page_in_the_wrong_place": 1.0, "no_scores": 1.0, "no_version": 1.0, "no_runs": 1.0}  # fmt: skip


@pytest.fixture(scope="module")
def full_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    home = tmp_path_factory.mktemp("full")
    return home, fill(Settings(home=home))


@pytest.fixture(autouse=True)
def nothing_else_is_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading PyTorch and checking 90 MB of weights is another test's."""
    monkeypatch.setattr("core.cli.doctor._device", lambda: "cpu")
    monkeypatch.setattr("core.cli.doctor._encoder", lambda: "ready")


@pytest.fixture
def ids(full_home: tuple[Path, list[str]], home: Path) -> list[str]:
    shutil.copytree(full_home[0], home)
    return full_home[1]


def points_of(settings: Settings) -> dict[str, int]:
    database = open_database(settings)
    store = MetricStore(database)
    found = {run.name: sum(map(len, store.read(run.id).values())) for run in RunStore(database).list()}
    database.dispose()
    return found


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_database_is_said_to_be_and_every_run_comes_back(
    damage: "object", ids: list[str], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settings.home / "touchstone.db"
    damage(file)  # type: ignore[operator]
    before = file.read_bytes() if file.exists() else None
    code = touchstone(["doctor"])
    said = " ".join(capsys.readouterr().out.split())
    assert (code, "All is well" in said, "Nothing was lost" in said) == (1, False, False)
    assert "is damaged: " in said
    assert "touchstone doctor --repair" in said
    assert (file.read_bytes() if file.exists() else None) == before, "an examination changes nothing"

    result = repair(settings)
    if before is not None:
        assert result.kept_aside is not None
        assert result.kept_aside.read_bytes() == before
    database = open_database(settings)
    runs = RunStore(database)
    assert sorted(run.id for run in runs.list()) == sorted(ids)
    assert {run.name for run in runs.list()} == {f"Run {number}" for number in range(len(ids))}
    assert all(run.status is RunStatus.SUCCEEDED and run.test["accuracy"].value == 0.9 for run in runs.list())
    runs.create(runs.get(ids[0]).config, "After", "after")
    database.dispose()
    least = KEPT.get(damage.__name__, 0.0) * POINTS * len(ids)  # type: ignore[attr-defined]
    assert sum(points_of(settings).values()) >= least
    assert touchstone(["doctor"]) == 0
    assert "All is well." in capsys.readouterr().out


def test_what_the_log_alone_holds_comes_back_too(ids: list[str], settings: Settings) -> None:
    database = open_database(settings)
    RunStore(database).update(ids[0], name="Renamed")
    file = settings.home / "touchstone.db"
    for ending in ("", "-wal"):  # as a power cut leaves it
        shutil.copy(f"{file}{ending}", settings.home / f"copy{ending}")
    database.dispose()
    for ending in ("", "-wal"):
        shutil.move(settings.home / f"copy{ending}", f"{file}{ending}")
    overwrite_page(file, 1, GARBAGE)
    assert repair(settings).damage
    assert "Renamed" in points_of(settings)


def test_a_log_that_is_gone_is_no_empty_database(settings: Settings) -> None:
    database = open_database(settings)
    fill(settings, 1)
    file, copy = settings.home / "touchstone.db", settings.home / "copy"
    with closing(sqlite3.connect(copy)) as new:  # all that has ever been written stood in the log
        new.execute("PRAGMA journal_mode = WAL")
    database.dispose()
    shutil.move(copy, file)
    with pytest.raises(DatabaseDamaged, match="holds no tables, though there was a database here before"):
        open_database(settings)
    assert repair(settings).from_folders == 1
    assert list(points_of(settings)) == ["Run 0"]


def test_pages_are_read_as_sqlite_reads_them(ids: list[str], settings: Settings) -> None:
    file = settings.home / "touchstone.db"
    raw, tables = RawDatabase(file), roots(file)
    with closing(sqlite3.connect(file)) as connection:
        for table, number in (("points", 0), ("metric_blobs", 0), ("runs", 1), ("events", 1)):
            rows = sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            records = [record for page in raw.tree(tables[table]) for record in raw.records(page)]
            found = [(record.rowid, *record.values[1:]) if number else record.values for record in records if record]
            assert sorted(found, key=repr) == rows


def test_runs_without_a_row_are_found_and_come_back(ids: list[str], settings: Settings) -> None:
    with closing(sqlite3.connect(settings.home / "touchstone.db")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM runs WHERE id = ?", (ids[1],))
        connection.commit()
    assert touchstone(["doctor"]) == 1
    result = repair(settings)
    assert (result.damage, result.from_folders, result.kept_aside) == ("", 1, None)
    assert points_of(settings)["Run 1"] == 0
    assert touchstone(["doctor"]) == 0


def test_points_that_waited_in_a_runs_folder_come_in_once(ids: list[str], settings: Settings) -> None:
    waiting = settings.runs_folder / ids[0] / "unsaved-metrics.jsonl"
    whole = Metric("train/late", 7.0, 0.5, 1e9)
    waiting.write_text(json.dumps(whole) + '\n["train/older", 8, NaN, 1000000000.0]\n["train/cut", 9')
    assert [repair(settings).points, repair(settings).points] == [2, 0]
    database = open_database(settings)
    found = MetricStore(database).read(ids[0])
    database.dispose()
    assert [point[:2] for point in found["train/late"]] == [(7, 0.5)]
    assert [point[0] for point in found["train/older"]] == [8]


def test_a_run_without_any_copy_keeps_its_curves(ids: list[str], settings: Settings) -> None:
    for run_id in ids[:2]:
        shutil.rmtree(settings.runs_folder / run_id)
    runs_overwritten(settings.home / "touchstone.db")
    result = repair(settings)
    assert (result.from_folders, result.nameless) == (2, 2)
    found = points_of(settings)
    assert found == {f"Run {number}": POINTS for number in (2, 3)} | {f"Run {n} (name lost)": POINTS for n in (1, 2)}


def test_points_whose_curve_is_lost_come_back_without_its_name(ids: list[str], settings: Settings) -> None:
    curves_overwritten(settings.home / "touchstone.db")
    assert repair(settings).damage
    found = points_of(settings)
    assert found == {f"Run {number}": POINTS * (number == 3) for number in range(4)} | {
        f"Run {number} (name lost)": POINTS for number in (5, 6, 7)
    }


def test_a_database_in_use_is_not_repaired(ids: list[str], settings: Settings) -> None:
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print(1, flush=True); "
        "input()"
    )
    file = settings.home / "touchstone.db"
    command = [sys.executable, "-c", code, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(UserError, match=rf"open in .*process {other.pid}.*kill {other.pid}"):
            repair(settings)
        other.kill()


def test_a_busy_database_is_no_damaged_one(ids: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.store.database.BUSY_TIMEOUT_S", 0.2)
    file = settings.home / "touchstone.db"
    database = open_database(settings)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            DatabaseBusy, match=r"another program has held touchstone.db .* Nothing was changed or lost"
        ):
            RunStore(database).update(ids[0], name="New")
    RunStore(database).update(ids[0], name="New")
    database.dispose()


def test_a_full_disk_is_said_and_what_is_there_can_be_read(ids: list[str], settings: Settings) -> None:
    database = open_database(settings)
    assert database.file is not None
    with closing(sqlite3.connect(database.file, isolation_level=None)) as connection:
        connection.execute("PRAGMA max_page_count = 1")  # as SQLite says it of a disk without room
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("INSERT INTO metric_keys (name) VALUES (hex(zeroblob(100000)))")
    error = database_errors.in_words(caught.value, database.file)
    assert isinstance(error, DatabaseFull)
    assert str(error).startswith("The disk is full: nothing more can be written")
    database.dispose()


def test_no_room_for_a_single_byte_still_opens_everything(ids: list[str], home: Path) -> None:
    """A process that may not write to any file is told the same by the system as one on a full disk."""
    (home / ".reserve").unlink(missing_ok=True)
    code = (
        "import resource, sys; from core.cli import doctor; from core.cli.app import run; "
        "doctor._device = doctor._encoder = lambda: 'ready'; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
        "[print('exit', run(line.split()), flush=True) for line in sys.argv[1:]]"
    )
    commands = ["runs list", f"runs show {ids[0]}", f"runs star {ids[0]}", "doctor"]
    done = subprocess.run(
        [sys.executable, "-c", code, *commands], capture_output=True, text=True, timeout=600, check=False
    )
    assert [line for line in done.stdout.splitlines() if line.startswith("exit")] == [
        "exit 0",
        "exit 0",
        "exit 1",
        "exit 1",
    ]
    assert done.stdout.count("Run 0") == 2
    assert "The disk is full: nothing more can be written" in done.stderr, "of the star"
    assert "The disk is full: nothing more can be written" in done.stdout, "of the doctor"
    assert "Traceback" not in done.stderr


def test_a_database_that_could_only_be_read_is_written_again_when_there_is_room(
    ids: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.database.AGAIN_S", 0.0)
    database = Database(settings.url)
    database.only_read()
    assert database.can_only_read
    assert len(RunStore(database).list()) == len(ids)
    RunStore(database).update(ids[0], name="New")
    assert not database.can_only_read
    database.dispose()


def test_the_reserve_is_given_up_once_and_taken_again(ids: list[str], settings: Settings) -> None:
    from core.store.reserve import Reserve

    open_service(settings).database.dispose()
    reserve = Reserve(settings.home)
    assert reserve.is_there
    assert (reserve.release(), reserve.release()) == (True, False)
    open_database(settings).dispose()
    assert reserve.is_there
