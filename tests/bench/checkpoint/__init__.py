"""Which weights to keep: what each rule, replayed on the same trainings, is worth on rows that nobody chose by.

Each training is made once; every look at the validation split is kept with what the test split says at that moment, so
that all rules can be asked what they would have kept. `BENCH_SEEDS` says how many seeds (10), `BENCH_TIMES` how many
times the rows of the small sets, `BENCH_CASES` names cases by parts of their names. About 30 CPU seconds a seed.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from core.training.checkpoint import Best
from core.training.checkpoint_selection import Choice
from tests.bench.checkpoint.sets import CASES, Case, drawn
from tests.bench.checkpoint.training import Measured, Watch, watched

Row = dict[str, object]
Rule = Callable[[Sequence[Measured]], Measured]


def measure() -> Iterator[Row]:
    """Yield for each set how many points each rule gains on the test split over the single best look."""
    torch.set_num_threads(1)
    wanted = os.environ.get("BENCH_CASES", "").split()
    gains: dict[str, list[float]] = {}
    for name, case in CASES.items():
        if not wanted or any(part in name for part in wanted):
            row = _row(name, case)
            for rule in (*RULES, "average"):
                gains.setdefault(rule, []).append(float(str(row[rule])))
            yield row
    yield {"case": "mean of all", **{rule: round(float(np.mean(found)), 2) for rule, found in gains.items()}}


def _row(name: str, case: Case) -> Row:
    seeds, times = int(os.environ.get("BENCH_SEEDS", "10")), float(os.environ.get("BENCH_TIMES", "1"))
    rows, runs = int(times * case.rows), list[Watch]()
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as home:
            runs.append(watched(drawn(name, case, rows, seed), case.model, seed, Path(home), case.settings))
    before = np.array([best(run.looks).test for run in runs])
    found: Row = {"case": name, "model": case.model, "validation_rows": len(runs[0].looks[0].rows), "seeds": seeds}
    found["best"] = f"{before.mean():.3f}"
    for rule, choose in RULES.items():
        gained = np.array([choose(run.looks).test for run in runs]) - before
        found[rule] = round(100 * float(gained.mean()), 2)
        if rule == "kept":
            error = gained.std(ddof=1) / np.sqrt(len(gained)) if len(gained) > 1 else float("nan")
            found["kept_error"] = round(100 * float(error), 2)
    found["average"] = round(100 * float(np.mean([run.averaged[-1].test for run in runs] - before)), 2)
    return found


def best(looks: Sequence[Measured]) -> Measured:
    """Return the single best one: the rule up to November 2026."""
    return max(looks, key=lambda look: (look.value, -look.loss, -look.step))


def kept(looks: Sequence[Measured]) -> Measured:
    """Return the one that the Trainer keeps."""
    choice = Choice()
    for look in looks:
        choice = choice.after(Best(look.step, look.value, look.loss), look.rows, "max", convex=False)
    assert choice.kept is not None
    step = choice.kept.step
    return next(look for look in looks if look.step == step)


def earliest(looks: Sequence[Measured]) -> Measured:
    """Return the earliest within one standard error of the best score."""
    rows = best(looks).rows
    least = rows.mean() - rows.std(ddof=1) / np.sqrt(len(rows))
    return next(look for look in looks if look.rows.mean() >= least)


def smoothest(looks: Sequence[Measured]) -> Measured:
    """Return the one around which the mean of three scores is best."""
    values = np.pad([look.value for look in looks], 1, mode="edge")
    return looks[int(np.argmax(np.convolve(values, np.ones(3) / 3, "valid")))]


def least_loss(looks: Sequence[Measured]) -> Measured:
    """Return the one with the smallest loss."""
    return min(looks, key=lambda look: look.loss)


RULES: dict[str, Rule] = {
    "kept": kept, "last": lambda looks: looks[-1], "earliest": earliest, "least_loss": least_loss,
    "smoothest": smoothest,
}  # fmt: skip
