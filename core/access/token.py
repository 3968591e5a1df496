"""A start's token: given or generated, compared in constant time, readable by its owner."""

import hmac
import json
import logging
import os
import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from core.errors import UserError
from core.files import write_text
from core.processes.identity import is_alive, start_time

TOKEN, NO_TOKEN = "TOUCHSTONE_TOKEN", "TOUCHSTONE_NO_TOKEN"  # names of environment variables, not secrets
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SHORTEST = 16  # characters: a shorter one can be guessed by another account of the machine
_FILE = "dashboard.json"
_log = logging.getLogger("touchstone")


WITHOUT_TOKEN = (
    "It asks for no token (--no-token): every account and every program of this machine can open it, see all data and "
    "runs, and start or delete any. Paths on this machine are not offered, since nobody knows who asks."
)


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that serves this home: where it is, and how to get in."""

    url: str  # "http://127.0.0.1:8501", with a base path where there is one
    token: str  # empty where none is asked for
    pid: int
    process_started_at: float  # seconds since 1970, so that a reused pid is not mistaken for it

    @property
    def address(self) -> str:
        """The address to open, with the token."""
        return f"{self.url}/?token={self.token}" if self.token else self.url


def take_token() -> str:
    """Return the token from the environment, or a new one; empty if none wanted.

    It is taken out of the environment, so that no run, import or log of one ever holds it.

    Raises:
        UserError: The given one is too short.
    """
    given = os.environ.pop(TOKEN, "")
    if os.environ.get(NO_TOKEN, "") not in ("", "0"):
        return ""
    if given and len(given) < SHORTEST:
        raise UserError(
            f"{TOKEN} has {len(given)} characters, which others on this machine could guess. "
            f"Give it at least {SHORTEST}, or leave it out: then one is made at each start."
        )
    return given or secrets.token_urlsafe(32)


def refuse_other_addresses(address: str | None) -> None:
    """Raise a `UserError` if the server's listening address is not on this machine.

    Args:
        address: That the server is told to listen on; empty or None is every address.
    """
    if address in LOOPBACK or (address or "").startswith(("unix://", "127.")):
        return
    raise UserError(
        f"Touchstone would listen on {address or 'every address'} of this machine, where others could open it: signing "
        "in is not built yet. Leave the address at 127.0.0.1; from another machine forward a port: "
        "ssh -L 8501:127.0.0.1:8501 USER@MACHINE"
    )


def cookie_value(token: str) -> str:
    """Return what the browser keeps in place of the token."""
    return hmac.new(token.encode(), b"touchstone dashboard", sha256).hexdigest()


def is_same(given: str, expected: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def announce_dashboard(home: Path, url: str, token: str) -> Dashboard:
    """Write this process's dashboard address into its home, readable only by the owner.

    Where nothing can be written (a full disk) it still serves; only commands do not find it by themselves.
    """
    said = Dashboard(url, token, os.getpid(), start_time(os.getpid()) or 0.0)
    try:
        write_text(home / _FILE, json.dumps(asdict(said)), mode=0o600)
    except OSError as error:
        _log.warning("Where the dashboard is could not be written into %s (%s).", home, error)
    return said


def find_dashboard(home: Path) -> Dashboard | None:
    """Return the dashboard that serves a home now, None where none does."""
    try:
        said = Dashboard(**json.loads((home / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return said if is_alive(said.pid, said.process_started_at) else None
