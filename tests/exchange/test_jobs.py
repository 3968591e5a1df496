"""Looks and imports in processes of their own, as the page starts them."""

import json
import os
import signal
from pathlib import Path

import pytest

from core.errors import UserError
from core.exchange.jobs import Works
from core.services.run_service import Service
from tests.exchange.test_csv import table
from tests.exchange.test_import_runs import SWEEP, losses
from tests.live import eventually


@pytest.fixture
def works(service: Service) -> Works:
    return Works(service.settings)


def ended(works: Works, work_id: str) -> str:
    eventually(lambda: not works.get(work_id).is_working)
    return works.get(work_id).state


def test_a_look_and_then_an_import(service: Service, works: Works, tmp_path: Path) -> None:
    work_id = works.start(table(tmp_path, SWEEP, "sweep.csv"))
    assert ended(works, work_id) == "found"
    found = works.get(work_id).found
    assert found is not None
    assert [run.name for run in found.runs] == ["fox", "owl"]
    assert service.runs() == []
    works.run_import(work_id, project="birds", keys=[found.runs[0].key])
    assert ended(works, work_id) == "done"
    imported = works.get(work_id).imported
    assert imported is not None
    (fox,) = imported.added
    assert (service.run(fox).project, losses(service, fox)) == ("birds", [(0, 3), (1, 2)])


def test_what_cannot_be_read_ends_with_a_sentence(works: Works, tmp_path: Path) -> None:
    work_id = works.start(tmp_path / "nowhere")
    assert ended(works, work_id) == "failed"
    assert "nowhere" in works.get(work_id).message


def test_a_work_that_nobody_knows_is_refused(works: Works) -> None:
    with pytest.raises(UserError, match="not known any more"):
        works.get("../../etc")


def test_a_work_that_is_cancelled_writes_nothing(service: Service, works: Works, tmp_path: Path) -> None:
    work_id = works.start(table(tmp_path, SWEEP))
    assert ended(works, work_id) == "found"
    works.run_import(work_id)
    works.cancel(work_id)
    assert ended(works, work_id) == "cancelled"
    assert [*service.runs(), *service.runs(trashed=True)] == []


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (signal.SIGXCPU, "was stopped: it took more than 300 seconds of computing without getting any further."),
        (signal.SIGSEGV, "broke the program that reads its kind of file"),
        (signal.SIGKILL, "It ended without a word, perhaps for want of memory."),
    ],
)
def test_a_look_that_was_ended_says_by_what(works: Works, tmp_path: Path, number: int, sentence: str) -> None:
    work_id = works.start(table(tmp_path, SWEEP))
    os.kill(json.loads((works.folder / work_id / "process.json").read_text())["pid"], number)
    assert ended(works, work_id) == "failed"
    assert sentence in works.get(work_id).message
    assert "What was not whole is gone." in works.get(work_id).message
