"""What a hostile file makes a reader do, at its worst: inspections for the tests of inspectors."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import DataError, TouchstoneError, UserError

Asked = Mapping[str, Any]


def _say(asked: Asked, content: bytes) -> tuple[Any, bytes]:
    return {"heard": dict(asked), "pid": os.getpid(), "parent": os.getppid()}, content[::-1]


def _eat(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    eaten = []
    while True:
        eaten.append(bytearray(2**20))


def _eat_in_compiled_code(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    """End as Rust does whose allocation fails."""
    os.write(2, b"memory allocation of 17179869184 bytes failed\n")
    os.abort()


def _compute(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    while True:
        pow(3, 10**6)


def _compute_without_a_break(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    """Hold the interpreter inside one expression, which no signal of Python's own can end."""
    import re

    return bool(re.match(r"(a+)+$", "a" * 60 + "b")), b""


def _sleep(asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    Path(asked["mark"]).write_text(str(os.getpid()))
    time.sleep(600)
    return None, b""


def _abort(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    os.abort()


def _crash(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    return ctypes.string_at(0), b""


def _lose(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    os.kill(os.getpid(), signal.SIGKILL)
    return None, b""


def _leave(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    sys.stderr.write("no idea\n")
    os._exit(7)


def _flood(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    return "x" * (64 * 2**20), b""


def _half_characters(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    return "a\ud800b", b""


def _refuse(asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    kinds = {"data": DataError, "user": UserError, "other": TouchstoneError}
    raise kinds[asked["kind"]]("Choose another one.")


def _slip(_asked: Asked, _content: bytes) -> tuple[Any, bytes]:
    raise ZeroDivisionError("unforeseen")


INSPECTIONS = {
    "say": _say, "eat": _eat, "eat-compiled": _eat_in_compiled_code, "compute": _compute,
    "compute-without-a-break": _compute_without_a_break, "sleep": _sleep, "abort": _abort, "crash": _crash,
    "vanish": _lose, "leave": _leave, "flood": _flood, "half-characters": _half_characters, "refuse": _refuse,
    "slip": _slip,
}  # fmt: skip
