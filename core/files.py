"""Files written whole or not at all: no reader finds half of one."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


@contextmanager
def whole(file: Path) -> Iterator[Path]:
    """Yield a path that replaces the file once the block ends without an error."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}.new")
    draft.unlink(missing_ok=True)
    try:
        yield draft
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def write_text(file: Path, text: str, mode: int = 0o666) -> None:
    """Write a text file whole, also in a power cut.

    Args:
        file: Where to.
        text: As UTF-8.
        mode: Who may read and write it, from the beginning; the process's mask holds.
    """
    with whole(file) as draft, open(os.open(draft, _NEW, mode), "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def write_json(file: Path, document: Any) -> None:
    """Write a JSON document whole, without waiting for the disk."""
    with whole(file) as draft:
        draft.write_text(json.dumps(document), encoding="utf-8")
