"""A run unpickled where it is not logged: in a worker process or later.

Examples are a data loader's worker process, and a file loaded years later.
"""

import logging
from collections.abc import Mapping
from typing import Any

from core.runs import RunStatus

_log = logging.getLogger(__name__)


class Elsewhere:
    """Takes what a session takes, and says once that it is not kept."""

    should_stop = False

    def __init__(self, run_id: str) -> None:
        self._run_id, self._said = run_id, set[str]()

    def record(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Keep nothing, and say so."""
        self.say_once(
            "It was loaded from a pickle, so nothing is logged here; the process that began it logs it. To go on with "
            f"it after its end, use track.init(resume='{self._run_id}')."
        )

    def end(self, status: RunStatus, reason: str = "", note: str = "") -> None:
        """Leave it to who logs it."""

    def say_once(self, sentence: str) -> None:
        """Warn, once for each sentence."""
        if sentence not in self._said:
            self._said.add(sentence)
            _log.warning("Run %s: %s", self._run_id, sentence)
