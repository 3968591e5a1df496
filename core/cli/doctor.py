"""`touchstone doctor`: how this machine is. Whatever is broken is said, and the rest is examined all the same."""

import shutil
import sys
from collections.abc import Callable
from importlib import metadata
from typing import Annotated, Any, TypeVar

import typer

from core.cli.output import AsJson, print_json, print_table
from core.errors import DatabaseBusy, TouchstoneError
from core.services.bootstrap import open_database
from core.services.supervisor_client import SupervisorProcess
from core.settings import Settings
from core.store.database import Database
from core.store.database_errors import full
from core.store.repair.examination import folders_without_row, named, programs_with
from core.store.repair.repair_database import repair

LIBRARIES = ("streamlit", "torch", "transformers", "scikit-learn", "plotly", "sqlalchemy")
LEAST_FREE = 2**30  # bytes
T = TypeVar("T")


def doctor(
    repair_it: Annotated[
        bool, typer.Option("--repair", help="Keep a damaged database aside and recover what can be read of it.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Say how this machine is: device, versions, disk, database, cached models."""
    settings = Settings()
    repaired = repair(settings).sentences() if repair_it else []
    report, problems = _context(settings)
    document = report | {"problems": problems} | ({"repaired": repaired} if repair_it else {})
    if as_json:
        print_json(document)
    else:
        print_table(("", ""), report.items())
        print("\n".join([*repaired, *problems] if problems else [*repaired, "All is well."]))
    return 1 if problems else 0


def _context(settings: Settings) -> tuple[dict[str, Any], list[str]]:
    """Return what was found by name, and what is wrong: each part by itself, so that none hides another."""
    problems: list[str] = []
    report: dict[str, Any] = {
        "device": _tried(_device, problems),
        "versions": {"python": sys.version.split()[0], **{name: _version(name, problems) for name in LIBRARIES}},
        "home": str(settings.home.resolve()),
        "disk_free_bytes": _tried(lambda: _free(settings, problems), problems),
        "database": {"url": Database(settings.url).shown_url, "schema": None, "state": "unknown"},
        "worker": {"alive": False, "pid": None, "warm": False},
        "models": {"all-MiniLM-L6-v2": _tried(_encoder, problems) or problems[-1]},
    }
    _tried(lambda: _look_at_database(settings, report, problems), problems)
    return report, problems


def _look_at_database(settings: Settings, report: dict[str, Any], problems: list[str]) -> None:
    said = report["database"]
    said["state"] = "cannot be used"
    try:
        database = open_database(settings)
    except DatabaseBusy as error:
        file = Database(settings.url).file
        holders = programs_with(file) if file else []
        raise DatabaseBusy(f"{error}" + (f" Now: {named(holders)}." if holders else "")) from error
    try:
        said["schema"] = database.revision()
        if database.can_only_read and database.file is not None:
            said["state"] = "can only be read"
            problems.append(str(full(database.file)))
        database.check_whole()
        said["state"] = said["state"] if database.can_only_read else "whole"
        worker = SupervisorProcess(settings, database).info()
        report["worker"] = {"alive": worker.alive, "pid": worker.pid, "warm": worker.warm}
        if lost := folders_without_row(settings, database):
            problems.append(
                f"{len(lost)} run folder{'' if len(lost) == 1 else 's'} without a run in the database ({named(lost)}). "
                "Recover them with: touchstone doctor --repair. Or remove the folders."
            )
    finally:
        database.dispose()


def _tried(examine: Callable[[], T], problems: list[str]) -> T | None:
    """Return what an examination finds; where it fails, that is one more problem."""
    try:
        return examine()
    except TouchstoneError as error:
        problems.append(str(error))
    except (OSError, ImportError, RuntimeError) as error:  # what a broken installation or disk raises
        problems.append(f"Something here could not be examined ({type(error).__name__}: {error}).")
    return None


def _free(settings: Settings, problems: list[str]) -> int:
    settings.prepare()
    free = shutil.disk_usage(settings.home).free
    if free <= LEAST_FREE:
        problems.append("Less than 1 GB of disk is free: runs may not be saved. Free some space.")
    return free


def _version(name: str, problems: list[str]) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        problems.append(f"The package {name} is not installed. Set Touchstone up again: make setup")
        return None


def _device() -> str:
    from core.training.device import choose_device, describe_device

    return describe_device(choose_device("auto"))


def _encoder() -> str:
    from core.preprocessing.sentence_encoder import check_weights, encoder_folder

    check_weights(encoder_folder())
    return "ready"
