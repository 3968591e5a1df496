"""How far an import is, on a terminal: a bar on stderr, and Ctrl-C ends it cleanly."""

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from core.data.imports.jobs import STARTING, Jobs
from core.data.staging import ImportCancelled, Unit
from core.errors import UserError
from core.specs.dataset_types import ImportProgress

DRAW_EVERY_S = 0.1
ASKED_EVERY_S = 0.1
SAID_AFTER_S = 1.0  # of a stage, in a log: what is quick is not worth a line


class TerminalProgress:
    """Shows the stages of an import while the `with` block goes on; where there is no terminal, a line a long stage.

    Ctrl-C cancels the import at its next word, so that nothing of it stays, and the block then raises
    `KeyboardInterrupt`. A second Ctrl-C ends the program at once.

    Args:
        console: Where to; stderr if not given.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[amount]}"),
            TimeRemainingColumn(), console=self._console, transient=True,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._unit: Unit = "rows"
        self._total, self._drawn_at = 0, 0.0
        self._unsaid, self._began_at, self._shown = "", 0.0, ""
        self._cancelled = False
        self._before: Any = None

    def stage(self, name: str, total: int, unit: Unit) -> None:
        """Begin a part of the work."""
        self._obey()
        self._unit, self._total, self._drawn_at = unit, total, time.monotonic()
        if not self._console.is_terminal:
            self._unsaid, self._began_at = name, time.monotonic()
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total or None, amount="")

    def follow(self, now: ImportProgress) -> None:
        """Show what another process says of its work."""
        if now.stage not in (self._shown, STARTING):
            self._shown = now.stage
            self.stage(now.stage, now.total, now.unit)
        if now.done:  # as where the work is done in this process, a stage that never advances is not worth a line
            self.advance(now.done)
        self._obey()

    def advance(self, done: int) -> None:
        """Say how much of the stage is done.

        Raises:
            ImportCancelled: Ctrl-C was pressed.
        """
        self._obey()
        now = time.monotonic()
        if self._unsaid and now - self._began_at >= SAID_AFTER_S:
            self._console.print(self._unsaid, markup=False, highlight=False)
            self._unsaid = ""
        if self._task is not None and now - self._drawn_at >= DRAW_EVERY_S:
            self._drawn_at = now
            self._bar.update(self._task, completed=done, amount=self._amount(done))

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._on_interrupt)
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._console.is_terminal:
            self._bar.stop()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if isinstance(error, ImportCancelled):
            raise KeyboardInterrupt from error

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._cancelled:
            raise KeyboardInterrupt
        self._cancelled = True

    def _obey(self) -> None:
        if self._cancelled:
            raise ImportCancelled

    def _amount(self, done: int) -> str:
        shown = decimal if self._unit == "bytes" else "{:,}".format
        of = f" of {shown(self._total)}" if self._total else ""
        return f"{shown(done)}{of}{'' if self._unit == 'bytes' else f' {self._unit}'}"


def follow(jobs: Jobs, job_id: str) -> ImportProgress:
    """Show how far an import or fix in another process is until it has ended; return its end, and forget it.

    Raises:
        UserError: It failed; the message says why.
        KeyboardInterrupt: Ctrl-C was pressed; nothing of it stays.
    """
    with TerminalProgress() as progress:
        try:
            while (now := jobs.progress(job_id)).state == "working":
                progress.follow(now)
                time.sleep(ASKED_EVERY_S)
        except ImportCancelled:
            jobs.cancel(job_id)
            while (now := jobs.progress(job_id)).state == "working":  # a second Ctrl-C leaves it to end alone
                time.sleep(ASKED_EVERY_S)
            if now.state != "done":
                raise
    jobs.forget(job_id)
    if now.state != "done":
        raise UserError(now.message)
    return now
