"""Runs that come from runs: trained longer, begun with another's settings, and what the trash keeps of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from core.errors import InvalidSetting, RunNotFound, RunNotReady, UnknownName, UserError
from core.runs import Run, RunStatus
from core.services.run_service import Service
from core.store.database import Database
from core.store.preflight_store import PreflightStore
from core.store.run_store import RunStore
from tests.idle import New, new, save, service

__all__ = ["new", "service"]  # fixtures


@pytest.fixture
def ended(new: New) -> Run:
    return new(saved=True, settings={"epochs": 10}, status=RunStatus.SUCCEEDED, steps=100, steps_total=100)


# --- training longer ---


def test_a_finished_run_is_trained_longer_as_a_new_run(service: Service, ended: Run) -> None:
    child = service.train_longer(ended.id, 5)
    assert (child.config.continues, child.config.epochs) == (ended.id, 5)
    assert child.config.learning_rate == ended.config.learning_rate
    assert (child.parent_id, child.parent_kind) == (ended.id, "longer")
    assert child.config_hash != ended.config_hash
    assert service.run(ended.id) == ended
    grandchild = new_status(service, child, RunStatus.STOPPED)
    line = service.lineage(service.train_longer(grandchild.id, 1).id)
    assert [run.id for run in line.ancestors] == [ended.id, child.id]
    assert [run.id for run in service.lineage(ended.id).children] == [child.id]


def new_status(service: Service, run: Run, status: RunStatus) -> Run:
    RunStore(service.database).update(run.id, status=status, steps=3)
    save(service, run)
    return service.run(run.id)


def test_a_second_click_trains_longer_only_once(service: Service, ended: Run) -> None:
    assert service.train_longer(ended.id, 5, idempotency_key="k") == service.train_longer(
        ended.id, 5, idempotency_key="k"
    )


def test_a_run_that_broke_down_goes_on_with_a_tenth_of_its_learning_rate(service: Service, new: New) -> None:
    run = new(saved=True, settings={"learning_rate": 0.5}, status=RunStatus.FAILED, cause="diverged", steps=3)
    assert run.can_train_longer
    assert service.train_longer(run.id, 2).config.learning_rate == 0.05
    assert service.train_longer(run.id, 2, learning_rate=0.2).config.learning_rate == 0.2


def test_more_passes_are_meant_literally_where_the_first_ones_had_a_time_budget(service: Service, new: New) -> None:
    run = new(saved=True, settings={"time_budget_min": 5.0}, status=RunStatus.SUCCEEDED, steps=3)
    assert service.train_longer(run.id, 2).config.time_budget_min == 0.0


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": RunStatus.RUNNING}, "is still running. Let it end, or end it now with: touchstone runs finish"),
        ({"status": RunStatus.QUEUED}, "is still queued"),
        ({"status": RunStatus.INTERRUPTED}, "was interrupted before its end. Resume it first"),
        ({"status": RunStatus.STOPPED, "paused": True}, "is paused and has saved nothing that it learnt"),
        ({"status": RunStatus.FAILED}, "is failed and has saved nothing that it learnt.*touchstone runs again"),
    ],
)
def test_what_cannot_be_trained_longer_is_refused_in_words(
    service: Service, new: New, columns: dict[str, Any], words: str
) -> None:
    run = new(**columns)
    with pytest.raises(RunNotReady, match=words):
        service.train_longer(run.id, 1)
    assert [known.id for known in service.runs()] == [run.id]


def test_what_is_in_the_trash_is_not_trained_longer(service: Service, ended: Run) -> None:
    service.delete(ended.id)
    with pytest.raises(RunNotReady, match=r"is in the trash\. Restore it first"):
        service.train_longer(ended.id, 1)


@pytest.mark.parametrize(("epochs", "learning_rate"), [(0, None), (1001, None), (1, 0.0), (1, 100.0)])
def test_numbers_out_of_bounds_are_refused(
    service: Service, ended: Run, epochs: int, learning_rate: float | None
) -> None:
    with pytest.raises(InvalidSetting, match=r"must be a (whole )?number from"):
        service.train_longer(ended.id, epochs, learning_rate)


def test_weights_are_not_put_into_another_model(service: Service, ended: Run) -> None:
    other = service.make_config("image-classification", "digits", "mlp")
    with pytest.raises(UserError, match=r"fits only the same model on the same data.*but the model"):
        service.start_run(other.model_copy(update={"continues": ended.id}))


# --- starting again with other settings ---


def test_a_clone_begins_with_the_settings_of_another_run(service: Service, ended: Run) -> None:
    config = service.clone_config(ended.id, {"learning_rate": "0.25"})
    assert config.model_copy(update={"learning_rate": ended.config.learning_rate}) == ended.config
    clone = service.start_run(config, cloned_from=ended.id)
    assert (clone.parent_id, clone.parent_kind, clone.config.learning_rate) == (ended.id, "clone", 0.25)
    with pytest.raises(UnknownName, match="Did you mean 'epochs'"):
        service.clone_config(ended.id, {"epoch": 2})
    with pytest.raises(RunNotFound):
        service.start_run(config, cloned_from="nothing")


def test_a_clone_of_what_was_trained_longer_is_one_run_of_all_its_passes(service: Service, ended: Run) -> None:
    child = service.train_longer(ended.id, 5)
    config = service.clone_config(child.id)
    assert (config.epochs, config.continues) == (15, "")


def test_only_the_passes_that_a_stopped_run_made_are_counted(service: Service, new: New) -> None:
    half = new(saved=True, settings={"epochs": 10}, status=RunStatus.STOPPED, steps=41, steps_total=100)
    assert service.clone_config(service.train_longer(half.id, 5).id).epochs == 10


# --- the trash ---


def test_a_run_from_which_another_will_begin_stays_in_the_trash(service: Service, ended: Run) -> None:
    child = service.train_longer(ended.id, 5)
    service.delete(ended.id)
    assert service.empty_trash() == 0
    service.stop_run(child.id)
    assert service.empty_trash() == 0, "the child may be resumed, and has saved nothing yet"
    save(service, child)
    assert service.empty_trash() == 1
    assert not (service.settings.runs_folder / ended.id).exists()
    line = service.lineage(child.id)
    assert (line.ancestors, service.run(child.id).parent_id) == ((), ended.id)


def test_a_family_in_the_trash_goes_together(service: Service, ended: Run) -> None:
    child = service.train_longer(ended.id, 5)
    service.stop_run(child.id)
    for run in (ended, child):
        service.delete(run.id)
    assert service.empty_trash() == 2


def test_files_go_although_a_process_that_ends_writes_its_last_ones(service: Service, ended: Run) -> None:
    folder = service.folder(ended.id)

    def write_on() -> None:
        with suppress(OSError):  # the folder is gone
            for place in range(300):
                (folder / f"{place}.json").write_text("{}")
                time.sleep(0.001)

    service.delete(ended.id)
    with ThreadPoolExecutor(1) as writer:
        writer.submit(write_on)
        assert service.empty_trash() == 1
    assert not folder.exists()


def test_a_run_is_not_removed_in_the_moment_in_which_another_begins(service: Service, ended: Run) -> None:
    child = service.train_longer(ended.id, 5)
    service.delete(ended.id)
    assert RunStore(service.database).remove([ended.id]) == []
    service.stop_run(child.id)
    assert RunStore(service.database).remove([ended.id]) == [ended.id]
    with pytest.raises(RunNotFound):
        RunStore(service.database).create(child.config, "", "too late")


# --- what is told ---


def test_the_document_tells_where_a_run_came_from(service: Service, ended: Run) -> None:
    child = service.pause_run(service.train_longer(ended.id, 5).id)
    told = service.document(child.id)
    assert (told["parent_id"], told["parent_kind"], told["paused"]) == (ended.id, "longer", True)
    assert told["ancestors"] == [{"id": ended.id, "name": ended.name, "kind": "", "status": "succeeded"}]
    assert told["finish_requested_at"] is None
    (known,) = service.document(ended.id)["children"]
    assert known == {"id": child.id, "name": child.name, "kind": "longer", "status": "stopped"}


def test_what_was_estimated_is_kept_with_the_run(service: Service, database: Database, new: New) -> None:
    config = service.make_config("image-classification", "digits", "logistic-regression")
    preflights = PreflightStore(database)
    service.preflights.request("estimate", config)
    trial_id = preflights.claim()
    assert trial_id is not None
    preflights.finish(trial_id, {"train_time_s": 12.5, "fits": True}, "")
    run = service.start_run(config)
    assert service.document(run.id)["estimate"] == {"train_time_s": 12.5, "fits": True}
