"""Runs that a script or notebook logged until its process vanished: noticed by whoever looks, and said in words."""

import socket
from collections.abc import Sequence

from core.processes import is_alive
from core.runs import Run, RunStatus
from core.store.database import Database
from core.store.foreign_runs import ForeignRuns, Logging
from core.store.run_store import RunStore

# Whoever logs is heard of every two seconds. One that still is may live where its pid means nothing here: a container.
SILENT_HERE_S = 4.0
SILENT_ELSEWHERE_S = 60.0  # another machine's processes cannot be seen; its disk may hang for a while
_REASON = (
    "The process that logged it is gone: it was killed, or the machine restarted. Everything up to its last second "
    "is kept."
)
_REASON_ELSEWHERE = (
    "Nothing was heard for a minute of the process that logged it on another machine ({host}). Everything up to then "
    "is kept; if it speaks again, the run goes on."
)


class Vanished:
    """Looks after the runs that are logged from elsewhere, as the supervisor does after its own."""

    def __init__(self, database: Database) -> None:
        """Look at the runs of this database."""
        self._runs, self._foreign, self._host = RunStore(database), ForeignRuns(database), socket.gethostname()

    def look(self) -> set[str]:
        """End the runs whose process has vanished; return their ids."""
        return {one.run_id for one in self._foreign.being_logged() if self._has_vanished(one) and self._end(one)}

    def checked(self, runs: Sequence[Run]) -> list[Run]:
        """Return these runs as they are after a look, if one of them needs it."""
        if all(run.is_own or run.status is not RunStatus.RUNNING for run in runs):
            return list(runs)
        ended = self.look()
        return [self._runs.get(run.id) if run.id in ended else run for run in runs]

    def still_active(self, runs: Sequence[Run]) -> list[Run]:
        """Return those of these runs that are active after a look."""
        return [run for run in self.checked(runs) if run.status.is_active]

    def _has_vanished(self, one: Logging) -> bool:
        if one.source.host != self._host:
            return one.silent_s > SILENT_ELSEWHERE_S
        return one.silent_s > SILENT_HERE_S and not is_alive(one.source.pid, one.source.pid_created)

    def _end(self, one: Logging) -> bool:
        reason = _REASON if one.source.host == self._host else _REASON_ELSEWHERE.format(host=one.source.host)
        if not self._runs.finish(one.run_id, RunStatus.INTERRUPTED, reason):
            return False
        self._runs.add_event(one.run_id, "error", reason)
        return True
