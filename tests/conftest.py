"""What many tests start from: a home folder of their own, a real database, a configuration."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from core.configure import make_config
from core.processes.identity import thread_limits
from core.services.bootstrap import open_database
from core.settings import Settings
from core.specs.config import TrainConfig
from core.store.database import Database
from core.store.run_store import RunStore

# Tests run side by side, one on each core: where each computes with as many threads as there are cores, these wait for
# one another. Said before a test imports PyTorch, which reads it once.
os.environ.update(thread_limits(1, os.environ))

# A baseline on a pretrained network reads all examples: where that is what is tested, its test asks for it.
os.environ.setdefault("TOUCHSTONE_BASELINES_WITHIN_S", "0")

# A busy machine is slow, and what one machine tries every machine tries.
examples.register_profile("any machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("any machine")


@pytest.fixture(autouse=True)
def main_module_stays() -> Iterator[None]:
    """Streamlit's AppTest leaves its script as `__main__`, from which a process that is started later begins."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, also for the processes that it starts."""
    folder = tmp_path / "home"
    monkeypatch.setenv("TOUCHSTONE_HOME", str(folder))
    monkeypatch.setenv("TOUCHSTONE_THREADS", "1")
    return folder


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of today's schema, to be copied: making one takes 0.1 s of the processor, hundreds of times."""
    home = Settings(home=tmp_path_factory.mktemp("schema"))
    open_database(home).dispose()
    return home.home / "touchstone.db"


@pytest.fixture
def prepared_home(home: Path, empty_database: Path) -> Path:
    """The home folder, with an empty database."""
    home.mkdir(mode=0o700, exist_ok=True)
    if not (home / empty_database.name).exists():  # a test may bring a home of its own
        shutil.copy(empty_database, home)
    return home


@pytest.fixture
def database(prepared_home: Path, settings: Settings) -> Iterator[Database]:
    opened = open_database(settings)
    yield opened
    opened.dispose()


@pytest.fixture
def runs(database: Database) -> RunStore:
    return RunStore(database)


@pytest.fixture
def quick_config() -> Callable[..., TrainConfig]:
    """Return a configuration of the smallest model on digits; keyword arguments change settings."""

    def make(**changes: object) -> TrainConfig:
        return make_config("image-classification", "digits", "logistic-regression", "quick", changes)

    return make
