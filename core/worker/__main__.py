"""The supervisor as a process: `python -m core.worker`."""

import logging
import multiprocessing
import os
import sys

from core.errors import TouchstoneError
from core.services.bootstrap import open_database
from core.settings import Settings
from core.store.job_queue import JobQueue
from core.worker.launcher import LocalLauncher
from core.worker.supervisor import Supervisor

HEAD_START_S = 5.0  # what a cold run takes to its first step on two slow cores


def main() -> None:
    """Supervise until idle, then exit without waiting for running runs."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = Settings()
    try:
        _supervise(settings)
    except TouchstoneError as error:
        logging.getLogger(__name__).exception("%s", error)
        sys.exit(error.exit_code)
    except Exception:  # the border of the process: whatever it was, the log must have it
        logging.getLogger(__name__).exception("The supervisor ended unexpectedly.")
        os._exit(1)
    logging.shutdown()
    # multiprocessing would now wait for its children; they are to outlive us and to be adopted.
    os._exit(0)


def _supervise(settings: Settings) -> None:
    database = open_database(settings)
    somebody_waits = bool(JobQueue(database).waiting(slots=1))
    threads = settings.threads_per_run(settings.slots or 1)
    Supervisor(settings, database, LocalLauncher(threads, HEAD_START_S if somebody_waits else 0.0)).run()


if __name__ == "__main__" and multiprocessing.parent_process() is None:
    main()
