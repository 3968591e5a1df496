"""What the peers' own libraries wrote, once for all tests, and a service to import it into."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.exchange.external_run import ExternalRun, Trouble
from core.exchange.formats import fitting
from core.exchange.source import opened
from core.services.run_service import Service
from core.services.supervisor_client import SupervisorProcess
from core.settings import Settings
from core.store.database import Database


@pytest.fixture
def service(settings: Settings, database: Database) -> Service:
    return Service(settings, database, SupervisorProcess(settings, database))


@pytest.fixture(scope="session")
def tensorboard_logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_by("tensorboard", tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="session")
def mlflow_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_by("mlflow", tmp_path_factory.mktemp("mlflow"))


@pytest.fixture(scope="session")
def wandb_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_by("wandb", tmp_path_factory.mktemp("offline"))


def written_by(peer: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "tests.exchange.writers", peer, str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return folder


def read(path: Path) -> tuple[dict[str, ExternalRun], tuple[str, ...]]:
    """Return the runs of a source by name, and what could not be read."""
    trouble = Trouble()
    with opened(path) as source:
        runs = {run.name: run for run in fitting(source)[0].read(source, trouble)}
    return runs, trouble.all()
