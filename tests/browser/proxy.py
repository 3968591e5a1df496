"""A reverse proxy as nginx is one: it passes on what lies under one path, in both directions, and names for whom."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

IDLE_S = 300.0  # of a connection on which nobody says anything
_LONGEST_HEAD = 64 * 1024


@contextmanager
def proxy(port: int, base: str) -> Iterator[str]:
    """Serve what a server on this machine has under a path, and nothing else; yield the address with that path.

    Args:
        port: Of the server.
        base: Such as "/touchstone".
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):  # closed: the end
            while True:
                threading.Thread(target=_serve, args=(listener.accept()[0], port, base), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{base}"
    finally:
        listener.close()


def _serve(browser: socket.socket, port: int, base: str) -> None:
    """Pass one request on, and everything that follows it; each connection has one, so that each path is looked at."""
    with browser, suppress(OSError):
        browser.settimeout(IDLE_S)
        head, rest = _head(browser)
        path = head.split(b" ", 2)[1] if head.count(b" ") >= 2 else b""
        if not path.startswith(f"{base}/".encode()):
            browser.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        lines = head.split(b"\r\n")
        if not any(line.lower().startswith(b"upgrade:") for line in lines):
            lines = [line for line in lines if not line.lower().startswith(b"connection:")] + [b"Connection: close"]
        lines += [b"X-Forwarded-For: 127.0.0.1", b"X-Forwarded-Proto: http"]
        with socket.create_connection(("127.0.0.1", port), timeout=IDLE_S) as server:
            server.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + rest)
            sending = threading.Thread(target=_pass_on, args=(browser, server), daemon=True)
            sending.start()
            _pass_on(server, browser)


def _head(browser: socket.socket) -> tuple[bytes, bytes]:
    held = b""
    while b"\r\n\r\n" not in held and len(held) < _LONGEST_HEAD:
        if not (more := browser.recv(65_536)):
            break
        held += more
    head, _, rest = held.partition(b"\r\n\r\n")
    return head, rest


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
