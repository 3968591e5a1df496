"""A service on a real database with nobody who trains: what is asked of a run can be looked at in peace."""

from collections.abc import Callable
from typing import Any

import pytest

from core.runs import Run, WorkerInfo
from core.services.run_service import Service
from core.settings import Settings
from core.store.database import Database
from core.store.run_store import RunStore

New = Callable[..., Run]


class NobodyWorks:
    """A supervisor that takes nothing."""

    def ensure(self) -> None: ...

    def ensure_alive(self) -> None: ...

    def info(self) -> WorkerInfo:
        return WorkerInfo(True, None, "cpu", 1, True)


@pytest.fixture
def service(settings: Settings, database: Database) -> Service:
    return Service(settings, database, NobodyWorks())


@pytest.fixture
def new(service: Service, runs: RunStore) -> New:
    """Make a run on digits; `saved` gives it a checkpoint, other arguments are columns."""

    def make(saved: bool = False, settings: dict[str, Any] | None = None, **columns: Any) -> Run:
        config = service.make_config("image-classification", "digits", "logistic-regression", "quick", settings)
        run = service.start_run(config)
        if columns:
            runs.update(run.id, **columns)
        if saved:
            save(service, run)
        return service.run(run.id)

    return make


def save(service: Service, run: Run) -> None:
    """Leave the file by which a checkpoint is known."""
    folder = service.folder(run.id) / "checkpoints" / "last"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text("{}")
