"""The process of one trial: computes and writes the answer, and is killed first.

It dies before anything else has to, such as a run beside it.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import DatabaseUnavailable, TouchstoneError
from core.runs import PreflightKind, RunStatus
from core.settings import Settings
from core.store.database import Database
from core.store.preflight_store import PreflightStore
from core.store.run_store import RunStore
from core.worker.run_process import configure_process

if TYPE_CHECKING:
    from core.worker.preflight_setup import RunSetup

FIRST_TO_GO = 1000  # of what Linux ends when the machine's memory is full: this, not the run beside it
NICER = 5  # than a run, which is nicer than the dashboard
LARGEST_LOG_BYTES = 1_000_000
BEAT_S = 10.0
LAST_WORD_TRIES, LAST_WORD_PAUSE_S = 30, 2.0
_log = logging.getLogger(__name__)


def main(trial_id: str, slot: int, threads: int) -> None:
    """Do one trial from beginning to end.

    Args:
        trial_id: The trial; the supervisor has claimed it.
        slot: Which GPU, where there are several.
        threads: CPU threads that it may use: as many as a run.
    """
    settings = Settings()
    configure_process(_log_folder(settings), slot)
    _step_back()
    store = PreflightStore(Database(settings.url))
    threading.Thread(target=_beat, args=(trial_id, store), name="sign of life", daemon=True).start()
    result, reason = _attempt(trial_id, store, settings, threads)
    _log.info("Trial %s ends. %s", trial_id, reason)
    for _ in range(LAST_WORD_TRIES):
        try:
            store.finish(trial_id, result, reason)
            return
        except DatabaseUnavailable:
            time.sleep(LAST_WORD_PAUSE_S)
    _log.error("The database took no answer.")


def _beat(trial_id: str, store: PreflightStore) -> None:
    """Refresh a trial's sign of life; preparing large data can take minutes."""
    while True:
        time.sleep(BEAT_S)
        with suppress(DatabaseUnavailable):
            store.beat(trial_id)


def _attempt(
    trial_id: str, store: PreflightStore, settings: Settings, threads: int
) -> tuple[Mapping[str, Any] | None, str]:
    """Return the answer; or None, and why there is none."""
    from core.worker.preflight_setup import leave_room, set_up

    try:
        question = store.question(trial_id)
        if question is None:  # forgotten, or put back meanwhile
            return None, "Nobody asks any more."
        kind, config = question
        beside = bool(RunStore(store.database).list(status=(RunStatus.RUNNING,), limit=1))
        setup = set_up(
            config,
            settings,
            threads,
            lambda said: store.note(trial_id, said),
            beside_a_run=beside,
            gradually=kind == "estimate",
        )
        leave_room(setup.device)
        return _answer(kind, setup), ""
    except TouchstoneError as error:
        _log.exception("The trial failed.")
        return None, str(error)
    except Exception as error:  # the border of the process: whatever it was, it becomes a sentence and a log entry
        _log.exception("The trial failed.")
        return None, _in_words(error)


def _in_words(error: Exception) -> str:
    name = type(error).__name__
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return "There is not enough memory free for this now. Ask again when the run that uses it has ended."
    return f"Something unexpected happened ({name}). logs/trials/log.txt has the details; starting a run may say more."


def _answer(kind: PreflightKind, setup: "RunSetup") -> dict[str, Any]:
    if kind == "augmentation":
        from core.worker.preflight_preview import preview

        return preview(setup)
    from core.worker.preflight_measures import estimate, learning_rate

    return estimate(setup) if kind == "estimate" else learning_rate(setup)


def _log_folder(settings: Settings) -> Path:
    folder = settings.logs_folder / "trials"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "log.txt"
    if file.exists() and file.stat().st_size > LARGEST_LOG_BYTES:
        file.unlink()
    return folder


def _step_back() -> None:
    """Let everybody else go first, also when memory runs out."""
    if hasattr(os, "nice"):
        os.nice(NICER)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO))
