"""One message between two processes: a JSON document, and bytes that follow it."""

import json
import socket
import struct
from typing import Any

_SIZES = struct.Struct("!QQ")  # bytes of the document, bytes that follow
CHUNK = 2**18


def packed(document: Any, content: bytes = b"") -> bytes:
    """Return a message as bytes; lone surrogates, as some files hold, become "?"."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return _SIZES.pack(len(text), len(content)) + text + content


def unpacked(message: bytes | bytearray) -> tuple[Any, bytes] | None:
    """Return a message's document and bytes; None if incomplete.

    Raises:
        ValueError: It is none.
    """
    if len(message) < _SIZES.size:
        return None
    text, content = _SIZES.unpack_from(message)
    if len(message) < _SIZES.size + text + content:
        return None
    view = memoryview(message)[_SIZES.size :]
    return json.loads(bytes(view[:text])), bytes(view[text : text + content])


def receive(connection: socket.socket) -> tuple[Any, bytes]:
    """Wait for one whole message.

    Raises:
        ConnectionError: The other side went away.
    """
    message = bytearray()
    while (found := unpacked(message)) is None:
        if not (chunk := connection.recv(CHUNK)):
            raise ConnectionError("the other side went away")
        message += chunk
    return found
