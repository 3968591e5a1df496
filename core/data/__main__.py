"""One import or fix, in a process of its own: `python -m core.data JOB_FOLDER`."""

import errno
import logging
import shutil
import sys
import time
from pathlib import Path

from core.data.imports.jobs import DRAFT, FileProgress
from core.data.staging import ImportCancelled
from core.errors import TouchstoneError
from core.processes.jobs import LOG, begin, request_of
from core.processes.limits import GIB, go_on, import_limits
from core.specs.dataset_types import Guess, ImportOptions, VersionInfo

_LAST_WORD_TRIES, _LAST_WORD_WAIT_S = 10, 0.5
_FULL = (
    "The disk is full. Nothing of this was kept. Free some space, or set TOUCHSTONE_HOME to a folder on a larger disk, "
    "then try again."
)
_NO_MEMORY = (
    "There is not enough memory for this on the machine: it needs more than is free, or more than the {most:.1f} GB "
    "that an import may take. Nothing of it was kept. Split the file, or import it as CSV, which needs less; or close "
    "other programs or stop a training, then try again."
)
log = logging.getLogger("touchstone")


def main(folder: Path) -> int:
    """Be the process of a job; return its exit code."""
    progress = FileProgress(folder, went_on=go_on)
    begin(folder, progress.cancel)
    return do(folder, progress)


def do(folder: Path, progress: FileProgress) -> int:
    """Run the folder's job and write its final message, whatever happens.

    Returns:
        0 where it is done or cancelled, else 1.
    """
    try:
        made = _work(folder, progress)
    except ImportCancelled:
        return _last_word(folder, progress, "cancelled", "")
    except TouchstoneError as error:
        return _last_word(folder, progress, "failed", str(error))
    except Exception as error:  # the border of the process: whatever it is, the user gets a sentence
        log.exception("The job in %s failed.", folder)
        return _last_word(folder, progress, "failed", _in_words(error, folder))
    return _last_word(folder, progress, "done", "", made)


def _work(folder: Path, progress: FileProgress) -> VersionInfo:
    from core.data.imports.run_import import run_append, run_fix, run_hub_import, run_import, run_relabel
    from core.data.locks import turn
    from core.data.store.dataset_store import DatasetStore

    job = request_of(folder)
    dataset_store = DatasetStore(folder.parents[1], folder.parents[2] / "cache")
    asked, staged = job["request"], folder / DRAFT
    with turn(dataset_store.locks, progress):
        if job["kind"] == "fix":
            return run_fix(dataset_store, asked["name"], asked["code"], asked["fingerprint"], progress)
        if job["kind"] == "relabel":
            changes = {int(position): label for position, label in asked["changes"].items()}
            return run_relabel(dataset_store, asked["name"], changes, asked["fingerprint"], progress)
        if job["kind"] == "append":
            return run_append(dataset_store, asked["name"], asked["examples"], progress)
        options = ImportOptions.model_validate(asked["options"])
        if job["kind"] == "hub":
            return run_hub_import(dataset_store, asked["hub_id"], asked["config"], options, progress, staged)
        guesses = [Guess(**guess) for guess in asked.get("guesses", ())]
        return run_import(dataset_store, Path(asked["path"]), options, progress, staged, guesses)


def _in_words(error: Exception, folder: Path) -> str:
    """Return a sentence for an error that nobody foresaw; the log has the rest."""
    if isinstance(error, MemoryError):
        return _NO_MEMORY.format(most=import_limits().memory_bytes / GIB)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _FULL
    if isinstance(error, PermissionError) and error.filename:
        return f"Touchstone may not read or write {error.filename}. Change its permissions, or copy it, then try again."
    return (
        "Something went wrong that is our fault, not that of your data. Nothing of it was kept. Try it again; if it "
        f"happens again, report it: the details are in {folder / LOG}."
    )


def _last_word(folder: Path, progress: FileProgress, state: str, message: str, made: VersionInfo | None = None) -> int:
    """Remove half-done files, then write how the job ended, waiting for disk space."""
    shutil.rmtree(folder / DRAFT, ignore_errors=True)
    for _ in range(_LAST_WORD_TRIES):
        try:
            if made is not None:
                progress.end("done", "", made.name, made.fingerprint)
            else:
                progress.end("cancelled" if state == "cancelled" else "failed", message)
        except OSError:
            log.exception("The last word could not be written.")
            time.sleep(_LAST_WORD_WAIT_S)
            continue
        break
    return 1 if state == "failed" else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
