"""Where objects are wired: settings, database, supervisor, service."""

import os
from functools import cache
from typing import TYPE_CHECKING

from core.settings import Settings
from core.store.database import Database
from core.worker.launch import SupervisorProcess

if TYPE_CHECKING:  # takes a second, which a script that only logs shall not wait for
    from core.service import Service


def open_database(settings: Settings) -> Database:
    """Make the folders, open the database and bring its schema up to date.

    Raises:
        HomeNotWritable: The folder cannot be written.
        DatabaseTooNew: A newer Touchstone wrote the database.
    """
    settings.prepare()
    database = Database(settings.url)
    database.migrate()
    return database


def open_service(settings: Settings | None = None) -> "Service":
    """Return the service on the settings' database.

    Args:
        settings: Where things are; from the environment if None.
    """
    from core.service import Service

    settings = settings or Settings()
    database = open_database(settings)
    return Service(settings, database, SupervisorProcess(settings, database))


def shared_service() -> "Service":
    """Return this process's one service on the environment's settings: pages and routes share its engine."""
    return _shared(_settings(tuple((k, v) for k, v in os.environ.items() if k.upper().startswith("TOUCHSTONE_"))))


@cache
def _settings(_environment: tuple[tuple[str, str], ...]) -> Settings:
    """Read the settings once for each state of the environment: it takes 2 ms, and a page asks dozens of times."""
    return Settings()


@cache
def _shared(settings: Settings) -> "Service":
    return open_service(settings)
