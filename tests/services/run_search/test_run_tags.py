"""What people do with many runs at once, and the way back."""

import pytest

from core.errors import RunNotReady, UserError
from core.runs import Run, RunStatus
from core.services.run_search.against_baseline import against_baseline
from core.services.run_search.run_tags import RunTags, clean_tags, known_tags
from core.services.run_service import Service
from tests.idle import New
from tests.services.run_search.conftest import Scored


def test_tags_are_cleaned() -> None:
    assert clean_tags([" first \t try", "#demo", "Demo", "", "a\x00b"]) == ["first try", "demo", "a b"]


def test_tags_are_given_and_taken_and_given_back(service: Service, run_tags: RunTags, three: list[Run]) -> None:
    ids = [run.id for run in three]
    change = run_tags.tag(ids, add=["new", "DEMO"], remove=["first try"])
    assert [service.run(i).tags for i in ids] == [("demo", "new"), ("new", "DEMO"), ("new", "DEMO")]
    assert len(change) == 3
    run_tags.take_back(change)
    assert [service.run(i).tags for i in ids] == [("demo", "First try"), (), ()]


def test_too_many_or_too_long_tags_change_nothing(service: Service, run_tags: RunTags, three: list[Run]) -> None:
    with pytest.raises(UserError, match=r"'good' would have 21 tags; at most 20 fit"):
        run_tags.tag([run.id for run in reversed(three)], [f"t{i}" for i in range(19)])
    with pytest.raises(UserError, match="has 31 characters; at most 30 fit"):
        run_tags.set_tags(three[0].id, ["x" * 31])
    assert [service.run(run.id).tags for run in three] == [("demo", "First try"), (), ()]


def test_known_tags_are_suggested_once(three: list[Run]) -> None:
    assert known_tags(three) == ["demo", "First try"]


def test_stars_are_taken_back_only_where_they_were_changed(
    service: Service, run_tags: RunTags, three: list[Run]
) -> None:
    change = run_tags.star([run.id for run in three])
    assert len(change) == 2  # one had its star before
    run_tags.take_back(change)
    assert [service.run(run.id).starred for run in three] == [True, False, False]


def test_the_archive_and_the_trash_are_counted_and_emptied_again(run_tags: RunTags, three: list[Run]) -> None:
    away = run_tags.archive([three[0].id])
    gone = run_tags.trash([three[1].id])
    assert run_tags.counts() == {"runs": 1, "archived": 1, "trash": 1}
    run_tags.take_back(away)
    run_tags.take_back(gone)
    assert run_tags.counts() == {"runs": 3, "archived": 0, "trash": 0}


def test_a_run_that_works_is_neither_archived_nor_thrown_away(
    service: Service, run_tags: RunTags, three: list[Run], new: New
) -> None:
    working = new(status=RunStatus.RUNNING)
    ids = [working.id, three[0].id]
    assert set(run_tags.archive(ids).before) == {three[0].id}
    assert set(run_tags.trash(ids).before) == {three[0].id}
    assert service.run(working.id).deleted_at is None


def test_a_change_of_a_run_that_is_gone_changes_the_others(run_tags: RunTags, three: list[Run]) -> None:
    assert set(run_tags.star(["nothere", three[1].id]).before) == {three[1].id}


def test_a_run_is_measured_against_the_baseline_on_the_same_data(
    service: Service, run_tags: RunTags, three: list[Run], scored: Scored
) -> None:
    better, elsewhere = scored("better", 0.971), scored("elsewhere", 0.99, dataset_fingerprint="f2")
    assert against_baseline(service, better) is None
    run_tags.set_baseline(three[0].id)
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
    service: Service, run_tags: RunTags, three: list[Run], scored: Scored
) -> None:
    better = scored("better", 0.97)
    run_tags.set_baseline(three[0].id)
    run_tags.trash([three[0].id])
    assert against_baseline(service, better) is None
    run_tags.restore([three[0].id])
    assert against_baseline(service, better) is not None
    run_tags.forget_baseline("image-classification")
    assert run_tags.baselines() == {}


def test_a_run_without_a_score_is_no_baseline(run_tags: RunTags, three: list[Run]) -> None:
    for run in three[1:]:
        with pytest.raises(RunNotReady, match=f"'{run.name}' has no score on unseen examples"):
            run_tags.set_baseline(run.id)
