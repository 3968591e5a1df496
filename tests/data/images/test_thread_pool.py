import threading
import time
from collections.abc import Generator, Iterator

import pytest

from core.data.images.thread_pool import MOST_AHEAD, MOST_BYTES_AHEAD, Budget, in_order


def test_results_come_in_order() -> None:
    def make(x: int) -> int:
        time.sleep(0.002 * (x % 3))
        return 2 * x

    assert list(in_order(make, range(100))) == [2 * x for x in range(100)]


def test_what_a_thread_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda x: 1 // x, [1, 0, 2]))


def test_no_more_is_taken_ahead_than_memory_allows() -> None:
    taken = 0

    def given() -> Iterator[int]:
        nonlocal taken
        for x in range(10):
            taken += 1
            yield x

    results = in_order(lambda x: x, given(), lambda _: MOST_BYTES_AHEAD // 2)
    next(results)
    assert taken == 3  # two that fit, and the one that did not


def test_leaving_early_ends_the_threads() -> None:
    results = in_order(lambda x: x, range(10 * MOST_AHEAD))
    next(results)
    assert isinstance(results, Generator)
    results.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("pictures")]


def test_threads_never_take_more_than_the_budget_and_a_larger_one_goes_alone() -> None:
    budget, together, most = Budget(10), 0, 0
    counting = threading.Lock()

    def work(amount: int) -> None:
        nonlocal together, most
        with budget.take(amount):
            with counting:
                together += amount
                most = max(most, together)
            time.sleep(0.002)
            with counting:
                together -= amount

    workers = [threading.Thread(target=work, args=(amount,)) for amount in [4, 3, 25, 9, 1, 6] * 4]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
    assert (together, most) == (0, 25)
