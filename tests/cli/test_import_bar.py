import io
import os
import signal

import pytest
from rich.console import Console

from core.cli.import_bar import TerminalProgress
from core.data.staging import ImportCancelled


def console(is_terminal: bool) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, force_terminal=is_terminal, width=100), written


def test_a_terminal_shows_a_bar_for_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.cli.import_bar.DRAW_EVERY_S", 0.0)
    shown, written = console(is_terminal=True)
    with TerminalProgress(shown) as progress:
        progress.stage("Reading", 4_000_000, "bytes")
        progress.advance(1_500_000)
        progress._bar.refresh()
        progress.stage("Looking for duplicates", 0, "rows")
        progress.advance(12_345)
        progress._bar.refresh()
    assert "Reading" in written.getvalue()
    assert "1.5 MB of 4.0 MB" in written.getvalue()
    assert "12,345 rows" in written.getvalue()


def test_a_log_shows_a_line_for_each_stage_that_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, written = console(is_terminal=False)
    with TerminalProgress(shown) as progress:
        progress.stage("Looking", 0, "bytes")
        progress.advance(1)
        monkeypatch.setattr("core.cli.import_bar.SAID_AFTER_S", 0.0)
        for name in ("Reading [red]", "Dividing"):
            progress.stage(name, 100, "bytes")
            progress.advance(50)
            progress.advance(60)
    assert written.getvalue().splitlines() == ["Reading [red]", "Dividing"]


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_cancels_cleanly_and_ends_as_such() -> None:
    before = signal.getsignal(signal.SIGINT)
    cleaned_up = []

    def bring() -> None:
        with TerminalProgress(console(is_terminal=False)[0]) as progress:
            progress.stage("Reading", 100, "bytes")
            try:
                interrupt()
                progress.advance(1)
            except ImportCancelled:
                cleaned_up.append("rows.arrow")
                raise

    with pytest.raises(KeyboardInterrupt):
        bring()
    assert cleaned_up == ["rows.arrow"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_ends_at_once() -> None:
    def bring() -> None:
        with TerminalProgress(console(is_terminal=False)[0]):
            interrupt()
            interrupt()

    with pytest.raises(KeyboardInterrupt):
        bring()
