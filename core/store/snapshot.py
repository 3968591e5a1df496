"""A recent copy of the database in memory, used when the disk is full.

It is the last resort, when the disk has no room to open the database.
"""

import sqlite3
import time
from pathlib import Path

from sqlalchemy import Engine, QueuePool, create_engine

from core.store.raw_pages import RawDatabase

FRESH_S = 5.0  # how long one is believed
LARGEST = 2**30  # bytes


def snapshot_engine(file: Path) -> Engine:
    """Return an engine whose connections can only read, each from a copy in memory."""
    return create_engine(
        "sqlite://", creator=lambda: _open(file), poolclass=QueuePool, pool_size=2, max_overflow=6,
        pool_recycle=int(FRESH_S),
    )  # fmt: skip


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.deserialize(_whole(file))
    connection.execute("PRAGMA query_only = ON")
    return connection


def _whole(file: Path, tries: int = 3) -> bytes:
    """Return the database's bytes with its log; read again where somebody wrote meanwhile."""
    if file.stat().st_size > LARGEST:
        raise sqlite3.OperationalError("too large to be read into memory")
    for _ in range(tries - 1):
        before = _state(file)
        image = RawDatabase(file).image()
        if _state(file) == before:
            return image
        time.sleep(0.05)
    return RawDatabase(file).image()


def _state(file: Path) -> tuple[tuple[int, int], ...]:
    files = (file, file.with_name(file.name + "-wal"))
    return tuple((found.st_size, found.st_mtime_ns) for one in files if one.exists() and (found := one.stat()))
