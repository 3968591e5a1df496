"""The end of a server on demand: idle, or without a dashboard."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from starlette.types import ASGIApp, Receive, Scope, Send

from core.processes.identity import is_alive

CLIENT = b"x-touchstone-client"  # a header: the pid and start time of the process that asks
LOOK_EVERY_S = 2.0


class Lifetime:
    """Knows who asks, and how long ago; a middleware.

    Args:
        app: What answers.
        clients: Processes that may ask, by pid and start time; those that ask are added.
    """

    def __init__(self, app: ASGIApp, clients: "Clients") -> None:
        self._app, self._clients = app, clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._clients.asking(dict(scope["headers"]).get(CLIENT, b"").decode("latin-1")):
            await self._app(scope, receive, send)


class Clients:
    """The processes that have asked.

    Args:
        first: The one that started the server.
        idle_s: After so long without a request the server ends.
    """

    def __init__(self, first: str, idle_s: float) -> None:
        self._idle_s = idle_s
        self._known = {first} - {""}
        self._at_work, self._asked_at = 0, time.monotonic()

    def asking(self, client: str) -> "_Request":
        """Return what counts a request while it is answered."""
        self._known |= {client} - {""}
        return _Request(self)

    def begin(self) -> None:
        """Count a request."""
        self._at_work += 1

    def end(self) -> None:
        """Count it no longer."""
        self._at_work -= 1
        self._asked_at = time.monotonic()

    def are_gone(self) -> bool:
        """Return whether the server has nobody to answer any more."""
        self._known = {client for client in self._known if _lives(client)}
        is_idle = not self._at_work and time.monotonic() - self._asked_at > self._idle_s
        return is_idle or not self._known

    async def wait_until_gone(self, leave: Callable[[], None]) -> None:
        """Call `leave` once nobody is left."""
        while not await asyncio.to_thread(self.are_gone):
            await asyncio.sleep(LOOK_EVERY_S)
        leave()


class _Request:
    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def __enter__(self) -> None:
        self._clients.begin()

    def __exit__(self, *_: object) -> None:
        self._clients.end()


def _lives(client: str) -> bool:
    pid, _, started = client.partition(":")
    with suppress(ValueError):
        return is_alive(int(pid), float(started))
    return False
