"""Interruption of long library computations, which know no stop requests."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from core.errors import StopRequested


@contextmanager
def interruptible(stop: threading.Event) -> Iterator[None]:
    """Raise `StopRequested` anywhere in the main thread once an event is set.

    Only around what leaves nothing half done. A signal does it, so where there is none of the kind (Windows), or
    outside of the main thread, the computation goes on to its end.

    Raises:
        StopRequested: It was set, before or meanwhile.
    """
    if stop.is_set():
        raise StopRequested
    if not hasattr(signal, "SIGUSR1") or threading.current_thread() is not threading.main_thread():
        yield
        return
    over, ident = threading.Event(), threading.get_ident()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if not over.is_set():
            over.set()
            raise StopRequested

    def watch() -> None:
        while not over.is_set():
            if stop.wait(0.1) and not over.is_set():
                signal.pthread_kill(ident, signal.SIGUSR1)
                return

    before = signal.signal(signal.SIGUSR1, on_signal)
    watcher = threading.Thread(target=watch, name="interrupting", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        signal.signal(signal.SIGUSR1, before)
