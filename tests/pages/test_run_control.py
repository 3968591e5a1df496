"""The Run page: pause, finish, stop, resume, train longer, change and run again; and what a run came from."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import Run, RunStatus, Stage
from core.services.run_service import Service
from core.store.run_store import RunStore, now
from tests.pages.conftest import GROUPS, Open, healthy, unfolded, words

NewRun = Callable[..., Run]
HALFWAY = {"started_at": now(), "steps": 50, "steps_total": 100}


def keys(at: AppTest) -> set[str]:
    return {str(button.key) for button in at.button}


def links(at: AppTest) -> dict[str, str]:
    """Return the address of each link by its label."""
    return {link.proto.label: link.proto.query_string for link in at.get("page_link")}


@pytest.fixture
def saved(service: Service, new_run: NewRun) -> NewRun:
    """Make a run that has saved a checkpoint; keyword arguments are columns to change."""

    def saved(**values: object) -> Run:
        run = new_run(**(HALFWAY | values))
        folder = service.folder(run.id) / "checkpoints" / "last"
        folder.mkdir(parents=True)
        (folder / "state.json").write_text("{}")
        return run

    return saved


def test_a_run_that_waits_can_only_be_cancelled(open_page: Open, new_run: NewRun) -> None:
    at = open_page("run", run=new_run().id)
    assert "Cancel" in [b.label for b in at.button]
    assert not {"pause", "finish", "resume"} & keys(at)


def test_a_run_at_work_can_be_paused(open_page: Open, service: Service, new_run: NewRun) -> None:
    run = new_run(status=RunStatus.RUNNING, stage=Stage.TRAINING, **HALFWAY)
    at = open_page("run", run=run.id)
    at.button(key="pause").click().run()
    assert service.run(run.id).paused
    assert service.run(run.id).stop_requested_at
    assert "Pausing" in words(healthy(at))
    assert at.button(key="pause").disabled


def test_a_run_at_work_can_be_finished_now(open_page: Open, service: Service, new_run: NewRun) -> None:
    run = new_run(status=RunStatus.RUNNING, stage=Stage.TRAINING, **HALFWAY)
    at = open_page("run", run=run.id)
    at.button(key="finish").click().run()
    assert service.run(run.id).finish_requested_at
    assert "Finishing" in words(healthy(at))


def test_what_has_learnt_nothing_yet_cannot_be_finished(open_page: Open, new_run: NewRun) -> None:
    run = new_run(status=RunStatus.RUNNING, stage=Stage.LOADING_DATA, started_at=now())
    assert open_page("run", run=run.id).button(key="finish").disabled


def test_a_paused_run_says_so_and_goes_on(open_page: Open, service: Service, saved: NewRun) -> None:
    reason = "Paused. Resume it to go on exactly there."
    run = saved(status=RunStatus.STOPPED, paused=True, reason=reason)
    at = open_page("run", run=run.id)
    assert "Paused\\. Resume it to go on exactly there\\. It had made 50 of 100 steps" in words(at)
    at.button(key="resume").click().run()
    assert service.run(run.id).status is RunStatus.QUEUED


def test_a_stopped_run_can_still_be_judged(open_page: Open, service: Service, saved: NewRun) -> None:
    run = saved(status=RunStatus.STOPPED)
    open_page("run", run=run.id).button(key="finish").click().run()
    assert service.run(run.id).status is RunStatus.QUEUED
    assert service.run(run.id).finish_requested_at


def test_a_divergence_offers_the_last_good_checkpoint_with_a_tenth_of_the_learning_rate(
    open_page: Open, service: Service, saved: NewRun
) -> None:
    reason = "The loss became infinite at step 50, at a learning rate of 0.003."
    run = saved(status=RunStatus.FAILED, cause="diverged", reason=reason)
    at = open_page("run", run=run.id)
    shown = words(at)
    assert "at step 50, at a learning rate of 0\\.003" in shown
    assert "resume" not in keys(at), "it would diverge again"
    at.button(key="slower").click().run()
    new = service.runs()[0]
    assert new.config.continues == run.id
    assert new.config.learning_rate == pytest.approx(run.config.learning_rate / 10)
    assert new.config.epochs == run.config.epochs // 2, "the passes that were left"


def test_a_divergence_before_the_first_checkpoint_starts_again_more_slowly(open_page: Open, new_run: NewRun) -> None:
    run = new_run(status=RunStatus.FAILED, cause="diverged", reason="It diverged.", started_at=now())
    at = open_page("run", run=run.id)
    assert "slower" not in keys(at)
    assert "learning_rate=0.0003" in links(at)["Start again with a tenth of the learning rate"]


def test_too_little_memory_offers_smaller_batches(open_page: Open, new_run: NewRun) -> None:
    run = new_run(status=RunStatus.FAILED, cause="memory", reason="There was not enough memory.", started_at=now())
    at = open_page("run", run=run.id)
    assert f"batch_size={run.config.batch_size // 2}" in links(at)["Start again with smaller batches"]


def test_warnings_are_shown_while_it_works(open_page: Open, service: Service, new_run: NewRun) -> None:
    run = new_run(status=RunStatus.RUNNING, stage=Stage.TRAINING, **HALFWAY)
    RunStore(service.database).add_event(run.id, "warning", "Memory was short, so each step is computed in 2 parts.")
    assert "Memory was short, so each step is computed in 2 parts" in words(open_page("run", run=run.id))


def test_a_download_shows_how_far_it_is(open_page: Open, service: Service, new_run: NewRun) -> None:
    run = new_run(status=RunStatus.RUNNING, stage=Stage.LOADING_DATA, started_at=now())
    data = {"done_bytes": 50_000_000, "total_bytes": 200_000_000}
    RunStore(service.database).add_event(run.id, "download", "Downloading the model", data)
    at = open_page("run", run=run.id)
    (bar,) = at.get("progress")
    assert bar.proto.value == 25
    assert bar.proto.text == "Downloading the model · 50\\.0 MB of 200\\.0 MB"


def test_a_finished_run_is_trained_longer_as_a_run_of_its_own(
    open_page: Open, service: Service, finished: NewRun
) -> None:
    run = finished(name="first")
    (service.folder(run.id) / "checkpoints" / "last").mkdir(parents=True)
    (service.folder(run.id) / "checkpoints" / "last" / "state.json").write_text("{}")
    at = open_page("run", run=run.id)
    at.number_input(key="longer-epochs").set_value(7).run()
    at.number_input(key="longer-rate").set_value(0.0005).run()
    at.button(key="longer").click().run()
    new = service.runs()[0]
    assert (new.parent_id, new.parent_kind) == (run.id, "longer")
    assert (new.config.epochs, new.config.learning_rate) == (7, 0.0005)

    shown = open_page("run", run=new.id)
    assert "Goes on from" in words(shown)
    assert links(shown)["first (done)"] == f"run={run.id}"
    parent = open_page("run", run=run.id)
    assert "Trained longer as" in words(parent)
    assert f"run={new.id}" in links(parent).values()


def test_what_cannot_be_trained_longer_says_why(open_page: Open, service: Service, finished: NewRun) -> None:
    run = finished()  # its checkpoints are gone
    at = open_page("run", run=run.id)
    at.button(key="longer").click().run()
    assert "saved nothing that it learnt" in healthy(at).error[0].value
    assert len(service.runs()) == 1


def test_change_and_run_again_brings_every_setting_along(open_page: Open, service: Service, home: Path) -> None:
    changes = {"epochs": 3, "optimizer": "sgd", "nesterov": False, "dropout": 0.25}
    config = service.make_config("image-classification", "digits", "small-cnn", "balanced", changes)
    run = service.start_run(config, "first", "key")
    query = dict(pair.split("=") for pair in links(open_page("run", run=run.id))["Change and run again"].split("&"))
    at = unfolded(open_page("train", **query), *GROUPS)
    assert "The settings of first. Change" in words(at)
    at.number_input(key="seed").set_value(5).run()
    at.button(key="start").click().run()
    new = service.runs()[0]
    assert new.config == config.model_copy(update={"seed": 5})
    assert (new.parent_id, new.parent_kind) == (run.id, "clone")


def test_a_run_of_its_own_forgets_where_its_settings_came_from(
    open_page: Open, service: Service, new_run: NewRun
) -> None:
    at = open_page("train", **{"from": new_run().id})
    at.button(key="forget-clone").click().run()
    assert "The settings of" not in words(healthy(at))
    at.button(key="start").click().run()
    assert service.runs()[0].parent_id == ""


def test_what_was_expected_stands_beside_what_it_took(open_page: Open, service: Service, new_run: NewRun) -> None:
    spent = {"starting": 1.0, "loading data": 2.0, "encoding": 30.0, "training": 60.0, "baselines": 20.0, "saving": 2.0}
    estimate = {"train_time_s": 60.0, "total_s": 100.0, "steps_total": 100, "cost": 0.25, "currency": "EUR"}
    run = new_run(
        status=RunStatus.SUCCEEDED, estimate=estimate | {"progress": {"spent": spent}}, train_time_s=75.0, steps=100,
        steps_total=100, started_at=now() - timedelta(seconds=115), finished_at=now(),
    )  # fmt: skip
    at = open_page("run", run=run.id, tab="overview")
    assert "Expected 1 min 40 s · took 1 min 55 s · about 0\\.25 EUR" in words(at)
    assert "  ·  took 1 min 55 s" in words(at)
    document = service.document(run.id)
    assert (round(document["took_s"]), document["expected_s"], document["stages_s"]) == (115, 100.0, spent)
    assert "progress" not in document["estimate"]


def test_a_run_from_before_says_of_training_alone_what_it_knows_of_training_alone(
    open_page: Open, new_run: NewRun
) -> None:
    estimate = {"train_time_s": 60.0, "steps_total": 100}
    run = new_run(status=RunStatus.SUCCEEDED, estimate=estimate, train_time_s=75.0, steps=100, steps_total=100)
    shown = words(open_page("run", run=run.id, tab="overview"))
    assert "Training alone\\: expected 1 min 00 s · took 1 min 15 s" in shown


def test_every_stage_says_how_far_it_is_and_what_is_left_in_all(open_page: Open, new_run: NewRun) -> None:
    counts = [{"what": "Encoding texts", "done": 1200, "total": 14333, "left_s": 42.0}]
    progress = {"spent": {"encoding": 10.0}, "counts": counts}
    at = open_page("run", run=new_run(
        status=RunStatus.RUNNING, stage=Stage.TRAINING, started_at=now(), heartbeat_at=now(), time_left_s=90.0, steps=5,
        steps_total=100, estimate={"progress": progress},
    ).id)  # fmt: skip
    (bar,) = at.get("progress")
    assert bar.proto.value == 10
    assert bar.proto.text == (
        "Training · step 5 of 100 · Encoding texts 1,200 of 14,333 \\(about 42 s\\) · about 1 min 30 s left in all"
    )
