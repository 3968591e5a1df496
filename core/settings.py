"""Settings: locations and resource limits, from `TOUCHSTONE_...` variables."""

import errno
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import HomeNotWritable

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read once at start-up by `core.services.bootstrap`; passed on from there, never global."""

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_", frozen=True)

    home: Path = PROJECT / "data"
    database_url: str = ""  # any SQLAlchemy URL; empty is SQLite in `home`
    slots: int = Field(default=0, ge=0, le=64)  # runs at the same time; 0 is one per GPU, or one on a CPU
    threads: int = Field(default=0, ge=0)  # CPU threads per run; 0 shares the cores among the slots
    heartbeat_timeout_s: float = 15.0  # a supervisor silent for longer has lost its lease
    stop_grace_s: float = 20.0  # from the wish to stop to SIGTERM
    kill_grace_s: float = 10.0  # from SIGTERM to SIGKILL
    worker_idle_s: float = 1800.0  # a supervisor without work for so long goes away
    folds_within_s: float = Field(default=60.0, ge=0.0)  # what judging by folds may take where nobody has chosen
    # What a baseline on a pretrained network may take, and at most a fifth of the run's time budget; 0: none is fitted
    baselines_within_s: float = Field(default=30.0, ge=0.0)
    # What an hour of training costs: the device's whole price, or its electricity. Unset: nothing is said.
    device_price_per_hour: float | None = Field(default=None, ge=0.0)
    electricity_price_per_kwh: float | None = Field(default=None, ge=0.0)
    device_power_w: float | None = Field(default=None, ge=0.0)
    currency: str = "USD"

    def threads_per_run(self, slots: int) -> int:
        """Return how many CPU threads each of so many runs may use.

        One core is left to the dashboard: with a thread on every core PyTorch becomes three times slower as soon as
        anything else wants to run (19 to 60 ms a step for mini-gpt on 2 cores; 24 to 30 ms with one thread).
        """
        return self.threads or max(1, ((os.cpu_count() or 1) - 1) // slots)

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home / 'touchstone.db'}"

    @property
    def runs_folder(self) -> Path:
        """One folder a run: log, checkpoints, report."""
        return self.home / "runs"

    @property
    def datasets_folder(self) -> Path:
        """What users brought, one folder a data set."""
        return self.home / "datasets"

    @property
    def cache_folder(self) -> Path:
        """What can be computed again."""
        return self.home / "cache"

    @property
    def logs_folder(self) -> Path:
        """Logs of the supervisor."""
        return self.home / "logs"

    def prepare(self) -> None:
        """Make the folders, and make sure that they can be written.

        Raises:
            HomeNotWritable: They cannot.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.name == "posix" and self.home.stat().st_mode & 0o077 and self.home.stat().st_uid == os.getuid():
                self.home.chmod(0o700)  # data, runs and labels are their owner's, not every account's
            for folder in (self.runs_folder, self.datasets_folder, self.cache_folder, self.logs_folder):
                folder.mkdir(parents=True, exist_ok=True)
            self._check_writable()
        except OSError as error:
            raise HomeNotWritable(str(self.home), os.strerror(error.errno or 0)) from error

    def _check_writable(self) -> None:
        try:
            with NamedTemporaryFile(dir=self.home):
                pass
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):  # a full disk is no reason not to look at what is there
                raise
