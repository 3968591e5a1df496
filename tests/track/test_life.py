"""The life of a logged run beside its loop: copies, pickles, resumes, notebooks, clocks, names and addresses."""

import builtins
import copy
import gc
import io
import multiprocessing
import pickle
import time
from typing import Any

import pytest
import torch

from core import track
from core.access.token import announce_dashboard
from core.runs import RunStatus
from core.services.run_service import Service
from core.settings import Settings
from core.tracking.clock import Clock
from tests.live import eventually
from tests.track.conftest import Start


class Dataset:
    """What people hand to worker processes: an object that holds the run."""

    def __init__(self, run: track.TrackedRun) -> None:
        self.run, self.log = run, run.log


def test_copies_and_pickles_in_the_same_process_are_the_run(service: Service) -> None:
    held = Dataset(track.init("churn"))
    saved = io.BytesIO()
    torch.save({"dataset": held, "weights": torch.zeros(2)}, saved)
    saved.seek(0)
    loaded: Dataset = torch.load(saved, weights_only=False)["dataset"]
    for one in (loaded, copy.copy(held), copy.deepcopy(held), pickle.loads(pickle.dumps(held))):
        assert one.run is held.run
        one.log({"loss": 1.0})
    held.run.finish()
    assert len(service.metrics(held.run.id)["loss"]) == 4


def in_worker(held: Dataset) -> tuple[str, str, bool]:
    held.log({"loss": 2.0})
    held.run.finish()
    return held.run.id, held.run.name, held.run.should_stop


def test_a_spawned_worker_knows_the_run_and_logs_nothing(service: Service) -> None:
    held = Dataset(track.init("churn"))
    held.log({"loss": 1.0})
    pool = multiprocessing.get_context("spawn").Pool(1)
    try:
        assert pool.apply_async(in_worker, (held,)).get(timeout=300) == (held.run.id, "churn #1", False)
    finally:
        pool.terminate()
    assert service.run(held.run.id).status is RunStatus.RUNNING
    held.run.finish()
    assert [value for _, value, _ in service.metrics(held.run.id)["loss"]] == [1.0]


def test_a_pickle_that_is_loaded_after_the_end_says_how_to_go_on(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    run = track.init("churn")
    run.finish()
    saved, name = pickle.dumps(run), run.id
    del run
    gc.collect()
    loaded: track.TrackedRun = pickle.loads(saved)
    loaded.log({"loss": 1.0})
    loaded.log({"loss": 2.0})
    assert caplog.text.count(f"track.init(resume='{name}')") == 1
    assert service.metrics(name) == {}


def test_what_is_given_to_a_resumed_run_comes_to_what_it_has(service: Service) -> None:
    first = track.init("churn", {"lr": 0.1, "model": {"depth": 3}}, "first", tags=["old"])
    first.finish()
    again = track.init("other", {"lr": 0.01, "seed": 7}, "second", resume=first.id, tags=["old", "new"])
    again.finish()
    found = service.run(first.id)
    assert (found.name, found.project, found.tags) == ("second", "other", ("old", "new"))
    assert found.settings == {"lr": 0.01, "model/depth": 3, "seed": 7}
    said = [event.message for event in service.events(first.id, "note")]
    assert (
        "Resumed with changes. lr: 0.1 → 0.01; seed: 7; name: first → second; project: churn → other; tags: new added."
    ) in said
    track.init(resume=first.id).finish()
    assert service.run(first.id).settings == {"lr": 0.01, "model/depth": 3, "seed": 7}


def test_the_pause_before_a_resume_is_no_work(service: Service) -> None:
    first = track.init()
    first.log({"loss": 1.0})
    first.finish()
    earlier = service.run(first.id)
    assert earlier.started_at is not None
    assert earlier.finished_at is not None
    again = track.init(resume=first.id)
    again.log({"loss": 0.9})
    again.finish()
    run = service.run(first.id)
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.sessions == ((earlier.started_at.timestamp(), earlier.finished_at.timestamp()),)
    assert run.pauses == [(earlier.finished_at.timestamp(), run.started_at.timestamp())]
    assert run.first_started_at == earlier.started_at
    worked = [(run.started_at, run.finished_at), (earlier.started_at, earlier.finished_at)]
    worked_s = sum((ended - began).total_seconds() for began, ended in worked)
    assert run.took_s == pytest.approx(worked_s, abs=1e-3)  # a time of day as a float is exact to 0.2 microseconds


def test_names_that_differ_anywhere_are_told_apart(service: Service) -> None:
    names = ["x" * 80 + "a", "x" * 80 + "b", "x" * 60 + "c" + "x" * 60, "x" * 60 + "d" + "x" * 60]
    for name in names:
        track.init(name=name).finish()
    shown = [run.name for run in service.runs()]
    assert len(set(shown)) == 4
    assert all(len(name) <= 80 for name in shown)
    assert {shown[0][:48], shown[0][48]} == {"x" * 48, "…"}
    events = service.events(service.runs()[0].id, "note")
    assert any(event.message.endswith(names[-1]) for event in events)


def test_a_clock_that_is_set_back_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1000.0, 1001.0, 400.0, 401.5, 1010.0])
    steady = iter([5.0, 6.0, 7.0, 8.5, 9.5])
    monkeypatch.setattr(time, "time", lambda: next(moments))
    monkeypatch.setattr(time, "monotonic", lambda: next(steady))
    clock = Clock()
    assert [clock.now() for _ in range(4)] == [1001.0, 1002.0, 1003.5, 1010.0]


