"""Targets of data sets: in `dataset.json`; of built-in ones in `targets.json`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from core import catalog
from core.files import write_text
from core.specs.target import Target

if TYPE_CHECKING:
    from core.data.store.dataset_store import DatasetStore

BUILT_IN_FILE = "targets.json"
TARGETS = TypeAdapter(dict[str, Target | None])  # None where somebody took the default away


def read_target(text: str, task: str, labels: Sequence[str] = ()) -> Target:
    """Return the target that a text means for a task.

    Args:
        text: As `Target.parse` reads it.
        task: The name of the task.
        labels: The classes of the data, where these are known.

    Raises:
        UserError: It means nothing for the task, or a class that is not there.
    """
    return Target.parse(text, catalog.find_task(task)).check_class(labels)


def target_of(store: "DatasetStore", name: str) -> Target | None:
    """Return how good a model on a data set must be, if anybody said.

    Raises:
        UnknownName: There is no data set of this name.
    """
    if (spec := catalog.datasets().get(name)) is None:
        return store.card(name).target
    kept = _built_in(store.folder / BUILT_IN_FILE)
    if name in kept:
        return kept[name]
    return read_target(spec.target, spec.task) if spec.target else None


def set_target(store: "DatasetStore", name: str, target: Target | None) -> None:
    """Give a data set another target, or none.

    Raises:
        UnknownName: There is no data set of this name.
    """
    if name not in catalog.datasets():
        store.change_card(name, target=target)
        return
    file = store.folder / BUILT_IN_FILE
    write_text(file, TARGETS.dump_json(_built_in(file) | {name: target}, indent=1).decode())


def _built_in(file: Path) -> dict[str, Target | None]:
    if not file.exists():
        return {}
    return TARGETS.validate_python(json.loads(file.read_text(encoding="utf-8")))
