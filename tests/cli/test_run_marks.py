"""Runs found by a filter and marked from the command line; nothing is trained."""

from pathlib import Path

import pytest

from core.cli.app import run as touchstone
from core.configure import make_config
from core.runs import Run, RunStatus
from core.services.bootstrap import open_service
from core.specs import Score
from core.store.run_store import RunStore


@pytest.fixture
def two(home: Path) -> list[Run]:
    """Return a run with a score and one that failed."""
    store = RunStore(open_service().database)
    runs = [
        store.create(make_config("image-classification", "digits", "resnet"), name, name) for name in ("good", "bad")
    ]
    store.update(runs[0].id, status=RunStatus.SUCCEEDED)
    store.set_scores(runs[0].id, "model", {"accuracy": Score(0.95, 0.9, 0.99)})
    store.update(runs[1].id, status=RunStatus.FAILED)
    return runs


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Run a command and return what it printed."""
    capsys.readouterr()
    assert touchstone(["runs", *arguments]) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_a_filter_lists_the_runs_that_fit(two: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    listed = said(capsys, "list", "--filter", "accuracy > 90% and model = resnet")
    assert two[0].id in listed
    assert two[1].id not in listed
    none = said(capsys, "list", "--filter", "tag = x")
    assert none == "No matching runs. None of the 2 runs here fits 'tag = x'.\n"
    assert "Did you mean 'resnet'?" in said(capsys, "list", "--filter", "model = resnt")


def test_a_filter_that_cannot_be_understood_ends_with_a_sentence(
    two: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = said(capsys, "list", "--filter", "acuracy > 1", code=2)
    assert "There is no 'acuracy'. Did you mean 'accuracy'? (At character 1.)" in answer


def test_runs_are_tagged_starred_archived_and_made_the_baseline(
    two: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    run = two[0].id
    assert said(capsys, "tag", run, "demo", "first try") == f"good ({run}) has the tags demo, first try.\n"
    assert said(capsys, "tag", run, "--remove", "demo", "--remove", "first try") == f"good ({run}) has no tags.\n"
    assert said(capsys, "star", run) == f"good ({run}) is starred.\n"
    assert said(capsys, "archive", run) == f"good ({run}) is archived.\n"
    assert said(capsys, "archive", run, "--off") == f"good ({run}) is in the list.\n"
    assert said(capsys, "baseline", run) == f"good ({run}) is the baseline of its task.\n"
    assert "has no score on unseen examples" in said(capsys, "baseline", two[1].id, code=2)
