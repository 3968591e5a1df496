"""Browser uploads: streamed to disk, one folder each, until they are imported."""

import asyncio
import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from uuid import uuid4

from core.data.disk_space import size_of
from core.data.imports.reservations import Reservation, Reservations
from core.errors import DataError, UserError

MOST_FOLDERS, LONGEST_PART, LONGEST_NAME = 20, 255, 1_000  # folders deep; bytes of one name; characters of all
_WRITTEN_AT_ONCE = 2**20  # bytes: each write goes through a thread, so that pages stay quick
_CHECK_EVERY = 64 * 2**20  # bytes between two looks at the disk
_LATEST_MS = 4_102_444_800_000  # the year 2100
_TOGETHER = ".together"  # names the folder that several files were put into
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f\\]")


class Uploads:
    """Every upload that was begun and is not imported yet.

    Args:
        folder: A sub-folder an upload.
        space: Counts what is promised to files on their way; shared by all that writes to the same disk.
    """

    def __init__(self, folder: Path, space: Reservations | None = None) -> None:
        self.folder = folder
        self.space = space or Reservations()
        self._lock = threading.Lock()

    def new(self) -> str:
        """Create an upload; return its id, which is unguessable and so keeps others out."""
        upload_id = secrets.token_hex(16)
        (self.folder / upload_id).mkdir(parents=True)
        return upload_id

    def path(self, upload_id: str) -> Path:
        """Return the folder that an upload's files are in.

        Raises:
            UserError: There is no such upload any more.
        """
        folder = self.folder / upload_id
        if not upload_id.isalnum() or not folder.is_dir():
            raise UserError("This upload is not here any more. It was imported or discarded: choose the files again.")
        return folder

    async def receive(
        self, upload_id: str, name: str, chunks: AsyncIterator[bytes], limit_bytes: int, modified_ms: int = 0
    ) -> Path:
        """Write a file from a stream; it appears only when complete.

        A file of the same name is replaced.

        Args:
            upload_id: Where to.
            name: Of the file, with the folders that it was in: "pets/cats/1.jpg".
            chunks: Its bytes. Whatever this raises passes, and nothing stays.
            limit_bytes: The most that may come; so much room on the disk is promised to it.
            modified_ms: When its owner changed it last, since 1970; 0 is not known.

        Returns:
            Where it is.

        Raises:
            DataError: The name cannot be used, or it is larger than allowed.
            DiskFull: The disk has too little room for all of it.
            UserError: There is no such upload any more.
        """
        folder = self.path(upload_id)
        target = folder / _safe(name)
        half = folder / f".receiving-{uuid4().hex}"
        try:
            with self.space.hold(folder, limit_bytes) as room, half.open("xb") as file:
                await _write(file, chunks, limit_bytes, target.name, room)
            if 0 < modified_ms < _LATEST_MS:
                os.utime(half, ns=(modified_ms * 1_000_000,) * 2)
            await asyncio.to_thread(_put, half, target, name)
        finally:
            half.unlink(missing_ok=True)
        return target

    def gather(self, upload_id: str) -> Path | None:
        """Return what was uploaded as one source, or None where nothing has arrived.

        Files that came together are put into a folder called after the largest of them, since everything that is said
        of a source names it.

        Raises:
            UserError: There is no such upload any more.
        """
        folder = self.path(upload_id)
        with self._lock:
            found = _inside(folder)
            mark = folder / _TOGETHER
            before = folder / mark.read_text(encoding="utf-8") if mark.is_file() else None
            if len(found) > 1 and before in found:  # something was added since
                _empty_out(before, folder)
                found = _inside(folder)
            if len(found) < 2:
                return found[0] if found else None
            largest = max(found, key=size_of)
            title = largest.stem[:60] if largest.is_file() else largest.name[:60]
            together = folder / f"{title} and {len(found) - 1:,} more"
            half = folder / f".gathering-{uuid4().hex}"
            half.mkdir()
            for path in found:
                path.rename(half / path.name)
            mark.write_text(together.name, encoding="utf-8")
            half.rename(together)
            return together

    def discard(self, upload_id: str) -> None:
        """Remove an upload and its files; it may be gone already."""
        if upload_id.isalnum():
            shutil.rmtree(self.folder / upload_id, ignore_errors=True)

    def sweep(self, older_than_s: float) -> int:
        """Remove uploads that nothing was added to for so long; return how many."""
        begun = [folder for folder in self.folder.iterdir() if folder.is_dir()] if self.folder.is_dir() else []
        forgotten = [folder for folder in begun if time.time() - folder.stat().st_mtime > older_than_s]
        for folder in forgotten:
            shutil.rmtree(folder, ignore_errors=True)
        return len(forgotten)


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _empty_out(folder: Path, target: Path) -> None:
    """Move a folder's contents one level up, except files that were uploaded again."""
    for path in folder.iterdir():
        if not (target / path.name).exists():
            path.rename(target / path.name)
    shutil.rmtree(folder)


def _safe(name: str) -> Path:
    """Return a file's name and folders as a path that stays inside its destination.

    Raises:
        DataError: It would not, or no disk could hold it.
    """
    shown = _NOT_IN_A_NAME.sub("?", name)[:80]
    if not name or _NOT_IN_A_NAME.search(name):
        raise DataError(
            f"The file name '{shown}' has characters that no file can have here. Rename it, then try again."
        )
    plain = unicodedata.normalize("NFC", name)
    parts = plain.split("/")
    if plain.startswith("/") or ".." in parts:
        raise DataError(
            f"'{shown}' leads out of the folder that it is put in, so it was refused. Give it a plain name."
        )
    if "" in parts or "." in parts:
        raise DataError(f"'{shown}' is no name of a file. Rename it, then try again.")
    if plain.startswith("."):  # ours begin so
        raise DataError(f"'{shown}' begins with a dot, as hidden files do. Rename it, then try again.")
    too_long = any(len(part.encode("utf-8", "surrogatepass")) > LONGEST_PART for part in parts)
    if too_long or len(plain) > LONGEST_NAME or len(parts) > MOST_FOLDERS + 1:
        raise DataError(
            f"The name '{shown}…' is too long, or its folders are too deep: a name may have {LONGEST_PART} characters, "
            f"and lie {MOST_FOLDERS} folders deep. Shorten it, or put everything into a ZIP file."
        )
    return Path(PurePosixPath(*parts))


async def _write(file: BinaryIO, chunks: AsyncIterator[bytes], limit_bytes: int, name: str, room: Reservation) -> None:
    waiting, received, looked_at = bytearray(), 0, 0
    async for chunk in chunks:
        waiting += chunk
        received += len(chunk)
        if received > limit_bytes:
            raise DataError(
                f"{name} is larger than the {limit_bytes:,} bytes that it may have. Nothing of it was kept. Split it, "
                "or put it on this machine and give its path."
            )
        if received - looked_at >= _CHECK_EVERY:
            looked_at = received
            room.check()
        if len(waiting) >= _WRITTEN_AT_ONCE:
            await asyncio.to_thread(file.write, bytes(waiting))
            room.written(len(waiting))
            waiting.clear()
    await asyncio.to_thread(file.write, bytes(waiting))
    await asyncio.to_thread(file.flush)  # on the disk before the promise ends


def _put(half: Path, target: Path, name: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(half, target)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise DataError(
            f"'{name}' cannot be kept: a file and a folder of the same name were sent. Rename one of them."
        ) from error
