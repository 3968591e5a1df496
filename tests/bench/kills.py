"""Forty runs killed at once, again and again, and resumed: how many points are missing afterwards, and how many twice.

    python -m tests.bench kills

Each round trains on digits, sends SIGKILL to its process at random moments, resumes, and at the end compares every step
of every curve with a run of the same settings that nobody disturbed.
"""

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.runs import Run, RunStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings

ROUNDS = int(os.environ.get("KILL_ROUNDS", "40"))
MOST_KILLS = 4  # of a round
LONGEST_S = 600.0  # of a round
SETTINGS = {"epochs": 12, "batch_size": 32, "checkpoint_every_steps": 20}
CURVES = ("train/loss", "validation/loss", "validation/accuracy")


def measure() -> Iterator[dict[str, object]]:
    """Yield a row a round, and one for all of them."""
    chance, whole = random.Random(7), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="touchstone-kills-", ignore_cleanup_errors=True) as home:
        os.environ |= {"TOUCHSTONE_HOME": home, "TOUCHSTONE_THREADS": "1"}
        service = open_service(Settings(home=Path(home)))
        try:
            undisturbed = _ended(service, _start(service))
            right = _steps(service, undisturbed)
            for number in range(1, ROUNDS + 1):
                found = _round(service, right, chance)
                whole.update({key: value for key, value in found.items() if isinstance(value, int)})
                yield {"round": number, **found}
        finally:
            _end(service)
    yield {"case": f"{ROUNDS} rounds", **whole}


def _round(service: Service, right: dict[str, Counter[float]], chance: random.Random) -> dict[str, object]:
    """Kill and resume one run until it has ended; compare its curves with the undisturbed one's."""
    run, deadline, kills = _start(service), time.monotonic() + LONGEST_S, 0
    wanted = chance.randint(1, MOST_KILLS)
    while time.monotonic() < deadline:
        current = service.run(run.id)
        if current.status is RunStatus.SUCCEEDED:
            break
        if current.status in (RunStatus.INTERRUPTED, RunStatus.FAILED) and current.can_resume:
            service.resume_run(run.id)  # at once
        elif kills < wanted and current.pid and current.steps > 0:
            time.sleep(chance.uniform(0.0, 1.2))
            kills += _killed(current.pid, service, run.id)
        time.sleep(0.02)
    found = _steps(service, service.run(run.id))
    holes = sum((right[key] - found[key]).total() for key in right)
    twice = sum((found[key] - right[key]).total() for key in right)
    false_state = int(service.run(run.id).status is not RunStatus.SUCCEEDED)
    attempts = service.run(run.id).attempt
    return {"kills": kills, "attempts": attempts, "holes": holes, "twice": twice, "false_states": false_state}


def _killed(pid: int, service: Service, run_id: str) -> int:
    if service.run(run_id).pid != pid:
        return 0
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def _start(service: Service) -> Run:
    overrides: dict[str, Any] = dict(SETTINGS)
    config = service.make_config("image-classification", "digits", "logistic-regression", "quick", overrides)
    return service.start_run(config)


def _ended(service: Service, run: Run) -> Run:
    deadline = time.monotonic() + LONGEST_S
    while service.run(run.id).status.is_active:
        if time.monotonic() > deadline:
            raise TimeoutError("the undisturbed run did not end")
        time.sleep(0.1)
    return service.run(run.id)


def _steps(service: Service, run: Run) -> dict[str, Counter[float]]:
    """Return how often each step is there, by curve."""
    curves = service.metrics(run.id)
    return {key: Counter(point[0] for point in curves.get(key, ())) for key in CURVES}


def _end(service: Service) -> None:
    for run in service.active_runs():
        service.stop_run(run.id)
    if (pid := service.worker.info().pid) is not None:
        os.kill(pid, signal.SIGTERM)
