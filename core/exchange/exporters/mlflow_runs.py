"""Export to an MLflow `mlruns` folder: metrics, parameters, tags, notes and artifacts.

The verdict is in the note; everything else is an artifact.

Plain text, so that every version of MLflow since 1.0 reads it, or takes it over into its database:
https://mlflow.org/docs/latest/self-hosting/migrate-from-file-store
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from core.exchange.exported_run import Exporter, Outgoing
from core.exchange.external_run import Series
from core.runs import RunStatus

LONGEST_KEY, LONGEST_VALUE = 250, 6_000  # characters that MLflow takes
WITHOUT_PROJECT = "Touchstone"
_STATUS = {RunStatus.SUCCEEDED: 3, RunStatus.FAILED: 4, RunStatus.STOPPED: 5, RunStatus.INTERRUPTED: 5}
_RUNNING = 1
# Before the names of tags: what a metric, or a parameter, is called here, where MLflow takes no such name; and what the
# steps of a metric were multiplied with.
NAME, SETTING, FACTOR = "touchstone.name.", "touchstone.setting.", "touchstone.steps."


def write(runs: Sequence[Outgoing], folder: Path) -> Sequence[str]:
    """Write an experiment for each project with its runs; return the changes made."""
    top, said = folder / "mlruns", dict[str, None]()
    _describe(top / "0", {"experiment_id": "0", "name": "Default", "artifact_location": "./mlruns/0"})
    for one in runs:
        project = one.run.project or WITHOUT_PROJECT
        experiment = str(int.from_bytes(hashlib.sha256(project.encode()).digest()[:7], "big"))
        about = {"experiment_id": experiment, "name": project, "artifact_location": f"./mlruns/{experiment}"}
        _describe(top / experiment, about)
        said |= dict.fromkeys(_write_run(one, top / experiment, experiment))
    return tuple(said)


def _describe(folder: Path, about: Mapping[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _yaml(folder / "meta.yaml", {**about, "lifecycle_stage": "active"})


def _write_run(one: Outgoing, above: Path, experiment: str) -> list[str]:
    run_id = uuid5(NAMESPACE_URL, f"touchstone:{one.run.id}").hex
    folder = above / run_id
    for kind in ("metrics", "params", "tags", "artifacts"):
        (folder / kind).mkdir(parents=True)
    began = one.run.started_at or one.run.created_at
    about: dict[str, object] = {
        "artifact_uri": f"./mlruns/{experiment}/{run_id}/artifacts",
        "end_time": _milliseconds(one.run.finished_at.timestamp()) if one.run.finished_at else None,
        "entry_point_name": "",
        "experiment_id": experiment,
        "lifecycle_stage": "active",
        "run_id": run_id,
        "run_name": one.run.name,
        "run_uuid": run_id,
        "source_name": "",
        "source_type": 4,
        "source_version": "",
        "start_time": _milliseconds(began.timestamp()),
        "status": _STATUS.get(one.run.status, _RUNNING),
        "tags": [],
        "user_id": "touchstone",
    }
    _yaml(folder / "meta.yaml", about)
    ended = (one.run.finished_at or began).timestamp()
    keys = safe_keys([*one.curves, *(key for key in one.scores if key not in one.curves)])
    said = _write_texts(one, folder, keys)
    for key, line in one.curves.items():
        _write_metric(folder / "metrics" / keys[key], line)
    for key, value in one.scores.items():
        if key not in one.curves:
            file = folder / "metrics" / keys[key]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{_milliseconds(ended)} {value!r} {one.run.steps}\n")
    return said + [f"'{key}' is called '{safe}' there." for key, safe in keys.items() if key != safe]


def _write_texts(one: Outgoing, folder: Path, metrics: Mapping[str, str]) -> list[str]:
    """Write parameters, tags and an artifact with everything; return the changes made."""
    params = safe_keys(one.settings)
    for key, value in one.settings.items():
        _text(folder / "params" / params[key], str(value)[:LONGEST_VALUE])
    long = [key for key, value in one.settings.items() if len(str(value)) > LONGEST_VALUE]
    said = [f"'{key}' was cut to {LONGEST_VALUE:,} characters; touchstone.json has all of it." for key in long]
    note = "\n\n".join(one.tags[name] for name in ("verdict", "note") if name in one.tags)
    tags = {f"touchstone.{name.replace(' ', '_')}": text for name, text in one.tags.items()}
    tags |= {"mlflow.runName": one.run.name, "mlflow.source.type": "LOCAL", "mlflow.source.name": "Touchstone"}
    tags |= {"mlflow.note.content": note} if note else {}
    tags |= {f"{NAME}{safe}": key for key, safe in metrics.items() if key != safe}
    tags |= {f"{SETTING}{safe}": key for key, safe in params.items() if key != safe}
    tags |= {f"{FACTOR}{metrics[key]}": str(factor) for key, factor in one.factors.items()}
    own = {name: value for name, _, value in (tag.partition(": ") for tag in one.run.tags)}
    keys = safe_keys([*tags, *own])
    for key, text in {**own, **tags}.items():
        _text(folder / "tags" / keys[key], text)
    everything = {"run": one.run.id, "settings": one.settings, "scores": one.scores, "tags": one.tags}
    _text(folder / "artifacts" / "touchstone.json", json.dumps(everything, indent=1, ensure_ascii=False, default=str))
    return said + [f"'{key}' is called '{safe}' there." for key, safe in params.items() if key != safe]


def _write_metric(file: Path, line: Series) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    columns = ((line.times * 1000).astype("int64").tolist(), line.values.tolist(), line.steps.astype("int64").tolist())
    with file.open("w", encoding="ascii") as opened:
        opened.writelines(f"{time} {value!r} {step}\n" for time, value, step in zip(*columns, strict=True))


def safe_keys(keys: Iterable[str]) -> dict[str, str]:
    """Return a valid, unique MLflow key and file, no folder of another, for each."""
    safe: dict[str, str] = {}
    files: set[str] = set()
    folders: set[str] = set()
    for key in sorted(keys):
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "_-. /") else "_" for c in key)[: LONGEST_KEY - 10]
        parts = [part for part in (p.strip() for p in plain.split("/")) if part]
        name = "/".join("_" if set(part) == {"."} else part for part in parts) or "_"
        while (above := next((above for above in _above(name) if above in files), None)) is not None:
            name = f"{above}.{name[len(above) + 1 :]}"
        unique, count = name, 1
        while unique.lower() in {file.lower() for file in files} or unique in folders:
            count += 1
            unique = f"{name}_{count}"
        safe[key] = unique
        files.add(unique)
        folders.update(_above(unique))
    return safe


def _above(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _text(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _yaml(file: Path, about: Mapping[str, object]) -> None:
    import yaml

    file.write_text(yaml.safe_dump(dict(about), allow_unicode=True), encoding="utf-8")


EXPORTER = Exporter(
    name="mlflow",
    title="MLflow",
    gives="a folder mlruns: metrics, parameters, tags, and verdict and note in the description.",
    how_to_open="mlflow migrate-filestore --source . --target sqlite:///mlflow.db\n"
    "mlflow ui --backend-store-uri sqlite:///mlflow.db",
    write=write,
)
