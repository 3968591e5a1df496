"""When a measured speed is believed, and with how many threads it is measured."""

import pytest
import torch

from core.evaluation.costs import costs_in_numbers
from core.evaluation.run_result import Costs
from core.training.device import answering_threads
from core.worker.latency import Load, Speed, answer_times, why_unknown

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("own", "others", "rounds", "here", "known"),
    [
        (1.0, 0.0, (5.0, 5.1, 4.9), True, True),
        (1.9, 0.2, (5.0, 9.0, 4.9), True, True),
        (0.5, 0.0, (5.0, 5.1, 4.9), True, False),  # others had the core for half of the time
        (0.5, 0.0, (5.0, 5.1, 4.9), False, True),  # a GPU computes, the process waits
        (1.0, 0.4, (5.0, 5.1, 4.9), True, False),
        (1.0, 0.0, (5.0, 11.0, 4.9), True, False),
    ],
)
def test_times_of_a_busy_machine_are_not_believed(
    own: float, others: float, rounds: tuple[float, ...], here: bool, known: bool
) -> None:
    assert (why_unknown(own, others, rounds, computes_here=here) == "") is known


def test_it_is_measured_with_the_threads_of_answering_and_they_are_put_back() -> None:
    before, seen = torch.get_num_threads(), set[int]()
    found = answer_times(lambda count: seen.add(torch.get_num_threads()), 8, CPU)
    assert seen == {answering_threads()}
    assert torch.get_num_threads() == before
    assert (found.alone_ms is None) == bool(found.unknown)
    assert answer_times(lambda count: None, 0, CPU) == Speed(None, None, 0)


def test_a_speed_that_is_not_known_is_said_to_be() -> None:
    why = why_unknown(0.2, 0.9, (1.0, 1.0, 1.0), computes_here=True)
    found = costs_in_numbers(Costs(None, None, 32, "example", "cpu (2 cores)", 2600, 650, 0, why, 2))
    assert found is not None
    assert [(one.name, one.value) for one in found.numbers] == [
        ("Time of one answer", "not known"), ("Model size", "2.6 kB"), ("Parameters", "650"),
    ]  # fmt: skip
    assert found.numbers[0].how == "The machine was too busy with other things to tell."


def test_a_busy_machine_is_not_measured_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []

    def times(*_: object) -> list[float]:
        measured.append(1)
        return [5.0]

    monkeypatch.setattr("core.worker.latency._times", times)
    monkeypatch.setattr(Load, "read", lambda _: (0.1, 0.9))
    monkeypatch.setattr(Load, "seconds", 3.0)
    found = answer_times(lambda _: None, 1, CPU)
    assert (found.alone_ms, found.unknown) == (None, "the machine was too busy with other things to tell")
    assert len(measured) == 1
    monkeypatch.setattr(Load, "seconds", 1.0)
    answer_times(lambda _: None, 1, CPU)
    assert len(measured) == 1 + 4, "all rounds, where that is a matter of a second"
