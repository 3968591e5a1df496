"""Where objects are wired: settings, database, supervisor, service."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import DatabaseDamaged, DatabaseFull, TouchstoneError
from core.services.supervisor_client import SupervisorProcess
from core.settings import Settings
from core.store.database import Database
from core.store.reserve import Reserve
from core.tracking.lock_holders import LockHolders

if TYPE_CHECKING:  # takes a second, which a script that only logs shall not wait for
    from core.services.run_service import Service


def open_database(settings: Settings) -> Database:
    """Make the folders, open the database and bring its schema up to date.

    Where the disk is full the reserve is given up for it; where that is not enough either, it can only be read.

    Raises:
        HomeNotWritable: The folder cannot be written.
        DatabaseTooNew: A newer Touchstone wrote the database.
        DatabaseDamaged: It is not what was written.
        DatabaseUnavailable: It cannot be used for another reason.
    """
    settings.prepare()
    reserve, database = Reserve(settings.home), Database(settings.url)
    database.when_busy = LockHolders(database).free
    try:
        is_known = _was_here_before(settings, database, reserve)
        try:
            database.migrate(is_known=is_known)
        except DatabaseFull:
            if not reserve.release() or not _opens(database, is_known):
                database.only_read()
                database.migrate(is_known=is_known)
        else:
            reserve.put_aside()
    except TouchstoneError:
        database.dispose()
        raise
    return database


def _was_here_before(settings: Settings, database: Database, reserve: Reserve) -> bool:
    """Return whether a home has had a database before.

    Raises:
        DatabaseDamaged: It has, and the file is empty or gone.
    """
    if settings.database_url or (file := database.file) is None:
        return False
    count = sum(1 for _ in settings.runs_folder.iterdir())
    if not count and not reserve.is_there:
        return False
    if file.exists() and file.stat().st_size == 0 and not _has_content(file.with_name(file.name + "-wal")):
        raise DatabaseDamaged(str(file), "it has been emptied to 0 bytes")
    if not file.exists() and count:
        folders = "the folder of a run" if count == 1 else f"the folders of {count} runs"
        raise DatabaseDamaged(str(file), f"the file is gone, though {folders} stand beside it")
    return file.exists()


def _has_content(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def _opens(database: Database, is_known: bool) -> bool:
    try:
        database.migrate(is_known=is_known)
    except DatabaseFull:
        return False
    return True


def open_service(settings: Settings | None = None) -> "Service":
    """Return the service on the settings' database.

    Args:
        settings: Where things are; from the environment if None.
    """
    from core.services.run_service import Service

    settings = settings or Settings()
    database = open_database(settings)
    return Service(settings, database, SupervisorProcess(settings, database))


def shared_service() -> "Service":
    """Return this process's service, shared by pages and routes, of the environment."""
    return _shared(_settings(tuple((k, v) for k, v in os.environ.items() if k.upper().startswith("TOUCHSTONE_"))))


@cache
def _settings(_environment: tuple[tuple[str, str], ...]) -> Settings:
    """Read the settings, cached by the environment's state.

    Reading takes 2 ms, and a page asks dozens of times.
    """
    return Settings()


@cache
def _shared(settings: Settings) -> "Service":
    return open_service(settings)
