"""Where demo pages are served: on this machine and, if wanted, in its room."""

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from core.serving.demo.network import bound_socket, room_address

MOST_AT_ONCE = 64  # connections at one address
ENDS_WITHIN_S = 10
NO_NETWORK = "This machine is in no network that a phone could be in, too: connect it to the Wi-Fi of the room."
_log = logging.getLogger("touchstone.demo")


class Listener:
    """One address, served in a thread of its own.

    Args:
        app: What answers.
        listening: A bound socket.
    """

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, proxy_headers=False, server_header=False,
            limit_concurrency=MOST_AT_ONCE, timeout_keep_alive=5, timeout_graceful_shutdown=5, ws="none",
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._socket = listening
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Serve nobody any more."""
        self._server.should_exit = True
        self._thread.join(ENDS_WITHIN_S)
        self._socket.close()


@dataclass
class Room:
    """The address in the room's network, open only while wanted.

    Args:
        make_app: Makes what answers at an address.
        port: The same as on this machine.
        find_address: Returns this machine's address; empty without a network.
    """

    make_app: Callable[[str], ASGIApp]
    port: int
    find_address: Callable[[], str] = room_address
    address: str = ""  # on which it listens
    problem: str = ""
    _listener: Listener | None = None

    def follow(self, *, is_wanted: bool) -> None:
        """Open, move or close it: a machine that changes the network gets another address."""
        wanted = self.find_address() if is_wanted else ""
        if wanted == self.address and self._listener is not None:
            return
        self.close()
        self.problem = NO_NETWORK if is_wanted and not wanted else ""
        if not wanted:
            return
        try:
            self._listener = Listener(self.make_app(wanted), bound_socket(wanted, self.port))
            self.address = wanted
        except OSError as error:
            _log.warning("%s:%s cannot be listened on.", wanted, self.port, exc_info=error)
            self.problem = f"Another program listens on {wanted}:{self.port}. End it, and the page opens by itself."

    def close(self) -> None:
        """Let nobody in from the room any more."""
        if self._listener is not None:
            self._listener.close()
        self._listener, self.address = None, ""
