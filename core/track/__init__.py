"""Logging from any script or notebook into the store of the trained runs.

>>> from core import track
>>> run = track.init(project="churn", config={"lr": 0.1, "model": {"depth": 3}})
>>> for step in range(100):
...     run.log({"loss": 1 / (1 + step), "validation/accuracy": step / 100}, step=step)
>>> run.finish()

A call of `log` costs the loop about two microseconds: a thread writes, twice a second. A script that is killed loses at
most its last second. With `with track.init(...) as run:` an exception makes the run a failed one, with its sentence.
"""

from core.track.tracked_run import TrackedRun, init

__all__ = ["TrackedRun", "init"]
