import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import DatabaseDamaged, DatabaseTooNew, HomeNotWritable
from core.services.bootstrap import open_database
from core.settings import Settings
from core.specs import Score
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore

SCHEMAS = Path(__file__).parent / "schemas"
RELEASED = sorted(SCHEMAS.glob("*.db"))


def test_a_newer_database_is_refused_and_left_as_it_is(settings: Settings) -> None:
    open_database(settings).dispose()
    file = settings.home / "touchstone.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(DatabaseTooNew, match=r"newer Touchstone \(schema '9999'.*Nothing was changed"):
        open_database(settings)
    assert file.read_bytes() == before


@pytest.mark.parametrize("saved", RELEASED, ids=lambda f: f.stem)
def test_a_database_of_every_released_schema_opens_with_its_runs(saved: Path, tmp_path: Path) -> None:
    file = tmp_path / "touchstone.db"
    shutil.copy(saved, file)
    database = Database(f"sqlite:///{file}")
    database.migrate()
    found = RunStore(database).list()
    assert [run.name for run in found] == ["logistic-regression on digits #1"]
    database.dispose()


def test_the_released_schemas_are_all_saved(database: Database) -> None:
    assert database.revision() in {file.stem for file in RELEASED}


def test_a_migration_is_preceded_by_a_backup(settings: Settings) -> None:
    settings.prepare()
    shutil.copy(SCHEMAS / "0001.db", settings.home / "touchstone.db")
    open_database(settings).dispose()
    (copy,) = settings.home.glob("touchstone.0001-*.backup.db")
    assert Database(f"sqlite:///{copy}").revision() == "0001"


def test_an_upgrade_keeps_everything_that_was_recorded_about_a_run(settings: Settings) -> None:
    settings.prepare()
    file = settings.home / "touchstone.db"
    shutil.copy(SCHEMAS / "0001.db", file)
    with closing(sqlite3.connect(file)) as old:
        old.execute("UPDATE runs SET status = 'stopped', steps = 7")
        old.execute("INSERT INTO metric_keys VALUES (1, 'train/loss')")
        old.execute("INSERT INTO metrics VALUES (1, 1, 7, 0.5, 1.0)")
        old.execute("INSERT INTO scores VALUES (1, 'model', 'accuracy', 0.9, 0.8, 1.0)")
        old.execute("INSERT INTO events VALUES (1, 1, '2026-01-01', 'note', 'hello', '{}')")
        old.commit()
    database = open_database(settings)
    runs = RunStore(database)
    (run,) = runs.list()
    assert (run.status, run.steps, run.test) == ("stopped", 7, {"accuracy": Score(0.9, 0.8, 1.0)})
    assert (run.parent_id, run.parent_kind, run.cause, run.estimate) == ("", "", "", {})
    assert (run.paused, run.finish_requested_at) == (False, None)
    assert MetricStore(database).read(run.id) == {"train/loss": [(7, 0.5, 1.0)]}
    assert [event.message for event in runs.events(run.id)] == ["hello"]
    database.dispose()


def test_a_process_of_the_version_before_can_still_write_after_an_upgrade(settings: Settings) -> None:
    settings.prepare()
    file = settings.home / "touchstone.db"
    shutil.copy(SCHEMAS / "0001.db", file)
    with closing(sqlite3.connect(file)) as old:
        columns = [row[1] for row in old.execute("PRAGMA table_info(runs)") if row[1] != "number"]
        values = dict(zip(columns, old.execute(f"SELECT {', '.join(columns)} FROM runs").fetchone(), strict=True))
    database = open_database(settings)
    values |= {"id": "zzzzzzzz", "idempotency_key": "later"}
    with closing(sqlite3.connect(file)) as old:
        marks = ", ".join("?" * len(values))
        old.execute(f"INSERT INTO runs ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
        old.execute("INSERT INTO jobs (run_number, queued_at, claimed_by, attempt) VALUES (2, '2026-01-01', '', 1)")
        old.commit()
    assert (RunStore(database).get("zzzzzzzz").paused, RunStore(database).get("zzzzzzzz").estimate) == (False, {})
    database.dispose()


def test_the_saved_schema_is_what_the_tables_say(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from core.store.tables import Table

    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_a_file_that_is_no_database_is_refused_in_words(settings: Settings) -> None:
    settings.prepare()
    (settings.home / "touchstone.db").write_text("this is a shopping list, not a database " * 100)
    with pytest.raises(DatabaseDamaged, match="is damaged: its beginning is not that of a database"):
        open_database(settings)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    monkeypatch.setenv("TOUCHSTONE_HOME", str(file / "home"))
    with pytest.raises(HomeNotWritable, match="cannot write to its folder"):
        open_database(Settings())


def test_a_write_that_fails_leaves_nothing_behind(database: Database, runs: RunStore) -> None:
    from core.store.tables import MetricKeyRow

    def break_off() -> None:
        with database.write() as session:
            session.add(MetricKeyRow(name="train/loss"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with database.read() as session:
        assert session.query(MetricKeyRow).count() == 0
