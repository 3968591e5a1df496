"""The process that answers one request and ends, isolated from all others."""

import importlib
import logging
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

from core.errors import DataError, TouchstoneError, UserError
from core.processes.inspection.messages import packed, receive
from core.processes.limits import Limits, end_with_parent, limit_cpu, limit_memory

Inspection = Callable[[Mapping[str, Any], bytes], tuple[Any, bytes]]  # what was asked, to what can be said in JSON
log = logging.getLogger("touchstone")


def inspections(module: str) -> Mapping[str, Inspection]:
    """Return the inspections by name, the module's `INSPECTIONS`, and load their dependencies."""
    found: Mapping[str, Inspection] = importlib.import_module(module).INSPECTIONS
    return found


def answer(talk: socket.socket, known: Mapping[str, Inspection], limits: Limits) -> None:
    """Take one question, answer it under these limits, and end the process."""
    end_with_parent()
    logging.basicConfig(level=logging.ERROR, format="%(message)s", force=True)
    try:
        asked, content = receive(talk)
    except ConnectionError:  # nobody wants it any more
        os._exit(0)
    limit_cpu(limits.cpu_s)
    limit_memory(limits.memory_bytes, int(asked["mapped_bytes"]))
    talk.sendall(_answered(known[asked["name"]], asked["arguments"], content))
    talk.close()
    os._exit(0)  # nothing of the fork server's is to be tidied here


def _answered(inspection: Inspection, arguments: Mapping[str, Any], content: bytes) -> bytes:
    try:
        document, made = inspection(arguments, content)
        return packed({"answer": document}, made)
    except TouchstoneError as error:
        kind = "data" if isinstance(error, DataError) else "user" if isinstance(error, UserError) else "other"
        return packed({"refused": str(error), "kind": kind})
    except MemoryError:
        return packed({"stopped": "memory"})
    except Exception:  # the border of the process: whatever it is, the user gets a sentence, and the log the rest
        log.exception("An inspection failed.")
        return packed({"stopped": "error"})
