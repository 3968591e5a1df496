"""Registry of tasks, datasets, models, baselines and preprocessors, found by walking their packages.

A new file is a new entry.
"""

import importlib
import pkgutil
from functools import cache
from typing import Any

from core.errors import UnknownName, UserError
from core.specs import DatasetSpec, ModelSpec, TaskSpec
from core.specs.baseline import BaselineSpec


@cache
def entries(package_name: str, constant: str, key: str = "name") -> dict[str, Any]:
    """Return what a folder's files declare, in the order of their names.

    Args:
        package_name: The folder, as it is imported.
        constant: Its name in each file; a file without it is passed over.
        key: The attribute that names an entry.

    Raises:
        RuntimeError: Two files declare the same.
    """
    package = importlib.import_module(package_name)
    found: dict[str, Any] = {}
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{package_name}.{module_info.name}")
        if (entry := getattr(module, constant, None)) is not None:
            name = getattr(entry, key)
            if name in found:
                raise RuntimeError(f"two files in {package_name} declare the {constant} '{name}'")
            found[name] = entry
    return found


def tasks() -> dict[str, TaskSpec]:
    """Return every task by name."""
    return dict(entries("core.tasks", "TASK"))


def datasets(task: str | None = None) -> dict[str, DatasetSpec]:
    """Return every data set by name, or those of one task."""
    return {n: d for n, d in entries("core.data.builtin", "DATASET").items() if task in (None, d.task)}


def models(task: str | None = None) -> dict[str, ModelSpec]:
    """Return every model by name, or those that can do one task."""
    return {n: m for n, m in entries("core.models", "MODEL").items() if task is None or task in m.tasks}


def baselines(task: str | None = None) -> dict[str, BaselineSpec]:
    """Return every simple method by name, or those of one task: the simplest first."""
    ladder = sorted(entries("core.baselines", "BASELINE").items(), key=lambda each: each[1].rung)
    return {n: b for n, b in ladder if task is None or task in b.tasks}


def preprocessors() -> dict[str, Any]:
    """Return every preprocessor class by its kind."""
    return dict(entries("core.preprocessing", "PREPROCESSOR", "kind"))


def find_task(name: str) -> TaskSpec:
    """Return the task of this name.

    Raises:
        UnknownName: There is none; the message names all.
    """
    if name not in tasks():
        raise UnknownName("task", name, tasks())
    return tasks()[name]


def find_dataset(name: str, task: str | None = None) -> DatasetSpec:
    """Return the data set of this name.

    Args:
        name: The data set's name.
        task: The task that it must serve, if any.

    Raises:
        UnknownName: There is none.
        UserError: It belongs to another task.
    """
    if name not in datasets():
        raise UnknownName("data set", name, datasets(task))
    found = datasets()[name]
    if task is not None and found.task != task:
        raise UserError(
            f"The data set '{name}' is for {found.task}, not for {task}. For {task} there is: "
            f"{', '.join(datasets(task))}."
        )
    return found


def find_model(name: str, task: str | None = None) -> ModelSpec:
    """Return the model of this name.

    Args:
        name: The model's name.
        task: The task that it must be able to do, if any.

    Raises:
        UnknownName: There is none.
        UserError: It cannot do the task.
    """
    if name not in models():
        raise UnknownName("model", name, models(task))
    found = models()[name]
    if task is not None and task not in found.tasks:
        raise UserError(
            f"The model '{name}' is for {', '.join(found.tasks)}, not for {task}. For {task} there is: "
            f"{', '.join(models(task))}."
        )
    return found


def find_baseline(name: str) -> BaselineSpec:
    """Return the simple method of this name.

    Raises:
        UnknownName: There is none.
    """
    if name not in baselines():
        raise UnknownName("baseline", name, baselines())
    return baselines()[name]
