"""Contests against a local endpoint of known accuracy that is slow, busy, cut off, and killed in between.

    python -m tests.bench contest

In each of twenty seeds the endpoint is right on 80 % of the rows, names no label on 5 %, answers every seventh request
with 429 and cuts every eleventh connection in the middle of its answer; while the test rows are asked, the contest's
process is killed by SIGKILL, and then resumed. `BENCH_SEEDS` says how many, `BENCH_FIRST_SEED` which is the first.
"""

import csv
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from core.contest.asking import PARALLEL
from core.contest.endpoints import Endpoint
from core.contest.results import ContestResult
from core.processes.jobs import process_of
from core.services.bootstrap import open_service
from core.services.contests.contests import Contests
from core.settings import Settings
from core.store.answer_store import AnswerStore
from tests.contest.fake_endpoint import ANSWER_TOKENS, PROMPT_TOKENS, Behaviour, fake_endpoint
from tests.golden.console import answer

SEEDS, FIRST_SEED = int(os.environ.get("BENCH_SEEDS", "20")), int(os.environ.get("BENCH_FIRST_SEED", "0"))
ROWS, ASKED, ACCURACY, NO_LABEL, LATENCY_S = 1_600, 200, 0.8, 0.05, 0.02
PRICE_IN, PRICE_OUT = "0.15", "0.60"
LONGEST_S = 600.0
WORDS = [first + second for first in "bdfgklmnprst" for second in ("ana", "elo", "iru", "oko", "uma", "ady")]


def measure() -> Iterator[dict[str, object]]:
    """Yield a row for each seed, and one for all of them."""
    held = twice = wrong_cost = 0
    with tempfile.TemporaryDirectory(prefix="touchstone-contest-", ignore_cleanup_errors=True) as folder:
        os.environ["TOUCHSTONE_HOME"] = folder
        _import(Path(folder) / "rows.csv")
        service = open_service(Settings(home=Path(folder)))
        for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
            found = _seed(Contests(service), Path(folder), seed)
            held, twice = held + bool(found["holds"]), twice + int(str(found["asked_twice"]))
            wrong_cost += not found["cost_is_exact"]
            yield {"seed": seed, **found}
    yield {
        "seeds": SEEDS, "interval_holds": held, "bar": f"{SEEDS - 1} of {SEEDS}", "asked_twice": twice,
        "on_their_way_at_most": SEEDS * PARALLEL, "wrong_costs": wrong_cost,
    }  # fmt: skip


def _import(file: Path) -> None:
    chance = random.Random(3)
    with file.open("w", newline="", encoding="utf-8") as opened:
        rows = ((" ".join(chance.choices(WORDS, k=9)), chance.choice(("good", "bad"))) for _ in range(ROWS))
        csv.writer(opened).writerows([("text", "label"), *((f"{text} truth:{label}", label) for text, label in rows)])
    answer("data", "import", str(file), "--name", "rows", "--task", "text-classification")


def _seed(contests: Contests, home: Path, seed: int) -> dict[str, object]:
    faults = {"accuracy": ACCURACY, "no_label": NO_LABEL, "latency_s": LATENCY_S, "busy_every": 7, "cut_every": 11}
    with fake_endpoint(model=f"fake-{seed}", seed=seed, **faults) as (url, behaviour):
        contests.endpoints.add(
            Endpoint("fake", url, behaviour.model, "", float(PRICE_IN), float(PRICE_OUT), "USD", "2026-11-30")
        )
        contest_id = contests.start_trial("fake", "rows", shots=0)
        _until(lambda: contests.progress(contest_id).state != "working")
        behaviour.rows.clear()
        before = _kept(home)
        contests.confirm(contest_id, rows=ASKED)
        killed_at = random.Random(seed).randint(20, ASKED - 40)
        _until(lambda: behaviour.rows.total() >= killed_at)
        pid, _ = process_of(home / "contests" / contest_id)
        os.kill(int(pid or 0), signal.SIGKILL)
        _until(lambda: contests.progress(contest_id).state == "interrupted")
        time.sleep(5 * LATENCY_S)  # what was on its way is answered, and read by nobody
        answered, kept = len(behaviour.rows), _kept(home) - before - 1  # one says which prompts were asked
        contests.resume(contest_id)
        _until(lambda: contests.progress(contest_id).state != "working")
        result = contests.result(contest_id)
        assert result is not None, contests.progress(contest_id).message
        return {"answered_at_kill": answered, "kept": kept, **_judged(result, behaviour)}


def _judged(result: ContestResult, behaviour: Behaviour) -> dict[str, object]:
    assert result.score is not None
    twice = sum(count - 1 for count in behaviour.rows.values())
    read, written = ASKED * PROMPT_TOKENS, ASKED * ANSWER_TOKENS
    exact = (read * Decimal(PRICE_IN) + written * Decimal(PRICE_OUT)) / 1_000_000
    return {
        "right": round(result.score.value, 3), "low": round(result.score.ci_low, 3),
        "high": round(result.score.ci_high, 3), "holds": result.score.ci_low <= ACCURACY <= result.score.ci_high,
        "no_label": result.no_label, "asked_twice": twice, "rows": len(set(result.rows)),
        "cost": result.money, "cost_is_exact": result.money is not None and Decimal(str(result.money)) == exact,
        "requests": behaviour.requests,
    }  # fmt: skip


def _kept(home: Path) -> int:
    with closing(AnswerStore(home)) as store:
        return len(store)


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_S
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
