"""Answers for many viewers of one run: made once, held back until there is news, never stale."""

import asyncio
import threading
from collections.abc import Callable

import pytest

import core.services.curve_cache
from core.errors import RunNotFound
from core.runs import Metric, Run, RunStatus
from core.services.curve_cache import CurveCache, Snapshot, plain_steps
from core.services.run_service import Service
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.web.curve_responses import CurveAnswers, lengths_of
from tests.idle import service

__all__ = ["service"]


@pytest.fixture
def store(database: Database) -> MetricStore:
    return MetricStore(database)


@pytest.fixture
def run(runs: RunStore, store: MetricStore, quick_config: Callable[..., TrainConfig]) -> Run:
    made = runs.create(quick_config(), "", "one")
    store.append(made.id, points(0, 1))
    return made


@pytest.fixture
def written() -> list[str]:
    """What was written so far, in the order in which it was."""
    return []


@pytest.fixture
def answers(service: Service, written: list[str], monkeypatch: pytest.MonkeyPatch) -> CurveAnswers:
    monkeypatch.setattr(core.services.curve_cache, "REFRESH_S", 0.02)

    def write(snapshot: Snapshot) -> bytes:
        steps = {key: plain_steps(curve.steps) for key, curve in snapshot.curves.items()}
        written.append(f"{snapshot.generation} {steps} {snapshot.run.status}")
        return written[-1].encode()

    return CurveAnswers(CurveCache(service), write)


def points(*steps: int) -> list[Metric]:
    return [Metric("train/loss", step, 1.0 / (1 + step), 1000.0 + step) for step in steps]


def generation_of(answer: bytes) -> str:
    return answer.decode().split()[0]


def test_many_who_know_the_same_are_given_one_answer(answers: CurveAnswers, run: Run, written: list[str]) -> None:
    async def ask() -> set[bytes]:
        return set(await asyncio.gather(*(answers.answer(run.id, "", "") for _ in range(50))))

    assert len(asyncio.run(ask())) == 1
    assert len(written) == 1
    assert "{'train/loss': [0, 1]} queued" in written[0]


def test_who_asks_before_there_is_news_waits_for_it(
    answers: CurveAnswers, store: MetricStore, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.web.curve_responses.LONGEST_WAIT_S", 300.0)

    async def ask() -> bytes:
        name = generation_of(await answers.answer(run.id, "", ""))
        later = threading.Timer(0.1, store.append, (run.id, points(2)))
        later.start()
        return await answers.answer(run.id, "train/loss:2", name, wait_s=300)

    assert b"{'train/loss': [2]}" in asyncio.run(ask())


def test_nobody_waits_for_ever(answers: CurveAnswers, run: Run) -> None:
    async def ask() -> bytes:
        name = generation_of(await answers.answer(run.id, "", ""))
        return await asyncio.wait_for(answers.answer(run.id, "train/loss:2", name, wait_s=1_000_000), timeout=300)

    assert b" {} queued" in asyncio.run(ask())


def test_an_ended_run_keeps_nobody_waiting(answers: CurveAnswers, runs: RunStore, run: Run, written: list[str]) -> None:
    runs.update(run.id, status=RunStatus.SUCCEEDED)

    async def ask() -> bytes:
        name = generation_of(await answers.answer(run.id, "", ""))
        began = len(written)
        found = await answers.answer(run.id, "train/loss:2", name, wait_s=2)
        assert len(written) == began + 1  # at the first look
        return found

    assert b" {} succeeded" in asyncio.run(ask())


def test_an_answer_is_not_kept_when_something_has_changed(
    answers: CurveAnswers, store: MetricStore, runs: RunStore, run: Run
) -> None:
    async def ask() -> list[bytes]:
        found = [await answers.answer(run.id, "", "")]
        store.append(run.id, points(2))
        await asyncio.sleep(0.05)
        found.append(await answers.answer(run.id, "", ""))
        runs.update(run.id, status=RunStatus.RUNNING)
        await asyncio.sleep(0.05)
        return [*found, await answers.answer(run.id, "", "")]

    first, second, third = asyncio.run(ask())
    assert b"[0, 1]} queued" in first
    assert b"[0, 1, 2]} queued" in second
    assert b"[0, 1, 2]} running" in third


def test_an_unknown_run_is_an_error_each_time_and_takes_no_room(answers: CurveAnswers) -> None:
    for _ in range(2):
        with pytest.raises(RunNotFound):
            asyncio.run(answers.answer("nothere", "", ""))
    assert not answers._known


def test_curious_questions_take_little_room(answers: CurveAnswers, run: Run) -> None:
    async def ask() -> None:
        await asyncio.gather(*(answers.answer(run.id, f"train/loss:{step}", "x") for step in range(200)))

    asyncio.run(ask())
    assert len(answers._known[run.id].answers) <= 64


def test_what_a_viewer_says_it_knows_is_read_with_care() -> None:
    said = "train/loss:120,a%2Cb%3Ac:9,d:-9,:3,broken,x:--1,y:1e3,z:" + 30 * "9"
    assert lengths_of(said) == {"train/loss": 120, "a,b:c": 9}
