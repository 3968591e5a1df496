"""Examples per second of the Trainer, recording and saving as a run does, over three other ways to train the same.

Same model, data, batch, optimiser, schedule and device; interleaved in one process, so that what else the machine does
hits all alike. `BENCH_DATA` names the folder of the real sets, `BENCH_REPEATS` how often each is measured,
`BENCH_CASES` names cases by parts of their names, `BENCH_RIVALS` whom to compare with (bare, hugging_face,
lightning). On a machine that others use too, `BENCH_CLOCK=thread` counts the
seconds that the training thread spends on the processor; `process` adds what writes and records beside it.
"""

import os
import statistics
from collections.abc import Callable, Sequence
from operator import attrgetter

import torch

from tests.bench.training import bare, cached, hugging_face, pytorch_lightning, touchstone
from tests.bench.training.cases import CASES, Job, Time, load

Row = dict[str, object]
THREADS = int(os.environ.get("BENCH_THREADS", "1"))  # as a run takes on two cores
RIVALS: dict[str, Callable[[Job], Time]] = {
    "bare": bare.train, "hugging_face": hugging_face.train, "lightning": pytorch_lightning.train,
}  # fmt: skip


def measure() -> list[Row]:
    """Return a row for each case, then what a second run on the same data saves."""
    torch.set_num_threads(THREADS)
    wanted = os.environ.get("BENCH_CASES", "").split()
    rows = [_row(name) for name in CASES if not wanted or any(part in name for part in wanted)]
    return rows if wanted and "cached" not in wanted else [*rows, *cached.measure()]


def _row(name: str) -> Row:
    case = CASES[name]
    rivals = {name: RIVALS[name] for name in os.environ.get("BENCH_RIVALS", " ".join(RIVALS)).split()}
    times: dict[str, list[Time]] = {contestant: [] for contestant in ("touchstone", *rivals)}
    contestants = [("touchstone", touchstone.train), *rivals.items()]
    with load(case) as job:
        for repeat in range(int(os.environ.get("BENCH_REPEATS", case.repeats))):
            start = repeat % len(contestants)  # nobody is always the first, when the processor is cool
            for contestant, run in contestants[start:] + contestants[:start]:
                times[contestant].append(run(job))
        row: Row = {
            "case": name,
            "data": job.source,
            "steps": job.steps,
            "examples_per_s": round(statistics.median(job.examples / t.training_s for t in times["touchstone"])),
        }
    for rival in rivals:  # a bare loop looks at nothing: ours is compared without its looks at the validation split
        seconds = attrgetter("training_s" if rival == "bare" else "all_s")
        row |= _ratios(rival, list(map(seconds, times["touchstone"])), list(map(seconds, times[rival])))
        if rival == "bare":
            row["goal"] = case.goal
    return row


def _ratios(rival: str, ours: Sequence[float], theirs: Sequence[float]) -> Row:
    """Return how much sooner we are: the fastest against the fastest, as others only ever make a time longer."""
    each = [r / o for o, r in zip(ours, theirs, strict=True)]
    return {
        f"over_{rival}": round(min(theirs) / min(ours), 3),
        f"over_{rival}_range": f"{min(each):.2f}..{max(each):.2f}",
    }
