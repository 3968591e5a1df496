"""A chat on this machine: a real server that writes down what is posted to it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Chat(ThreadingHTTPServer):
    """Answers each post with the next of these codes, and with the last one from then on."""

    def __init__(
        self, codes: tuple[int, ...] = (200,), headers: tuple[tuple[str, str], ...] = (), port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.codes, self.headers = list(codes), headers
        self.heard: list[tuple[str, Any]] = []  # path and document

    @property
    def url(self) -> str:
        """An address as chats give them: what matters is behind the host."""
        return f"http://127.0.0.1:{self.server_port}/services/SECRET-T0KEN?key=SECRET-TOO"


class _Handler(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, json.loads(body)))
        codes = self.server.codes
        self.send_response(codes.pop(0) if len(codes) > 1 else codes[0])
        for name, value in self.server.headers:
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def chat(*codes: int, headers: tuple[tuple[str, str], ...] = (), port: int = 0) -> Iterator[Chat]:
    """Serve a chat while the context is open."""
    with Chat(codes or (200,), headers, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(60)


def dead_url() -> str:
    """Return an address on this machine at which nobody listens."""
    with Chat() as server:
        return server.url
