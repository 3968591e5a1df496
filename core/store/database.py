"""Opens the database, brings its schema up to date, and hands out short transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.errors import DatabaseTooNew, DatabaseUnavailable

BUSY_TIMEOUT_S = 10.0
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One engine; open a transaction for each question, never keep one."""

    def __init__(self, url: str) -> None:
        """Connect to `url`; call `migrate` before the first use."""
        self.url = url
        self.engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S} if _is_sqlite(url) else {})
        if _is_sqlite(url):
            _tune_sqlite(self.engine)
        self._read = sessionmaker(self.engine, expire_on_commit=False)
        # A write that begins as a read can find the database locked half-way; so it says at once that it will write.
        self._write = sessionmaker(self.engine.execution_options(immediate=True), expire_on_commit=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads.

        Raises:
            DatabaseUnavailable: The database cannot be read now.
        """
        with _in_words(), self._read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that is committed at the end, or leaves nothing behind.

        Raises:
            DatabaseUnavailable: The database is locked, full or not writable.
        """
        with _in_words(), self._write.begin() as session:
            yield session

    def migrate(self) -> None:
        """Bring the schema up to date, after a backup copy where there is something to lose.

        Raises:
            DatabaseTooNew: A newer Touchstone wrote it; nothing is changed.
            DatabaseUnavailable: It is no database, or cannot be written.
        """
        with _in_words():
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS))
            scripts = ScriptDirectory.from_config(config)
            current = self.revision()
            if current == scripts.get_current_head():
                return
            if current is not None and current not in {s.revision for s in scripts.walk_revisions()}:
                raise DatabaseTooNew(current)
            if current is not None:
                self._backup(current)
            with self.engine.execution_options(immediate=True).begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    @property
    def shown_url(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    def revision(self) -> str | None:
        """Return the schema that the database has; None where it has none yet."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def _backup(self, revision: str) -> None:
        if not _is_sqlite(self.url) or not (name := self.engine.url.database):
            return
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        source, copy = Path(name), Path(name).with_suffix(f".{revision}-{stamp}.backup.db")
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)

    def settle(self) -> None:
        """Let what was written survive a power cut too: SQLite otherwise tells the disk only now and then.

        Raises:
            DatabaseUnavailable: The database cannot be written.
        """
        if _is_sqlite(self.url):
            with _in_words(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (OperationalError, DatabaseError) as error:
        raise DatabaseUnavailable(
            f"The database cannot be used right now ({error.orig}). Nothing was lost; close other programs that use "
            "it or free some disk space, then try again."
        ) from error


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 must not begin transactions behind our back
        # The limit is for the journal between two uses: a long curve that is packed leaves a large one behind.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "journal_size_limit=8000000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
