"""Demo pages in files of the home that only its owner can read."""

import hmac
import json
import logging
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from core.errors import UserError
from core.files import write_text
from core.specs.demo import Demo, DemoReply

MOST_REPLIES_BYTES = 20 * 2**20  # of one page, images included
_log = logging.getLogger("touchstone")


class DemoStore:
    """The demo pages of a home.

    Args:
        home: The folder of all state; pages lie in its folder `demos`, mode 0700, one file each, mode 0600.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / "demos"

    def save(self, demo: Demo) -> None:
        """Write a page, whole or not at all."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        write_text(self.folder / f"{demo.id}.json", demo.model_dump_json(indent=1), mode=0o600)

    def all(self) -> list[Demo]:
        """Return every page, the newest first."""
        found = [demo for file in self.folder.glob("*.json") if (demo := _read(file)) is not None]
        return sorted(found, key=lambda demo: demo.created_at, reverse=True)

    def open(self, moment: datetime) -> list[Demo]:
        """Return the pages that visitors get into, the newest first."""
        return [demo for demo in self.all() if demo.is_open(moment)]

    def find(self, token: str, moment: datetime) -> Demo | None:
        """Return the open page of a token; every token is compared, in constant time."""
        given, found = token.encode(), None
        for demo in self.open(moment):
            if hmac.compare_digest(given, demo.token.encode()):
                found = demo
        return found

    def note(self, demo: Demo, reply: DemoReply, image: bytes = b"") -> None:
        """Keep what a visitor said or tried.

        Raises:
            UserError: So much was kept already that no more is.
        """
        folder = self.folder / demo.id
        folder.mkdir(mode=0o700, exist_ok=True)
        if sum(file.stat().st_size for file in folder.iterdir()) + len(image) > MOST_REPLIES_BYTES:
            raise UserError("So much was said on this page already that nothing more is kept.")
        if image:
            name = f"{reply.at:%Y%m%dT%H%M%S%f}.image"
            _append(folder / name, image)
            reply = reply.model_copy(update={"tried": name})
        _append(folder / "replies.jsonl", reply.model_dump_json().encode() + b"\n")

    def replies(self, demo: Demo) -> Sequence[DemoReply]:
        """Return what visitors said and, where it is kept, tried: the oldest first."""
        try:
            lines = (self.folder / demo.id / "replies.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        return [DemoReply.model_validate(json.loads(line)) for line in lines if line]


def _append(file: Path, content: bytes) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as opened:
        opened.write(content)


def _read(file: Path) -> Demo | None:
    try:
        return Demo.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        _log.warning("The demo page in %s cannot be read (%s); nobody can open it.", file, error)
        return None
