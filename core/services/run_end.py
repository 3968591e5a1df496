"""`python -m core.services.run_end RUN`: announces a run's end in its page's words."""

import logging
import sys

from core.errors import TouchstoneError
from core.notifications.notify import tell
from core.runs import Run
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.services.verdict import verdict_of

_log = logging.getLogger(__name__)


def said_of(service: Service, run: Run) -> str:
    """Return a run's verdict text, else what was stored at its end."""
    try:
        found = verdict_of(service, run)
    except TouchstoneError:
        _log.exception("What run %s means could not be said anew.", run.id)
        found = None
    return run.verdict if found is None else found.text


def main(run_id: str) -> None:
    """Tell of one run; whatever goes wrong is in the log, and nobody waits."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        service = open_service()
        try:
            tell(service.settings, service.database, run_id, verdict=lambda run: said_of(service, run))
        finally:
            service.database.dispose()
    except TouchstoneError:
        _log.exception("Nobody was told that run %s has ended.", run_id)


if __name__ == "__main__":
    main(sys.argv[1])
