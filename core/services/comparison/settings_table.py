"""The settings of runs in one table, with what differs between them marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.runs import Run
from core.services.comparison.grouping import version_of
from core.services.run_service import Service

MOST_SETTINGS = 200  # of a run from elsewhere
DEEPEST = 4  # levels of settings within settings that are taken apart


@dataclass(frozen=True)
class SettingRow:
    """One setting of all runs.

    Args:
        name: As it is called in files and commands.
        label: As a form shows it.
        values: By run id; a run that has no such setting is missing.
        differs: Whether it is not the same in all of them.
    """

    name: str
    label: str
    values: Mapping[str, Any]
    differs: bool


def settings_table(service: Service, runs: Sequence[Run]) -> list[SettingRow]:
    """Return all settings of the runs: what they are about first, then their choices."""
    labels: dict[str, str] = {"data": "Data set", "version": "Data version", "model": "Model", "preset": "Preset"}
    by_run: dict[str, dict[str, Any]] = {}
    for run in runs:
        by_run[run.id] = _own(service, run, labels) if run.is_own else _flat(run.settings)
    names = dict.fromkeys([*labels, *(name for found in by_run.values() for name in found)])
    rows = []
    for name in names:
        values = {run_id: found[name] for run_id, found in by_run.items() if name in found}
        if values:
            differs = len(values) < len(runs) or len({_comparable(value) for value in values.values()}) > 1
            rows.append(SettingRow(name, labels.get(name, name), values, differs and len(runs) > 1))
    return rows


def _own(service: Service, run: Run, labels: dict[str, str]) -> dict[str, Any]:
    """Return a locally trained run's settings, those relevant to its model."""
    config = run.config
    every = {**config.params, **config.model_dump(mode="json")}
    facts = {"data": config.dataset, "version": version_of(run)[:8], "model": config.model, "preset": config.preset}
    if config.model not in service.models():  # a model that is gone: what was written down of it is left
        return facts | dict(config.params)
    fields = service.setting_fields(config.model, config.task)
    labels |= {field.name: field.label.partition(" (")[0] for field in fields}
    chosen = {field.name: every[field.name] for field in fields if field.name in every}
    return facts | chosen | ({"continues": config.continues} if config.continues else {})


def _flat(settings: Mapping[str, Any], before: str = "", depth: int = 0) -> dict[str, Any]:
    """Return settings within settings as one level: {"optimizer.name": "adam"}."""
    found: dict[str, Any] = {}
    for key, value in settings.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping) and value and depth < DEEPEST:
            found |= _flat(value, f"{name}.", depth + 1)
        else:
            found[name] = value
    return dict(list(found.items())[:MOST_SETTINGS])


def _comparable(value: Any) -> str:
    """Return a comparison key of a value: 1 equals 1.0, but not True."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{float(value):.12g}"
    return repr(value)
