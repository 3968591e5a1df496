"""Opens the database, brings its schema up to date, and hands out short transactions."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseTooNew
from core.store.database_errors import BUSY_TIMEOUT_S, full, in_words
from core.store.snapshot import snapshot_engine
from core.store.tables import Table

AGAIN_S = 2.0  # after which a database that can only be read is tried anew
_MIGRATIONS, _REVISION = Path(__file__).parent / "migrations", "alembic_version"  # its table


class Database:
    """One engine; open a transaction for each question, never keep one."""

    def __init__(self, url: str) -> None:
        """Connect to `url`; call `migrate` before the first use."""
        self.url = url
        self.when_busy: Callable[[], bool] | None = None  # may free it, and says whether a second try is worth it
        self._only_read_since: float | None = None
        self._use(self._writable_engine())

    @property
    def file(self) -> Path | None:
        """The file that it is in; None for a database on a server."""
        name = self._address.database
        return Path(name) if _is_sqlite(self.url) and name else None

    @property
    def can_only_read(self) -> bool:
        """Return whether this is a copy in memory, for want of disk space."""
        return self._only_read_since is not None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads.

        Raises:
            DatabaseUnavailable: The database cannot be read now; its kinds say why.
        """
        self._try_to_write_again()
        with self._in_words(), self._read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that is committed at the end, or leaves nothing behind.

        Raises:
            DatabaseUnavailable: The database is busy, full, damaged or not writable; its kinds say why.
        """
        self._try_to_write_again()
        if self.can_only_read and self.file is not None:
            raise full(self.file)
        with self._in_words(), self._write.begin() as session:
            self._begin(session)
            yield session

    def _begin(self, session: Session) -> None:
        """Begin a write transaction; retry once if the lock of another process was freed."""
        try:
            session.connection()
        except OperationalError as error:
            busy = isinstance(in_words(error.orig, self.file), DatabaseBusy)
            if not busy or self.when_busy is None or not self.when_busy():
                raise
            session.connection()

    def is_busy_for(self, wait_s: float) -> bool:
        """Return whether nobody else can write for so many seconds.

        Raises:
            DatabaseUnavailable: It cannot be used for another reason.
        """
        if self.file is None or self.can_only_read:
            return False
        try:
            with closing(sqlite3.connect(self.file, wait_s, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if isinstance(found := in_words(error, self.file), DatabaseBusy):
                return True
            raise found from error
        return False

    def only_read(self) -> None:
        """Switch to a read-only copy in memory until the disk has room again.

        Raises:
            DatabaseUnavailable: It cannot be read either.
        """
        if self.file is None:
            return
        self.dispose()
        self._use(snapshot_engine(self.file))
        self._only_read_since = time.monotonic()
        with self._in_words():
            self.revision()

    def _try_to_write_again(self) -> None:
        if self._only_read_since is None or time.monotonic() - self._only_read_since < AGAIN_S:
            return
        self._only_read_since = time.monotonic()
        engine = self._writable_engine()
        try:
            with engine.connect():
                pass
        except (OperationalError, DatabaseError):
            engine.dispose()
            return
        self._use(engine)
        self._only_read_since = None

    def _writable_engine(self) -> Engine:
        engine = create_engine(self.url, connect_args={"timeout": BUSY_TIMEOUT_S} if _is_sqlite(self.url) else {})
        if _is_sqlite(self.url):
            _tune_sqlite(engine)
        return engine

    def _use(self, engine: Engine) -> None:
        self.engine, self._address = engine, make_url(self.url)
        self._read = sessionmaker(engine, expire_on_commit=False)
        # A write that begins as a read can find the database locked half-way; so it says at once that it will write.
        self._write = sessionmaker(engine.execution_options(immediate=True), expire_on_commit=False)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, DatabaseError) as error:
            raise in_words(error.orig, self.file) from error

    def migrate(self, revision: str = "head", *, is_known: bool = False) -> None:
        """Migrate the schema to a revision, after a backup copy of existing data.

        Args:
            revision: The schema to stop at.
            is_known: Whether there was a database here before: then one without tables has lost them.

        Raises:
            DatabaseTooNew: A newer Touchstone wrote it; nothing is changed.
            DatabaseDamaged: It is no database, or lacks tables.
            DatabaseUnavailable: It cannot be written.
        """
        with self._in_words():
            current = self.revision()
            if current is None and is_known:
                raise DatabaseDamaged(str(self.file), "it holds no tables, though there was a database here before")
            if current == _revisions()[-1]:
                self._check_tables()
                return
            if current is not None and not self.knows(current):
                raise DatabaseTooNew(current)
            if current is not None:
                self._backup(current)
            self._upgrade(revision)

    def _upgrade(self, revision: str) -> None:
        from alembic import command  # takes a quarter of a second, and mostly there is nothing to upgrade
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.engine.execution_options(immediate=True).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    @property
    def shown_url(self) -> str:
        """The URL without its password."""
        return self._address.render_as_string(hide_password=True)

    def check_whole(self) -> None:
        """Read every page of a SQLite database once; about a second for a gigabyte.

        Raises:
            DatabaseDamaged: A page, an index or a row is not what was written.
            DatabaseUnavailable: It cannot be read now.
        """
        if self.file is None:
            return
        with self._in_words(), self.engine.connect() as connection:
            said = [row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if said != ["ok"]:
            raise DatabaseDamaged(str(self.file), f"a check of its pages says: {' '.join(said[0].split())}")
        if lost is not None:
            raise DatabaseDamaged(str(self.file), f"rows of its table '{lost[0]}' belong to a run that is gone")

    @staticmethod
    def knows(revision: str) -> bool:
        """Return whether a schema is one of this Touchstone's."""
        return revision in _revisions()

    def _check_tables(self) -> None:
        """Raise where a table is missing that the schema has."""
        if self.file is None:
            return
        with self.engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
        if missing := sorted(set(Table.metadata.tables) - there):
            raise DatabaseDamaged(str(self.file), f"it has no table '{missing[0]}'")

    def revision(self) -> str | None:
        """Return the schema that the database has; None where it has none yet."""
        with self.engine.connect() as connection:
            if not inspect(connection).has_table(_REVISION):
                return None
            found = connection.exec_driver_sql(f"SELECT version_num FROM {_REVISION}").first()
            return None if found is None else str(found[0])

    def _backup(self, revision: str) -> None:
        if not _is_sqlite(self.url) or not (name := self._address.database):
            return
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        source, copy = Path(name), Path(name).with_suffix(f".{revision}-{stamp}.backup.db")
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)

    def settle(self) -> None:
        """Flush written data to disk, so that it survives a power cut.

        SQLite otherwise syncs only now and then.

        Raises:
            DatabaseUnavailable: The database cannot be written.
        """
        if _is_sqlite(self.url) and not self.can_only_read:
            with self._in_words(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _revisions() -> list[str]:
    """Return every schema, the newest last: a file each, named mNNNN_..."""
    return sorted(file.name[1:5] for file in (_MIGRATIONS / "versions").glob("m*.py"))


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
