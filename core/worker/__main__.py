"""The supervisor as a process: `python -m core.worker`."""

import logging
import multiprocessing
import os
import sys

from core.bootstrap import open_database
from core.errors import TouchstoneError
from core.settings import Settings
from core.worker.launcher import LocalLauncher
from core.worker.supervisor import Supervisor


def main() -> None:
    """Supervise until there is nothing to do, then leave without waiting for runs that still work."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = Settings()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # read once, when the fork server loads the libraries
        os.environ.setdefault(variable, str(settings.threads_per_run(settings.slots or 1)))
    try:
        supervisor = Supervisor(settings, open_database(settings), LocalLauncher())
        supervisor.run()
    except TouchstoneError as error:
        logging.getLogger(__name__).exception("%s", error)
        sys.exit(error.exit_code)
    except Exception:  # the border of the process: whatever it was, the log must have it
        logging.getLogger(__name__).exception("The supervisor ended unexpectedly.")
        os._exit(1)
    logging.shutdown()
    # multiprocessing would now wait for its children; they are to outlive us and to be adopted.
    os._exit(0)


if __name__ == "__main__" and multiprocessing.parent_process() is None:
    main()