def test_a_run_that_nothing_holds_any_more_ends_by_itself(service: Service) -> None:
    def sweep(rate: float) -> str:
        run = track.init(config={"lr": rate})
        run.log({"loss": rate})
        return run.id

    ids = [sweep(0.1), sweep(0.2)]
    gc.collect()
    eventually(lambda: all(service.run(one).status is RunStatus.SUCCEEDED for one in ids))
    assert [len(service.metrics(one)["loss"]) for one in ids] == [1, 1]
    assert "nothing in the program" in service.events(ids[0], "note")[-1].message


class Shell:
    """As much of IPython's as is asked for."""

    def __init__(self) -> None:
        self.execution_count = 0
        self.cell_id = ""

    def get_parent(self) -> dict[str, Any]:
        return {"metadata": {"cellId": self.cell_id} if self.cell_id else {}}

    def run_cell(self, code: str, names: dict[str, Any]) -> None:
        self.execution_count += 1
        exec(compile(code, f"<ipython-input-{self.execution_count}-{abs(hash(code)):x}>", "exec"), names)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell()
    monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)
    monkeypatch.setattr(builtins, "get_ipython", lambda: made, raising=False)
    return made


def test_a_cell_that_is_run_again_ends_its_first_run(service: Service, shell: Shell) -> None:
    names: dict[str, Any] = {"track": track, "kept": []}
    cell = "run = track.init('churn')\nkept.append(run)\nrun.log({'loss': 1.0})"
    shell.run_cell(cell, names)
    shell.run_cell("other = track.init('other')", names)
    shell.run_cell(cell, names)
    first, second = names["kept"]
    assert service.run(first.id).status is RunStatus.SUCCEEDED
    assert "was run again" in service.events(first.id, "note")[-1].message
    assert {run.id for run in service.active_runs()} == {second.id, names["other"].id}
    for one in (second, names["other"]):
        one.finish()


def test_a_cell_whose_text_was_changed_is_the_same_cell(service: Service, shell: Shell) -> None:
    names: dict[str, Any] = {"track": track, "kept": []}
    shell.cell_id = "a1b2"
    shell.run_cell("kept.append(track.init(config={'lr': 0.1}))", names)
    shell.run_cell("kept += [track.init(config={'lr': lr}) for lr in (0.2, 0.3)]", names)
    assert [service.run(run.id).status for run in names["kept"]] == ["succeeded", "running", "running"]
    for run in names["kept"]:
        run.finish()


def test_the_address_is_that_of_the_dashboard_that_runs(
    service: Service, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run = track.init()
    assert run.url == f"http://127.0.0.1:8501/run?run={run.id}"
    assert "Watch it with `touchstone ui`" in capsys.readouterr().err
    announce_dashboard(settings.home, "http://127.0.0.1:9000/lab", "secret-secret-secret")
    run.finish()
    again = track.init(resume=run.id)
    assert again.url == f"http://127.0.0.1:9000/lab/run?run={run.id}"
    printed = capsys.readouterr().err
    assert f"Watch it: http://127.0.0.1:9000/lab/run?run={run.id}" in printed
    assert "secret" not in printed
    again.finish()


def test_a_script_that_forgets_its_run_ends_it_with_its_error(service: Service, start: Start) -> None:
    process = start("""
def train():
    run = track.init()
    run.log({"loss": 1.0})
    raise ValueError("bad luck")
train()
""")
    process.wait(300)
    (run,) = service.runs()
    assert (run.status, run.reason) == ("failed", "The program that logged it failed. ValueError: bad luck")
