"""In the saved home the stopped run goes on to its end, runs are trained again, and the same files imported again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from tests.golden.console import answer, at_home, eventually
from tests.golden.freeze import TEXTS, VALUES, unpack
from tests.golden.sources import IMPORTS
from tests.golden.surface import PARTS_OF_A_HOME, data_files, run_files
from tests.golden.test_surface import assert_unchanged

SAVED = json.loads(VALUES.read_text(encoding="utf-8"))
AGAIN = ("golden images", "golden texts", "golden rows", "golden writing")  # a run of each task
LEARNT = {"golden images": "loss", "golden texts": "loss", "golden rows": "rmse", "golden writing": "loss"}


class Saved(NamedTuple):
    """The home, with what works in it."""

    home: Path
    sources: Path
    old: dict[str, str]  # the id of each saved run
    new: dict[str, str]  # and of the one that repeats it


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """Everything is queued at once, so that one supervisor works while the tests import."""
    home, sources = unpack(tmp_path_factory.mktemp("golden"))
    with at_home(home):
        old = {run["name"]: run["id"] for run in answer("runs", "list")}
        answer("runs", "resume", old["golden stopped"])
        new = {name: answer("runs", "again", old[name])["id"] for name in AGAIN}
        yield Saved(home, sources, old, new)


@pytest.mark.parametrize("name", IMPORTS)
def test_the_same_file_becomes_the_same_data_set(saved: Saved, tmp_path: Path, name: str) -> None:
    file, *options = IMPORTS[name]
    with at_home(tmp_path):
        made = answer("data", "import", str(saved.sources / file), "--name", name, *options)
        seen = {key: made[key] for key in SAVED["data"][name]}
        assert seen == SAVED["data"][name]
        assert section(f"data set {name}") == "\n".join(data_files(tmp_path / "datasets" / name)).rstrip()
    assert splits(tmp_path, name) == splits(saved.home, name)


def test_the_stopped_run_goes_on_to_its_end(saved: Saved) -> None:
    run = ended(saved.old["golden stopped"])
    assert run["status"] == "succeeded", run["reason"]
    assert run["steps"] == run["steps_total"] > SAVED["runs"]["golden stopped"]["steps"]
    assert run["config_hash"] == SAVED["runs"]["golden stopped"]["config_hash"]
    assert run["test"]["accuracy"]["value"] > 0.9
    curve = [point[0] for point in answer("runs", "metrics", run["id"])["validation/loss"]]
    assert curve == sorted(set(curve))


@pytest.mark.parametrize("name", AGAIN)
def test_a_run_again_is_the_same_run(saved: Saved, name: str) -> None:
    run, golden = ended(saved.new[name]), SAVED["runs"][name]
    assert run["status"] == "succeeded", run["reason"]
    for key in ("task", "model", "dataset", "dataset_fingerprint", "config_hash", "steps"):
        assert run[key] == golden[key], key
    metric = LEARNT[name]
    assert run["test"][metric]["value"] == pytest.approx(golden["test"][metric]["value"], rel=0.1)
    assert np.array_equal(targets(saved.home, saved.new[name]), targets(saved.home, saved.old[name]))
    assert section(f"run {name}") == "\n".join(run_files(saved.home, run["id"], name)).rstrip()


def test_what_is_measured_before_a_run_is_said_as_it_was(saved: Saved) -> None:
    assert_unchanged("estimates", PARTS_OF_A_HOME["estimates"](saved.home))


def ended(run_id: str) -> Any:
    """Return the document of a run that has ended."""
    eventually(lambda: answer("runs", "show", run_id)["finished_at"] is not None, "the end of a run")
    return answer("runs", "show", run_id)


def section(title: str) -> str:
    """Return what the golden files say of one folder."""
    (found,) = [part for part in read("files").split("\n\n") if part.startswith(f"# {title}\n")]
    return found.rstrip()


def read(name: str) -> str:
    return (TEXTS / f"{name}.txt").read_text(encoding="utf-8")


def splits(home: Path, name: str) -> Any:
    """Return in which split each example of a data set is; a text has parts instead, of which its document tells."""
    file = home / "datasets" / name / "splits.arrow"
    return pa.ipc.open_file(file.read_bytes()).read_all().to_pydict() if file.exists() else {}


def targets(home: Path, run_id: str) -> Any:
    """Return the true answers of the test split, in its order."""
    with np.load(home / "runs" / run_id / "outcomes.npz") as kept:
        return kept["targets"]
