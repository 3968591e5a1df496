"""One webhook post: no redirects, no proxy, no logging, and a time limit.

The standard library's client, because others log the addresses that they ask, and this one is a secret.
"""

import json
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 10.0  # for each wait
DEADLINE_S = 20.0  # for all of it


@dataclass(frozen=True)
class Answer:
    """What became of a post.

    Args:
        taken: Whether the message has arrived.
        sentence: What happened, for people; never the address.
        is_worth_another_try: Whether it may work later.
    """

    taken: bool
    sentence: str
    is_worth_another_try: bool = False


def post(url: str, document: Mapping[str, Any]) -> Answer:
    """Post JSON once.

    Args:
        url: Where to; checked before.
        document: What.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme.lower() == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json", "User-Agent": "Touchstone", "Connection": "close"}
    clock = threading.Timer(DEADLINE_S, _hang_up, [connection])
    clock.daemon = True
    clock.start()
    try:
        connection.request("POST", target, json.dumps(document).encode(), headers)
        return _judged(connection.getresponse().status)
    except (OSError, HTTPException) as error:
        return _failed(error)
    finally:
        clock.cancel()
        connection.close()


def _hang_up(connection: HTTPConnection) -> None:
    """End a post whose other side sends a byte now and then for ever."""
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _judged(status: int) -> Answer:
    if 200 <= status < 300:
        return Answer(True, f"It was taken (answer {status}).")
    if 300 <= status < 400:
        return Answer(False, f"It sends on to another address (answer {status}), which is not followed. Use that one.")
    if status in (401, 403, 404, 405, 410):
        return Answer(False, f"There is no such webhook, or it was withdrawn (answer {status}). Make a new one.")
    if status == 429:
        return Answer(False, "It gets too many messages at the moment (answer 429).", is_worth_another_try=True)
    if status >= 500:
        return Answer(False, f"It has trouble of its own at the moment (answer {status}).", is_worth_another_try=True)
    return Answer(False, f"It did not understand the message (answer {status}).")


def _failed(error: OSError | HTTPException) -> Answer:
    if isinstance(error, ssl.SSLError):
        return Answer(False, "Its certificate is not valid for this machine, so nothing was sent.")
    if isinstance(error, socket.gaierror):
        return Answer(False, "There is no host of this name, or no network.", is_worth_another_try=True)
    if isinstance(error, TimeoutError):
        return Answer(False, f"It did not answer within {TIMEOUT_S:g} seconds.", is_worth_another_try=True)
    return Answer(False, "It could not be reached, or broke off.", is_worth_another_try=True)
