"""Reserved bytes of disk, freed when a full disk prevents opening a database."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

SIZE = 2 * 2**20  # bytes: the log of a database and the index of it begin with 36 kB
PLENTY = 50 * 2**20  # bytes that must be free before any are put aside
_NAME = ".reserve"


class Reserve:
    """The reserve of one home."""

    def __init__(self, home: Path) -> None:
        self._home, self._file = home, home / _NAME

    @property
    def is_there(self) -> bool:
        """Whether it was put aside, which happens once a database is whole."""
        return self._file.exists()

    def put_aside(self) -> None:
        """Reserve the bytes, if space is plentiful; else the next start tries again."""
        if self.is_there:
            return
        draft = self._home / f"{_NAME}.{os.getpid()}"
        with suppress(OSError):
            if shutil.disk_usage(self._home).free < PLENTY:
                return
            draft.write_bytes(os.urandom(SIZE))  # what a file system cannot make smaller
            draft.replace(self._file)

    def release(self) -> bool:
        """Give the bytes back to the disk; say whether there were any."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True
