"""Tests, and what measures."""

import os

# Five more trainings only where a test is about them; also for the processes that tests start.
os.environ.setdefault("TOUCHSTONE_FOLDS_WITHIN_S", "0")
