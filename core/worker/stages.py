"""Stage of a run with a count, durations of stages, and time left overall."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from core.runs import STAGES, Run, Stage
from core.tracking.recorder import Recorder

PARTLY_COUNTED = (Stage.LOADING_DATA, Stage.EVALUATING, Stage.SAVING)  # more happens in them than is counted
MOST_STARTING_S = 3600.0  # a clock that was set meanwhile counts for nothing


class Stages:
    """Progress of a run across all its stages, written with every update.

    What is left is what the stage at hand says of itself and what the stages after it are expected to take.

    Args:
        recorder: Writes it, twice a second.
        run: The run as this attempt began; what earlier attempts took counts.
    """

    def __init__(self, recorder: Recorder, run: Run) -> None:
        self._recorder = recorder
        self.estimate: dict[str, Any] = dict(run.estimate)
        self._expected: dict[str, float] = {Stage.FOLDS: 0.0, **(run.estimate.get("stages") or {})}
        self._spent: dict[str, float] = dict(run.progress.spent)
        self._stage, self._since = Stage.STARTING, time.monotonic()
        self._left_s: float | None = None
        self._counts: dict[str, dict[str, Any]] = {}
        waited = (datetime.now(UTC) - run.started_at).total_seconds() if run.started_at else 0.0
        self._add(Stage.STARTING, waited if 0 <= waited < MOST_STARTING_S else 0.0)
        recorder.live = self.values

    def enter(self, stage: Stage) -> None:
        """Go on to the next stage; it is seen at once."""
        now = time.monotonic()
        self._add(self._stage, now - self._since)
        self._stage, self._since, self._left_s = stage, now, None
        self._recorder.stage(stage)

    def count(self, what: str, done: int, total: int, left_s: float | None = None) -> None:
        """Report the progress of a counted task; a finished one is no longer reported.

        Args:
            what: What is done, and of which things: "Encoding texts".
            done: So many.
            total: Of so many.
            left_s: Seconds that the others will take, where that is known.
        """
        if done >= total:
            self._counts.pop(what, None)
        else:
            self._counts[what] = {"what": what, "done": done, "total": total, "left_s": left_s}

    def counter(self, what: str) -> Callable[[int, int], None]:
        """Return a callback for done and total, as in `count`, that estimates time left."""
        began, before = time.monotonic(), 0

        def told(done: int, total: int) -> None:
            nonlocal began, before
            if done <= before:  # it begins, perhaps again
                began, before = time.monotonic(), done
            paced = done > before
            left_s = (time.monotonic() - began) / (done - before) * (total - done) if paced else None
            self.count(what, done, total, left_s)

        return told

    def fold(self, number: int, total: int, training_left_s: float | None = None) -> None:
        """Say which fold is at hand.

        Args:
            number: From 0.
            total: Of so many.
            training_left_s: Seconds for which its training goes on, where that is known.
        """
        if training_left_s is not None:
            each_s = self._expected.get(Stage.FOLDS, 0.0) / total
            self.left(training_left_s + each_s * (total - number - 1))
        self._counts = {"Fold": {"what": "Fold", "done": number + 1, "total": total, "left_s": None}}

    def folds_are_over(self) -> None:
        """Count folds no more."""
        self._counts.pop("Fold", None)

    def left(self, seconds: float | None) -> None:
        """Say how long the stage at hand will go on."""
        self._left_s = seconds

    def expect(self, seconds: Mapping[str, float]) -> None:
        """Say what later stages will take."""
        self._expected |= seconds

    def moved(self, seconds: float, stage: Stage) -> None:
        """Count seconds of the stage at hand for another one, which it waited for."""
        self._add(self._stage, -seconds)
        self._add(stage, seconds)

    @property
    def spent_s(self) -> float:
        """Seconds of work so far, in all stages and attempts."""
        return sum(self._spent.values()) + time.monotonic() - self._since

    @property
    def others_s(self) -> float:
        """Seconds of all stages but training: measured before it, expected after it."""
        before = self.spent_s - self._spent.get(Stage.TRAINING, 0.0)
        return before + sum(self._expected.get(stage, 0.0) for stage in STAGES[STAGES.index(Stage.TRAINING) + 1 :])

    def values(self) -> dict[str, Any]:
        """Return the columns of the run's row that say all this."""
        spent = dict(self._spent)
        spent[self._stage] = spent.get(self._stage, 0.0) + time.monotonic() - self._since
        counts = list(self._counts.values())
        progress = {"spent": {name: round(s, 3) for name, s in spent.items()}, "counts": counts}
        return {"estimate": self.estimate | {"progress": progress}, "time_left_s": self.time_left_s}

    @property
    def time_left_s(self) -> float | None:
        """Seconds until the run is over; None while that is not known."""
        own = self._own_left_s()
        later = [stage for stage in STAGES[STAGES.index(self._stage) + 1 :] if stage is not Stage.ENCODING]
        if own is None or any(stage not in self._expected for stage in later):
            return None
        encoding_s = self._expected.get(Stage.ENCODING, 0.0) if self._stage in STAGES[:2] else 0.0
        return own + encoding_s + sum(self._expected[stage] for stage in later)

    def _own_left_s(self) -> float | None:
        """Return the current stage's time left: as reported, as counted, else as expected."""
        counted = [float(c["left_s"]) for c in list(self._counts.values()) if c["left_s"] is not None]
        if self._left_s is None and self._stage in PARTLY_COUNTED and self._stage in self._expected:
            counted.append(max(self._expected[self._stage] - (time.monotonic() - self._since), 0.0))
        if self._left_s is not None or counted:
            return max([*counted, self._left_s or 0.0])
        if self._stage not in self._expected:
            return None
        return max(self._expected[self._stage] - (time.monotonic() - self._since), 0.0)

    def _add(self, stage: Stage, seconds: float) -> None:
        self._spent[stage] = self._spent.get(stage, 0.0) + seconds
