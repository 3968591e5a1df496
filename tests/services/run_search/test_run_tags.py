"""What people do with many runs at once, and the way back."""

import pytest

from core.errors import RunNotReady, UserError
from core.runs import Run, RunStatus
from core.services.run_search.against_baseline import against_baseline
from core.services.run_search.run_tags import Organiser, clean_tags, known_tags
from core.services.run_service import Service
from tests.idle import New
from tests.services.run_search.conftest import Scored


def test_tags_are_cleaned() -> None:
    assert clean_tags([" first \t try", "#demo", "Demo", "", "a\x00b"]) == ["first try", "demo", "a b"]


def test_tags_are_given_and_taken_and_given_back(service: Service, organiser: Organiser, three: list[Run]) -> None:
    ids = [run.id for run in three]
    change = organiser.tag(ids, add=["new", "DEMO"], remove=["first try"])
    assert [service.run(i).tags for i in ids] == [("demo", "new"), ("new", "DEMO"), ("new", "DEMO")]
    assert len(change) == 3
    organiser.take_back(change)
    assert [service.run(i).tags for i in ids] == [("demo", "First try"), (), ()]


def test_too_many_or_too_long_tags_change_nothing(service: Service, organiser: Organiser, three: list[Run]) -> None:
    with pytest.raises(UserError, match=r"'good' would have 21 tags; at most 20 fit"):
        organiser.tag([run.id for run in reversed(three)], [f"t{i}" for i in range(19)])
    with pytest.raises(UserError, match="has 31 characters; at most 30 fit"):
        organiser.set_tags(three[0].id, ["x" * 31])
    assert [service.run(run.id).tags for run in three] == [("demo", "First try"), (), ()]


def test_known_tags_are_suggested_once(three: list[Run]) -> None:
    assert known_tags(three) == ["demo", "First try"]


def test_stars_are_taken_back_only_where_they_were_changed(
    service: Service, organiser: Organiser, three: list[Run]
) -> None:
    change = organiser.star([run.id for run in three])
    assert len(change) == 2  # one had its star before
    organiser.take_back(change)
    assert [service.run(run.id).starred for run in three] == [True, False, False]


def test_the_archive_and_the_trash_are_counted_and_emptied_again(organiser: Organiser, three: list[Run]) -> None:
    away = organiser.archive([three[0].id])
    gone = organiser.trash([three[1].id])
    assert organiser.counts() == {"runs": 1, "archived": 1, "trash": 1}
    organiser.take_back(away)
    organiser.take_back(gone)
    assert organiser.counts() == {"runs": 3, "archived": 0, "trash": 0}


def test_a_run_that_works_is_neither_archived_nor_thrown_away(
    service: Service, organiser: Organiser, three: list[Run], new: New
) -> None:
    working = new(status=RunStatus.RUNNING)
    ids = [working.id, three[0].id]
    assert set(organiser.archive(ids).before) == {three[0].id}
    assert set(organiser.trash(ids).before) == {three[0].id}
    assert service.run(working.id).deleted_at is None


def test_a_change_of_a_run_that_is_gone_changes_the_others(organiser: Organiser, three: list[Run]) -> None:
    assert set(organiser.star(["nothere", three[1].id]).before) == {three[1].id}


def test_a_run_is_measured_against_the_baseline_on_the_same_data(
    service: Service, organiser: Organiser, three: list[Run], scored: Scored
) -> None:
    better, elsewhere = scored("better", 0.971), scored("elsewhere", 0.99, dataset_fingerprint="f2")
    assert against_baseline(service, better) is None
    organiser.set_baseline(three[0].id)
    standing = against_baseline(service, better)
    assert standing is not None
    assert standing.sentence == "+2.1 points of accuracy against the baseline run 'good'."
    assert (standing.comparable, round(standing.better_by or 0, 3)) == (True, 0.021)
    other = against_baseline(service, elsewhere)
    assert other is not None
    assert other.sentence == "Not compared with the baseline run 'good': they were tested on different data."
    own = against_baseline(service, three[0])
    assert own is not None
    assert own.sentence == "The baseline run: others of its task are measured against it."
    assert against_baseline(service, three[1]) is None  # it has no score


def test_a_baseline_in_the_trash_measures_nothing(
    service: Service, organiser: Organiser, three: list[Run], scored: Scored
) -> None:
    better = scored("better", 0.97)
    organiser.set_baseline(three[0].id)
    organiser.trash([three[0].id])
    assert against_baseline(service, better) is None
    organiser.restore([three[0].id])
    assert against_baseline(service, better) is not None
    organiser.forget_baseline("image-classification")
    assert organiser.baselines() == {}


def test_a_run_without_a_score_is_no_baseline(organiser: Organiser, three: list[Run]) -> None:
    for run in three[1:]:
        with pytest.raises(RunNotReady, match=f"'{run.name}' has no score on unseen examples"):
            organiser.set_baseline(run.id)
