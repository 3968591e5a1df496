"""Beginning or resuming a logged run: one store row, owned by this process."""

import os
import platform
import socket
import sys
from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.processes.identity import start_time
from core.runs import Run
from core.store.database import Database
from core.store.external_runs import TRACKED, ExternalRuns, Source
from core.store.metric_store import MetricStore
from core.store.run_store import RunStore
from core.track.cells import is_interactive
from core.track.names import LONGEST_NAME, clean
from core.tracking.steps import Logged
from core.tracking.values import readable

_LIBRARIES = ("torch", "tensorflow", "jax", "keras", "transformers", "lightning", "scikit-learn", "xgboost", "numpy")
_MODULES = {"scikit-learn": "sklearn"}
_MOST_SAID = 8  # changes of settings that are named


def begin(database: Database, name: str, project: str, settings: Mapping[str, Any], tags: Collection[str]) -> Run:
    """Insert a run of this process."""
    made = ExternalRuns(database).create(TRACKED, clean(name), clean(project), settings, process=_this_process())
    RunStore(database).update(made.id, tags=_words(tags))
    _note_names(database, made.id, (name, project))
    return _described(database, made.id)


def resume(
    database: Database, run_id: str, name: str, project: str, settings: Mapping[str, Any], tags: Collection[str]
) -> Run:
    """Resume an ended run in this process; given values extend or replace old ones.

    Raises:
        RunNotFound: There is none of this id.
        RunNotReady: It was trained here or imported, is in the trash, or is being logged by another process.
    """
    external, runs = ExternalRuns(database), RunStore(database)
    before = external.reopen(run_id.strip().lower(), _this_process())
    values: dict[str, Any] = {}
    changes = _changed(before.settings, settings)
    for column, given in (("name", clean(name)), ("project", clean(project))):
        if given and given != getattr(before, column):
            changes.append(f"{column}: {getattr(before, column)} → {given}")
            values[column] = given
    if added := [tag for tag in _words(tags) if tag not in before.tags]:
        changes.append(f"tags: {', '.join(added)} added")
        values["tags"] = [*before.tags, *added]
    if values:
        runs.update(before.id, **values)
    if settings:
        external.set_settings(before.id, {**before.settings, **settings})
    if changes:
        more = f", and {len(changes) - _MOST_SAID:,} more" if len(changes) > _MOST_SAID else ""
        runs.add_event(before.id, "note", f"Resumed with changes. {'; '.join(changes[:_MOST_SAID])}{more}.")
    _note_names(database, before.id, (name, project))
    return _described(database, before.id)


def logged_so_far(database: Database, run_id: str) -> dict[str, Logged]:
    """Return what the curves of a run have."""
    metrics = MetricStore(database)
    lengths = metrics.counts(run_id)
    return {key: Logged(point[0], lengths[key]) for key, point in metrics.latest(run_id).items()}


def _changed(before: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Return in words which settings are new or others than before."""
    others = [key for key in given if key not in before or before[key] != given[key]]
    return [f"{key}: {before[key]} → {given[key]}" if key in before else f"{key}: {given[key]}" for key in others]


def _described(database: Database, run_id: str) -> Run:
    runs = RunStore(database)
    runs.update(run_id, versions={"python": platform.python_version(), **_versions()})
    what = "a notebook" if is_interactive() else Path(sys.argv[0] or "python").name
    runs.add_event(run_id, "note", f"Logged by {what} (process {os.getpid()} on {socket.gethostname()}).")
    return runs.get(run_id)


def _note_names(database: Database, run_id: str, names: tuple[str, ...]) -> None:
    for text in names:
        if len(line := readable(" ".join(text.split()))) > LONGEST_NAME:
            RunStore(database).add_event(run_id, "note", f"Shortened to {LONGEST_NAME} characters: {line}")


def _words(tags: Collection[str]) -> list[str]:
    given = [tags] if isinstance(tags, str) else tags
    return list(dict.fromkeys(word for tag in given if (word := clean(tag))))


def _this_process() -> Source:
    pid = os.getpid()
    return Source(socket.gethostname(), pid, start_time(pid) or 0.0)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        if _MODULES.get(name, name) in sys.modules:
            try:
                found[name] = version(name)
            except PackageNotFoundError:  # a copy that nobody installed
                continue
    return found
