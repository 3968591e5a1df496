"""Requests that come together are computed together; nobody pays for another's mistake."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from core.errors import DataError
from core.serving.server import batching
from core.serving.server.batching import Batcher, TooBusy


class Doubling:
    """Doubles numbers; waits where told to, and knows what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_go = threading.Event()
        self.may_go.set()

    def __call__(self, inputs: Sequence[Any]) -> list[Any]:
        self.batches.append(list(inputs))
        assert self.may_go.wait(600)
        if -1 in inputs:
            raise DataError("-1 cannot be doubled.")
        return [2 * given for given in inputs]


def batcher(compute: Doubling, kind: Any = lambda inputs: "") -> Batcher:
    return Batcher(compute, kind, lambda size: None)


async def _after_the_first(compute: Doubling, made: Batcher, *later: Sequence[int]) -> list[Any]:
    """Ask once, and for the rest while that is being computed."""
    compute.may_go.clear()
    first = asyncio.ensure_future(made.answer([0]))
    while not compute.batches:
        await asyncio.sleep(0.01)
    rest = [asyncio.ensure_future(made.answer(inputs)) for inputs in later]
    await asyncio.sleep(0)
    compute.may_go.set()
    answers: list[Any] = await asyncio.gather(first, *rest, return_exceptions=True)
    return answers


def test_what_comes_while_a_batch_is_computed_is_the_next_batch() -> None:
    compute = Doubling()
    answers = asyncio.run(_after_the_first(compute, batcher(compute), [1], [2, 3], [4]))
    assert answers == [[0], [2], [4, 6], [8]]
    assert compute.batches == [[0], [1, 2, 3, 4]]


def test_one_bad_input_spoils_no_other_request() -> None:
    compute = Doubling()
    answers = asyncio.run(_after_the_first(compute, batcher(compute), [1], [-1], [4]))
    assert answers[1] == [2]
    assert str(answers[2]) == "-1 cannot be doubled."
    assert answers[3] == [8]


def test_requests_of_another_kind_are_computed_apart() -> None:
    compute = Doubling()
    made = batcher(compute, lambda inputs: None if inputs[0] == 9 else inputs[0] % 2)
    answers = asyncio.run(_after_the_first(compute, made, [1], [2], [3], [9], [9]))
    assert answers == [[0], [2], [4], [6], [18], [18]]
    assert compute.batches == [[0], [1, 3], [2], [9], [9]]


def test_a_client_that_has_left_is_not_computed() -> None:
    compute = Doubling()
    made = batcher(compute)

    async def leave() -> list[int]:
        compute.may_go.clear()
        first = asyncio.ensure_future(made.answer([0]))
        while not compute.batches:
            await asyncio.sleep(0.01)
        second = asyncio.ensure_future(made.answer([1]))
        await asyncio.sleep(0)
        second.cancel()
        compute.may_go.set()
        await first
        return await made.answer([2])

    assert asyncio.run(leave()) == [4]
    assert compute.batches == [[0], [2]]


def test_too_many_that_wait_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "MOST_WAITING", 3)
    compute = Doubling()
    answers = asyncio.run(_after_the_first(compute, batcher(compute), [1, 2], [3, 4], [5]))
    assert isinstance(answers[2], TooBusy)
    assert answers[3] == [10]
