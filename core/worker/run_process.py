"""The process of one run: prepares, runs the pipeline, records its end.

Its death affects nothing else.
"""

import faulthandler
import logging
import os
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from core.errors import DatabaseUnavailable, TouchstoneError, TrainingDiverged
from core.notifications.notify import announce
from core.runs import RunStatus
from core.settings import Settings
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.run_copy import write_copy
from core.store.run_store import RunStore
from core.tracking.recorder import Recorder
from core.worker.run_folder import TAKEN, take_folder

LAST_WORD_TRIES, LAST_WORD_PAUSE_S = 300, 2.0
NICENESS = 5  # the dashboard goes first: drawing a page takes a moment, training takes minutes
_log = logging.getLogger(__name__)


def describe_devices(answer: Connection) -> None:
    """Send {"device": text, "count": GPUs, "parent": pid} and end, a fork server's first request."""
    import torch

    from core.training.device import choose_device, describe_device

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    device = describe_device(choose_device("auto"))
    answer.send({"device": device, "count": count, "parent": os.getppid()})


def main(run_id: str, slot: int, threads: int) -> None:
    """Train one run from beginning to end.

    Args:
        run_id: The run; the supervisor has claimed it.
        slot: Which GPU, where there are several.
        threads: CPU threads that it may use.
    """
    settings = Settings()
    folder = settings.runs_folder / run_id
    folder.mkdir(parents=True, exist_ok=True)
    lock = take_folder(folder)
    if lock is None:  # two processes in one folder would overwrite each other's checkpoints
        os._exit(TAKEN)
    configure_process(folder, slot)
    database = Database(settings.url)
    runs, metrics = RunStore(database), MetricStore(database)
    write_copy(database, run_id, folder)
    recorder = Recorder(run_id, runs, metrics, folder)
    ended_from_outside = _listen(recorder)
    status, reason, cause = _attempt(run_id, runs, metrics, recorder, settings, threads)
    if status is RunStatus.STOPPED and ended_from_outside and runs.get(run_id).stop_requested_at is None:
        status, reason = RunStatus.INTERRUPTED, "Its process was asked to end from outside. Resume it to go on."
    _log.info("The run ends: %s. %s", status, reason)
    recorder.close()
    ended_here = _say_the_last_word(run_id, runs, status, reason, cause)
    write_copy(database, run_id, folder)
    _pack(run_id, metrics)
    if ended_here:
        announce(settings, run_id)
    lock.release()


def _pack(run_id: str, metrics: MetricStore) -> None:
    """Pack each curve; the supervisor does later what is left out now."""
    try:
        metrics.pack(run_id)
    except TouchstoneError:
        _log.warning("The curves were not packed.", exc_info=True)


def _say_the_last_word(run_id: str, runs: RunStore, status: RunStatus, reason: str, cause: str) -> bool:
    """Write how the run ended, retrying for minutes; return whether this call did."""
    ended = False
    for _ in range(LAST_WORD_TRIES):
        try:
            ended = ended or runs.finish(run_id, status, reason, cause)
            if ended and reason:
                runs.add_event(run_id, "error" if status is RunStatus.FAILED else "note", reason)
            return ended
        except DatabaseUnavailable:
            time.sleep(LAST_WORD_PAUSE_S)
    _log.error("The database took no last word.")
    return ended


def _attempt(
    run_id: str, runs: RunStore, metrics: MetricStore, recorder: Recorder, settings: Settings, threads: int
) -> tuple[RunStatus, str, str]:
    """Run the pipeline; convert any outcome to a status, reason and failure cause."""
    from core.worker.pipeline import Pipeline

    try:
        stopped = Pipeline(run_id, runs, metrics, recorder, settings, threads).work()
    except TouchstoneError as error:
        _log.exception("The run failed.")
        return RunStatus.FAILED, str(error), "diverged" if isinstance(error, TrainingDiverged) else "input"
    except Exception as error:  # the border of the process: whatever it was, it becomes a sentence and a log entry
        _log.exception("The run failed.")
        return RunStatus.FAILED, *_in_words(error)
    if stopped:
        if runs.get(run_id).paused:
            return RunStatus.STOPPED, "Paused. Resume it to go on exactly there.", ""
        return RunStatus.STOPPED, "Stopped before the end. What it had learnt is saved; resume it to go on.", ""
    return RunStatus.SUCCEEDED, "", ""


def _in_words(error: Exception) -> tuple[str, str]:
    """Return what happened, for a founder, and its cause in a word."""
    from core.training.step import is_out_of_memory

    if is_out_of_memory(error):
        words = "There was not enough memory, even for a single example at a time. Choose a smaller model."
        return words, "memory"
    if isinstance(error, OSError) and error.errno == 28:
        return "The disk is full. Free some space, then resume the run: nothing that was saved is lost.", "disk"
    name = type(error).__name__
    words = (
        f"Something unexpected happened ({name}: {error}). The log has the details; what was saved before is kept, "
        "and the run can be resumed."
    )
    return words, "unknown"


def configure_process(folder: Path, slot: int) -> None:
    """Write into the run's own log, be polite to others, and see one GPU."""
    with (folder / "log.txt").open("ab", buffering=0) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    # The fork server's streams may be gone; these are the log's.
    sys.stdout, sys.stderr = (
        os.fdopen(1, "w", buffering=1, closefd=False),
        os.fdopen(2, "w", buffering=1, closefd=False),
    )
    faulthandler.enable()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr, force=True
    )
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C in the terminal of whoever started us is not meant for us
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", str(slot))


def _listen(recorder: Recorder) -> list[int]:
    """Treat SIGTERM as a stop request; return a list that receives the signal."""
    heard: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        heard.append(number)
        recorder.stop_requested.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return heard
