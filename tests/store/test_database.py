import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.bootstrap import open_database
from core.errors import DatabaseTooNew, DatabaseUnavailable, HomeNotWritable
from core.settings import Settings
from core.store.database import Database
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
    open_database(settings).dispose()
    database = Database(settings.url)
    database._backup("0001")
    copies = list(settings.home.glob("touchstone.0001-*.backup.db"))
    assert len(copies) == 1
    assert Database(f"sqlite:///{copies[0]}").revision() == "0001"


def test_the_saved_schema_is_what_the_tables_say(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from core.store.tables import Table

    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_a_file_that_is_no_database_is_refused_in_words(settings: Settings) -> None:
    settings.prepare()
    (settings.home / "touchstone.db").write_text("this is a shopping list, not a database " * 100)
    with pytest.raises(DatabaseUnavailable, match="The database cannot be used right now"):
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
