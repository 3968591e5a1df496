"""Database errors as sentences by their cause: damaged, busy, full or other."""

import errno
import shutil
import sqlite3
from pathlib import Path

from core.errors import DatabaseBusy, DatabaseDamaged, DatabaseFull, DatabaseUnavailable

BUSY_TIMEOUT_S = 10.0
_NO_ROOM = 64 * 1024  # bytes: with less free, what the system calls an error of writing is a full disk
_GONE = ("no such table", "no such column", "already exists", "could not decode")  # what only a damaged schema says
_ROOMLESS = (sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN)  # the index of the log finds no room


def in_words(error: BaseException | None, file: Path | None) -> DatabaseUnavailable:
    """Return what to raise for an error of the database's driver.

    Args:
        error: What the driver raised.
        file: The SQLite file; None for a database on a server.
    """
    if file is None:
        return DatabaseUnavailable(
            f"The database does not answer ({error}). Nothing was changed by this. See that its server works and can "
            "be reached from here, then try again."
        )
    code = getattr(error, "sqlite_errorcode", None) or 0
    kind, said = code & 0xFF, str(error).lower()
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or any(word in said for word in _GONE):
        return DatabaseDamaged(str(file), _damage(kind, str(error)))
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(
            f"The database is busy: another program has held {file.name} for more than {BUSY_TIMEOUT_S:.0f} seconds. "
            "Nothing was changed or lost. Try again in a moment; if it goes on, `touchstone doctor` says which "
            "programs have it open."
        )
    if kind == sqlite3.SQLITE_FULL or code in _ROOMLESS or (_may_be_full(kind) and is_full(file.parent)):
        return full(file)
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        return DatabaseUnavailable(
            f"The database {file} cannot be opened for writing ({error}). Nothing was changed. Make the file, and the "
            "folder that it is in, writable for your account, then try again."
        )
    if kind == sqlite3.SQLITE_IOERR:
        return DatabaseUnavailable(
            f"The disk reported an error while the database {file} was used ({error}). Nothing more was written. "
            "Look after the disk, and copy the folder to another one; `touchstone doctor` says whether the database "
            "is whole."
        )
    return DatabaseUnavailable(
        f"The database {file} cannot be used right now ({error}). Nothing was changed by this. `touchstone doctor` "
        "says more."
    )


def full(file: Path) -> DatabaseFull:
    """Return what to raise where nothing can be written."""
    return DatabaseFull(
        f"The disk is full: nothing more can be written to the database {file}. What was saved is all there and can be "
        "looked at. Free some space, then try again."
    )


def is_full(folder: Path) -> bool:
    """Return whether the disk of a folder has no room left for anything."""
    try:
        return shutil.disk_usage(folder).free < _NO_ROOM
    except OSError as error:
        return error.errno == errno.ENOSPC


def _may_be_full(kind: int) -> bool:
    return kind in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def _damage(kind: int, said: str) -> str:
    if kind == sqlite3.SQLITE_NOTADB:
        return "its beginning is not that of a database, so something else has written into it"
    if kind == sqlite3.SQLITE_CORRUPT:
        return "parts of it hold something else than was written there (a disk error, or a copy that was not whole)"
    return f"a part of it is gone ({said})"
