"""Answers of language models by the hash of the question, never paid twice.

A file of its own in the home, written by whoever asks; a database of runs that is repaired or moved does not touch it.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import DatabaseDamaged, DatabaseUnavailable

FILE = "answers.sqlite"
_BUSY_S = 30.0
_AT_ONCE = 500  # keys in one question
_TABLE = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID"


class AnswerStore:
    """The answers of a home, for any number of threads and processes.

    Args:
        home: Of Touchstone.

    Raises:
        DatabaseUnavailable: The file cannot be used.
    """

    def __init__(self, home: Path) -> None:
        self._file, self._lock = home / FILE, threading.Lock()
        with self._said():
            self._connection = sqlite3.connect(self._file, timeout=_BUSY_S, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")  # an answer that was paid for outlives a power cut
            self._connection.execute(_TABLE)

    def __len__(self) -> int:
        with self._lock, self._said():
            return int(self._connection.execute("SELECT count(*) FROM answers").fetchone()[0])

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the answers that are known, by key."""
        wanted, found = list(dict.fromkeys(keys)), dict[str, str]()
        for begin in range(0, len(wanted), _AT_ONCE):
            some = wanted[begin : begin + _AT_ONCE]
            question = f"SELECT key, answer FROM answers WHERE key IN ({', '.join('?' * len(some))})"
            with self._lock, self._said():
                found |= dict(self._connection.execute(question, some).fetchall())
        return found

    def put(self, key: str, answer: str) -> None:
        """Keep an answer; it is on the disk when this returns."""
        with self._lock, self._said():
            self._connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, answer))
            self._connection.commit()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise DatabaseUnavailable(
                f"The answers of language models in {self._file} cannot be read or written ({error}). Free some space "
                "on the disk, or make the file writable. What was answered before is kept."
            ) from error
        except sqlite3.DatabaseError as error:
            raise DatabaseDamaged(str(self._file), str(error)) from error
