"""The webhook address, a secret in a file that only its owner may read."""

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from core.errors import UserError
from core.files import write_text
from core.processes.loopback import is_loopback
from core.runs import RunStatus
from core.settings import Settings

LONGEST_URL = 2000  # characters
ENDS = {
    "finished": (RunStatus.SUCCEEDED,),
    "failed": (RunStatus.FAILED,),
    "stopped": (RunStatus.STOPPED, RunStatus.INTERRUPTED),
}


class WebhookUnusable(UserError):
    """The address cannot be used; the message says why, and never holds it."""


@dataclass(frozen=True)
class Webhook:
    """Where to, and what about.

    Whoever opens the dashboard can set it, and so make this machine post to an address that it can reach; that is the
    operator. Only Touchstone's own messages are posted, over https unless the address is this machine's own.

    Args:
        url: The whole address: whoever knows it can write there.
        ends: Names of `ENDS`: which ends of runs are told.
        dashboard: Where people reach this dashboard, for a link in the message; empty is no link.
    """

    url: str
    ends: tuple[str, ...] = tuple(ENDS)
    dashboard: str = ""

    def __repr__(self) -> str:
        """Return what may be seen of it."""
        return f"Webhook({self.host}, {', '.join(self.ends)})"

    @property
    def host(self) -> str:
        """The name of the machine that it belongs to: all that is ever shown."""
        return urlsplit(self.url).hostname or ""

    def wants(self, status: RunStatus) -> bool:
        """Return whether an end like this is told."""
        return any(status in ENDS[end] for end in self.ends)


def checked(url: str, ends: tuple[str, ...], dashboard: str = "") -> Webhook:
    """Return a webhook that can be used.

    Args:
        url: As it was typed.
        ends: Names of `ENDS`.
        dashboard: Likewise; empty is no link.

    Raises:
        WebhookUnusable: It is no address, not encrypted, or holds a password.
    """
    parts = _parts(url.strip(), "The webhook")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise WebhookUnusable(
            "The webhook begins with http://, so anybody on the way could read it and write to your chat. Use the "
            "address that begins with https://."
        )
    if dashboard.strip():
        _parts(dashboard.strip(), "The address of this dashboard")
    if not ends:
        raise WebhookUnusable("Choose at least one kind of end that you want to hear of, or remove the webhook.")
    return Webhook(url.strip(), tuple(end for end in ENDS if end in ends), dashboard.strip().rstrip("/"))


def load(settings: Settings) -> Webhook | None:
    """Return the webhook; None where unset or its file is damaged."""
    try:
        found = json.loads(_file(settings).read_text(encoding="utf-8"))
        return checked(found["url"], tuple(found["ends"]), found.get("dashboard", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, WebhookUnusable):
        return None


def save(settings: Settings, webhook: Webhook) -> None:
    """Keep a webhook, readable by its owner alone.

    Raises:
        WebhookUnusable: The disk does not take it.
    """
    file = _file(settings)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_text(file, json.dumps(asdict(webhook)), mode=0o600)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise WebhookUnusable(f"The webhook could not be kept in {file.parent} ({why}).") from None


def remove(settings: Settings) -> None:
    """Forget the webhook."""
    _file(settings).unlink(missing_ok=True)


def _file(settings: Settings) -> Path:
    return settings.home / "secrets" / "webhook.json"


def _parts(url: str, what: str) -> SplitResult:
    """Return the parts of an address.

    Raises:
        WebhookUnusable: It is none.
    """
    if len(url) > LONGEST_URL or not re.fullmatch(r"https?://[\x21-\x7e]+", url, re.IGNORECASE):
        raise WebhookUnusable(f"{what} must be an address that begins with https://, without spaces.")
    try:
        parts = urlsplit(url)
        known = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number
        known = False
    if not known:
        raise WebhookUnusable(f"{what} has no host: after https:// comes a name such as hooks.slack.com.")
    if "@" in parts.netloc:
        raise WebhookUnusable(f"{what} holds a name or password before an @, which is not understood here.")
    return parts
