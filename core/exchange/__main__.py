"""A preview or import in a separate process: `python -m core.exchange FOLDER`."""

import logging
import sys
import time
from pathlib import Path
from typing import Any

from core.errors import TouchstoneError
from core.exchange.jobs import tell
from core.processes.jobs import begin, request_of
from core.processes.limits import go_on

TOLD_EVERY_S = 0.3
_NO_MEMORY = "There is not enough memory for this on the machine. Import it in parts, or stop a training first."
_UNFORESEEN = "Something went wrong, and the fault is ours. Runs that are whole are here; the log has the details."
log = logging.getLogger("touchstone")


class Cancelled(BaseException):
    """Somebody asked to end this."""


def main(folder: Path) -> int:
    """Process a folder's request, always write a final status, and return the exit code."""
    begin(folder, _cancel)
    try:
        tell(folder, **_work(folder))
    except Cancelled:
        tell(folder, state="cancelled")
        return 0
    except TouchstoneError as error:
        tell(folder, state="failed", message=str(error))
    except MemoryError:
        tell(folder, state="failed", message=_NO_MEMORY)
    except Exception:  # the border of the process: whatever it is, the user gets a sentence
        log.exception("The work in %s failed.", folder)
        tell(folder, state="failed", message=_UNFORESEEN)
    else:
        return 0
    return 1


def _work(folder: Path) -> dict[str, Any]:
    from core.exchange.import_runs import preview, run_import
    from core.services.bootstrap import open_service

    asked, service, told_at = request_of(folder), open_service(), 0.0

    def progress(run: str, points: int) -> None:
        nonlocal told_at
        go_on()
        if time.monotonic() - told_at > TOLD_EVERY_S:
            told_at = time.monotonic()
            tell(folder, run=run, points=points)

    path = Path(asked["path"])
    if asked["kind"] == "look":
        return {"state": "found", "found": preview(service, path, asked["format"], progress), "imported": None}
    imported = run_import(
        service, path, asked["format"], project=asked["project"], keys=asked["keys"], progress=progress
    )  # fmt: skip
    return {"state": "done", "imported": imported}


def _cancel() -> None:
    raise Cancelled


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
