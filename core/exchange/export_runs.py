"""Export of stored runs to a folder or ZIP that another tracker opens."""

import math
import shutil
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from core.errors import UserError
from core.exchange.exported_run import Outgoing
from core.exchange.external_run import Series
from core.exchange.formats import find_exporter
from core.exchange.normalise import settings_of
from core.runs import Run
from core.services.run_service import Service
from core.services.verdict import meaning_of
from core.store.metric_store import MetricStore

MOST_RUNS = 200
LONGEST_FOLDER = 40  # characters of a name
MOST_DIGITS = 6  # after the point of a step that is not whole


def export(service: Service, run_ids: Sequence[str], format_name: str, folder: Path) -> int:
    """Write runs into a folder and return their number.

    What had to be changed for the other tracker is in its READ ME.

    Args:
        service: Knows them.
        run_ids: The runs; one that is named twice is written once.
        format_name: Of an exporter.
        folder: New or empty; nothing that is there is ever written over.

    Raises:
        RunNotFound: There is none of an id.
        UnknownName: There is no such format.
        UserError: The folder is not empty or cannot be written, or there are too many runs.
    """
    exporter = find_exporter(format_name)
    runs = list(dict.fromkeys(service.run(run_id).id for run_id in run_ids))
    if not runs:
        raise UserError("No run was named, so there is nothing to export. See all runs with: touchstone runs list")
    if len(runs) > MOST_RUNS:
        raise UserError(f"At most {MOST_RUNS} runs can be exported at once; these are {len(runs):,}. Choose fewer.")
    going = [outgoing(service, run_id) for run_id in runs]
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UserError(f"{folder} is there already and not an empty folder. Name another one.")
        folder.mkdir(parents=True, exist_ok=True)
        said = (*exporter.write(going, folder), *_steps_said(going))
        read_me = _read_me(exporter.title, exporter.how_to_open, going, said)
        (folder / "READ ME.txt").write_text(read_me, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written ({error.strerror or 'unknown reason'}). Free some space, or name another."
        ) from error
    return len(going)


def export_zip(service: Service, run_ids: Sequence[str], format_name: str) -> bytes:
    """Return runs as a ZIP.

    Raises:
        UserError: As `export`.
    """
    with TemporaryDirectory(prefix="touchstone-export-") as place:
        folder = Path(place) / f"touchstone-{format_name}"
        export(service, run_ids, format_name, folder)
        packed = Path(place) / "export.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                archive.write(file, f"{folder.name}/{file.relative_to(folder).as_posix()}")
        shutil.rmtree(folder)
        return packed.read_bytes()


def outgoing(service: Service, run_id: str) -> Outgoing:
    """Return a run with everything that is handed on."""
    run = service.run(run_id)
    began = (run.first_started_at or run.created_at).timestamp()
    whole = {key: at_whole_steps(_line(points, began)) for key, points in service.metrics(run.id).items()}
    return Outgoing(
        run=run,
        folder=_folder_name(run),
        curves={key: line for key, (line, _) in whole.items()},
        factors={key: factor for key, (_, factor) in whole.items() if factor != 1},
        settings=settings_of(_settings(run)),
        scores=_scores(run),
        tags=_tags(run, meaning_of(service, run))
        | _target(service, run)
        | {f"steps of {k}": axis for k, axis in MetricStore(service.database).axes(run.id).items()},
    )


def _line(points: Sequence[tuple[float, float, float]], began: float) -> Series:
    """Return a curve; a point without a time gets that of the run's beginning."""
    steps, values, times = (np.array(column, np.float64) for column in zip(*points, strict=True))
    return Series(steps, values, np.where(times == 0, began, times))


def at_whole_steps(line: Series) -> tuple[Series, int]:
    """Return a curve at whole steps and their factor (2 for 0.5); 0: numbered."""
    for power in range(MOST_DIGITS + 1):
        steps = line.steps * float(10**power)
        if np.allclose(steps, np.round(steps), rtol=1e-12, atol=1e-6):
            return Series(np.round(steps), line.values, line.times), 10**power
    return Series(np.arange(len(line), dtype=np.float64), line.values, line.times), 0


def _steps_said(going: Sequence[Outgoing]) -> list[str]:
    """Return in sentences whose steps are others there."""
    found: dict[str, None] = {}
    for key, factor in (item for one in going for item in one.factors.items()):
        how = f"{factor:,} times as large" if factor else "numbered from 0"
        found[f"Steps of '{key}' are no whole numbers; there they are {how}."] = None
    return list(found)


def _folder_name(run: Run) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in run.name)
    words = "-".join(part for part in plain.strip(".-").split("-") if part)
    return f"{words[:LONGEST_FOLDER]}-{run.id}".lstrip("-")


def _settings(run: Run) -> dict[str, object]:
    if not run.is_own:
        return dict(run.settings)
    every = run.config.model_dump(mode="json")
    flat = {**every.pop("params"), **every}
    return {key: value for key, value in flat.items() if value not in ("", None)}


def _scores(run: Run) -> dict[str, float]:
    found: dict[str, float] = {}
    for source, by_metric in {"test": run.test, **{f"baseline/{n}": s for n, s in run.baselines.items()}}.items():
        for metric, score in by_metric.items():
            named = {"": score.value, "_ci_low": score.ci_low, "_ci_high": score.ci_high}
            found |= {f"{source}/{metric}{end}": v for end, v in named.items() if not math.isnan(v)}
    return found


def _tags(run: Run, verdict: str) -> dict[str, str]:
    told = {
        "run id": run.id,
        "status": run.shown_status,
        "reason": run.reason,
        "verdict": verdict,
        "note": run.note,
        "tags": ", ".join(run.tags),
        "project": run.project,
        "came from": run.origin,
        "task": run.task,
        "data set": run.config.dataset,
        "data fingerprint": run.dataset_fingerprint,
        "model": run.config.model,
        "device": run.device,
        **{f"version of {name}": version for name, version in run.versions.items()},
    }
    return {key: value for key, value in told.items() if value}


def _target(service: Service, run: Run) -> dict[str, str]:
    held = service.targets.result(run)
    return {} if held is None else {"target": f"{held.target.format()}: {held.status}"}


def _read_me(title: str, how_to_open: str, going: Sequence[Outgoing], said: Sequence[str]) -> str:
    names = "\n".join(f"  {one.run.id}  {' '.join(one.run.name.split())}" for one in going)
    otherwise = "\n\nWhat is otherwise there:\n\n" + "\n".join(f"  {sentence}" for sentence in said) if said else ""
    return (
        f"Runs of Touchstone for {title}, written on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.\n\n"
        f"To look at them, in a terminal in this folder:\n\n{how_to_open}\n\nRuns:\n\n{names}{otherwise}\n"
    )
