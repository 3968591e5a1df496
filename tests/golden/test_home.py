"""A home folder of an earlier day opens: its runs are there, judge as they did, and score the same on the same data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.golden.console import answer, at_home, touchstone
from tests.golden.freeze import COMPARED, GIVEN, VALUES, predictions, unpack, values

SAVED = json.loads(VALUES.read_text(encoding="utf-8"))
BUILT_IN = ("golden images", "golden texts", "golden diabetes", "golden docs")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the files lie that were imported; the commands work in the saved home."""
    home, sources = unpack(tmp_path_factory.mktemp("golden"))
    with at_home(home):
        yield sources


@pytest.fixture(scope="module")
def ids(sources: Path) -> dict[str, str]:
    return {run["name"]: run["id"] for run in answer("runs", "list")}


def test_runs_and_data_are_listed_with_what_they_had(sources: Path) -> None:
    now = values()
    assert now["data"] == SAVED["data"]
    assert now["runs"] == SAVED["runs"]
    assert set(COMPARED) == set(now["runs"]["golden images"])


def test_runs_are_listed_for_people_with_their_scores(ids: dict[str, str]) -> None:
    code, out, err = touchstone("runs", "list")
    assert code == 0, err
    assert all(run_id in out for run_id in ids.values())


def test_runs_judge_as_they_did(sources: Path) -> None:
    now = predictions(sources)
    assert set(now) == set(GIVEN)
    for name, said in now.items():
        assert_close(said, SAVED["predictions"][name])


def test_a_run_that_writes_goes_on(ids: dict[str, str]) -> None:
    for name in ("golden writing", "golden docs"):
        said = answer("generate", ids[name], "--prompt", "The lamp", "--max-new-tokens", "20", "--temperature", "0")
        assert len(said["text"]) == 20


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_run_scores_the_same_on_the_same_test_split(ids: dict[str, str], name: str) -> None:
    run = SAVED["runs"][name]
    scores = answer("evaluate", ids[name], "--dataset", run["dataset"])["scores"]
    for metric, score in run["test"].items():
        assert scores[metric]["value"] == pytest.approx(score["value"], rel=2e-3, abs=4e-3), metric


def test_the_logged_run_is_shown(ids: dict[str, str]) -> None:
    run = answer("runs", "show", ids["golden logged"])
    assert (run["project"], run["settings"], run["tags"]) == ("golden", {"lr": 0.1, "model/depth": 3}, ["kept"])
    points = answer("runs", "metrics", ids["golden logged"])["loss"]
    assert [point[0] for point in points] == list(range(100))
    assert points[-1][1] == pytest.approx(0.01)


def assert_close(said: Any, golden: Any) -> None:
    """Compare two documents; numbers may be rounded otherwise."""
    if isinstance(golden, float):
        assert said == pytest.approx(golden, rel=1e-3, abs=1e-3)
    elif isinstance(golden, dict):
        assert said.keys() == golden.keys()
        for key in golden:
            assert_close(said[key], golden[key])
    elif isinstance(golden, list):
        assert len(said) == len(golden)
        for one, other in zip(said, golden, strict=True):
            assert_close(one, other)
    else:
        assert said == golden
