"""Which runs a link names, and what they are called side by side."""

from core.services.comparison.selection import choose, short_names, suggestions
from core.services.run_service import Service
from tests.services.comparison.conftest import Finished, answers


def test_what_cannot_be_shown_is_said_and_the_rest_is_shown(service: Service, finished: Finished) -> None:
    one, two = finished("one", answers([True])), finished("two", answers([False]))
    service.delete(two.id)
    found = choose(service, f" {one.id.upper()} ,{two.id},nowhere,,{one.id}")
    assert [run.name for run in found.runs] == ["one"]
    assert found.notes == (
        "two is in the trash. Restore it on the Runs page to compare it.",
        "There is no run nowhere: it may have been removed for good.",
    )


def test_of_more_than_twenty_the_first_twenty_are_shown(service: Service, finished: Finished) -> None:
    runs = [finished(f"run {i}", None) for i in range(21)]
    found = choose(service, ",".join(run.id for run in runs))
    assert [run.name for run in found.runs] == [f"run {i}" for i in range(20)]
    assert found.notes == ("21 runs are asked for; the first 20 are shown, as more cannot be told apart.",)


def test_the_last_five_of_each_data_set_are_suggested(service: Service, finished: Finished) -> None:
    for i in range(6):
        finished(f"digits {i}", None)
    finished("alone", None, task="tabular-regression")
    (found,) = suggestions(service.runs())
    assert found.dataset == "digits"
    assert [run.name for run in found.runs] == ["digits 5", "digits 4", "digits 3", "digits 2", "digits 1"]


def test_short_names_keep_the_end_that_tells_them_apart_and_are_never_the_same(
    service: Service, finished: Finished
) -> None:
    long = [finished(f"a very long name of an experiment, number {i}", None) for i in (1, 2)]
    same = [finished("the same", None) for _ in range(2)]
    names = short_names([*long, *same])
    assert [names[run.id] for run in long] == ["a very long nam…riment, number 1", "a very long nam…riment, number 2"]
    assert [names[run.id] for run in same] == [f"the same {run.id}" for run in same]


def test_what_all_names_have_in_common_is_left_out(service: Service, finished: Finished) -> None:
    runs = [finished("", None) for _ in range(2)]
    assert [run.name for run in runs] == ["digits, small-cnn", "digits, small-cnn, 2"]
    assert list(short_names(runs).values()) == ["small-cnn", "small-cnn, 2"]
