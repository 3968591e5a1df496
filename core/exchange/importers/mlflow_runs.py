"""Import from MLflow: the `mlruns` folder, and the `mlflow.db` database since version 3.

The folder's layout: https://mlflow.org/docs/latest/self-hosting/architecture/backend-store/. Both are read by
ourselves: MLflow's own client brings 20 packages, refuses the folder without a switch, and changes old databases.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.exchange.exporters.mlflow_runs import FACTOR, NAME, SETTING
from core.exchange.external_run import ExternalRun, Importer, Points, TooMuch, Trouble
from core.exchange.normalise import LONGEST_NAME, Fit, hashed, listed, number_or_text, one_line
from core.exchange.source import Entry, Source, UnreadableEntry
from core.runs import RunStatus
from core.store.mlflow_database import MAGIC, NoTrackingDatabase, TrackedRun, TrackingDatabase

LARGEST_TEXT = 1024**2  # bytes of a setting or a tag
LARGEST_META = 64 * 1024  # bytes of a description: a dozen lines
MOST_NESTED = 200  # lists and objects in it
DATABASES = (".db", ".sqlite", ".sqlite3")
LOOKED_AT = 20  # descriptions, to find out whether a folder is MLflow's
_NOT_TAGS = ("mlflow.", "touchstone.")  # what MLflow and our own exports add
# Of MLflow's own tags: those that become settings, and those that are read as something else.
_ABOUT = ("mlflow.source.git.commit", "mlflow.source.git.branch", "mlflow.source.name", "mlflow.user")
_PARENT, _NOTE, _NAME = "mlflow.parentRunId", "mlflow.note.content", "mlflow.runName"
_READ = (*_ABOUT, _PARENT, _NOTE, _NAME, "mlflow.source.type")
_KINDS = ("metrics", "params", "tags", "artifacts")
_NUMBERS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
_STILL = "MLflow says that it was still running. Import it again to bring it up to date."
_STATUS = {
    "FINISHED": (RunStatus.SUCCEEDED, ""),
    "FAILED": (RunStatus.FAILED, "MLflow says that it failed."),
    "KILLED": (RunStatus.STOPPED, "MLflow says that it was stopped."),
}


@dataclass
class _Folder:
    """The files of one run."""

    meta: dict[str, Any]
    files: dict[str, list[tuple[str, Entry]]] = field(default_factory=lambda: defaultdict(list))  # kind: name, entry


def sniff(source: Source) -> bool:
    """Tell whether there is a folder `mlruns`, a part of one, or a database."""
    if any(_is_database(source, entry) for entry in source.entries()):
        return True
    metas = [entry for entry in source.entries() if entry.name.rpartition("/")[2] == "meta.yaml"]
    starts = (source.start(entry, 4096) for entry in metas[:LOOKED_AT])
    return any(b"artifact_location:" in start or b"artifact_uri:" in start for start in starts)


def read(source: Source, trouble: Trouble) -> Iterator[ExternalRun]:
    """Yield every run that is not in MLflow's trash."""
    yield from _of_folders(source, trouble)
    for entry in source.entries():
        if _is_database(source, entry):
            try:
                yield from _of_database(source, entry, trouble)
            except (NoTrackingDatabase, UnreadableEntry) as error:
                trouble.say(str(error))


def _is_database(source: Source, entry: Entry) -> bool:
    """Check whether a file may be an MLflow database.

    A folder may also hold databases of other programs.
    """
    name = entry.name.rpartition("/")[2].lower()
    named = len(source.entries()) == 1 or "mlflow" in name or "mlruns" in name
    return named and name.endswith(DATABASES) and source.start(entry, len(MAGIC)) == MAGIC


def _of_folders(source: Source, trouble: Trouble) -> Iterator[ExternalRun]:
    folders, experiments = _described(source, trouble)
    for entry in source.entries():
        parts = entry.name.split("/")
        for place, kind in enumerate(parts[:-1]):
            top = "/".join(parts[:place])
            if kind in _KINDS and top in folders:
                folders[top].files[kind].append(("/".join(parts[place + 1 :]), entry))
                break
    for folder in folders.values():
        try:
            yield _of_folder(source, folder, experiments, trouble)
        except TooMuch as error:
            trouble.say(str(error))


def _described(source: Source, trouble: Trouble) -> tuple[dict[str, _Folder], dict[str, str]]:
    """Return run folders outside MLflow's trash, and experiment names by id."""
    folders: dict[str, _Folder] = {}
    experiments: dict[str, str] = {}
    for entry in source.entries():
        above, _, name = entry.name.rpartition("/")
        meta = _meta(source, entry, trouble) if name == "meta.yaml" else {}
        if "artifact_uri" in meta:
            if str(meta.get("lifecycle_stage", "active")) != "deleted":
                folders[above] = _Folder(meta)
        elif "experiment_id" in meta:
            experiments[str(meta["experiment_id"])] = str(meta.get("name") or "")
    return folders, experiments


def _of_folder(source: Source, folder: _Folder, experiments: Mapping[str, str], trouble: Trouble) -> ExternalRun:
    meta = folder.meta
    status = str(meta.get("status", ""))
    run = TrackedRun(
        id=str(meta.get("run_id") or meta.get("run_uuid") or ""),
        name=str(meta.get("run_name") or meta.get("name") or ""),
        experiment=experiments.get(str(meta.get("experiment_id")), ""),
        status=_NUMBERS.get(status, status),
        start_ms=_whole(meta.get("start_time")),
        end_ms=_whole(meta.get("end_time")),
        params=_texts(source, folder.files["params"], trouble),
        tags=_texts(source, folder.files["tags"], trouble),
    )
    points = Points(_name(run))
    for key, entry in folder.files["metrics"]:
        try:
            _read_metric(source, entry, key, points, trouble)
        except UnreadableEntry as error:
            trouble.say(str(error))
    return _as_external(run, points, len(folder.files["artifacts"]))


def _read_metric(source: Source, entry: Entry, key: str, points: Points, trouble: Trouble) -> None:
    """Add the points of a metric file: time in ms, value, step.

    Old versions of MLflow wrote no step.
    """
    bad = 0
    with source.open(entry) as file:
        for number, line in enumerate(file):
            parts = line[:200].split()
            try:
                step = int(parts[2]) if len(parts) > 2 else number
                points.add(key, step, float(parts[1]), int(parts[0]) / 1000)
            except (ValueError, IndexError, OverflowError):
                bad += bool(parts)
    if bad:
        lines = "1 line was" if bad == 1 else f"{bad:,} lines were"
        trouble.say(f"{entry.name} is damaged: {lines} left out.")


def _of_database(source: Source, entry: Entry, trouble: Trouble) -> Iterator[ExternalRun]:
    """Yield the runs of a database, read from a copy of the user's file."""
    beside = {other.name: other for other in source.entries()}
    with TemporaryDirectory(prefix="touchstone-mlflow-") as folder:
        copy = Path(folder) / "mlflow.db"
        source.copy(entry, copy)
        if (log := beside.get(f"{entry.name}-wal")) is not None:
            source.copy(log, Path(f"{copy}-wal"))
        database = TrackingDatabase(copy, entry.name)
        for run in database.runs():
            points = Points(_name(run))
            try:
                for key, step, value, time_ms in database.metrics(run.id):
                    points.add(key, step, value, time_ms / 1000)
            except TooMuch as error:
                trouble.say(str(error))
                continue
            yield _as_external(run, points)


def _as_external(run: TrackedRun, points: Points, files: int = 0) -> ExternalRun:
    status, reason = _STATUS.get(run.status.upper(), (RunStatus.INTERRUPTED, _STILL))
    about = {key: run.tags[key] for key in _ABOUT if run.tags.get(key)}
    names = {key.removeprefix(SETTING): name for key, name in run.tags.items() if key.startswith(SETTING)}
    fit = Fit({names.get(key, key): number_or_text(value) for key, value in run.params.items()} | about)
    tags = fit.tags({key: value for key, value in sorted(run.tags.items()) if not key.startswith(_NOT_TAGS)})
    _as_exported(run, points)
    name, notes, curves = fit.name(_full_name(run)), fit.note(run.tags.get(_NOTE, "")), points.curves()
    own = sorted(key for key in run.tags if key.startswith("mlflow.") and key not in _READ)
    left = [f"{files:,} file{'s' * (files != 1)} (artifacts)"] if files else []
    left += [f"tags of MLflow's own ({listed(own)})"] if own else []
    return ExternalRun(
        key=hashed("mlflow", run.id or repr(sorted(run.params.items())) + str(run.start_ms)),
        name=name,
        project=one_line(run.experiment, LONGEST_NAME),
        settings=fit.settings(),
        tags=tags,
        notes=notes,
        started_at=_moment(run.start_ms),
        finished_at=_moment(run.end_ms),
        status=status,
        reason=reason,
        curves=curves,
        parent_key=hashed("mlflow", run.tags[_PARENT]) if run.tags.get(_PARENT) else "",
        remarks=(*([f"Left out: {', '.join(left)}."] if left else []), *points.remarks(), *fit.said),
    )


def _as_exported(run: TrackedRun, points: Points) -> None:
    """Give curves that came from Touchstone the names and steps that they had there."""
    for tag, factor in run.tags.items():
        key = tag.removeprefix(FACTOR)
        if tag.startswith(FACTOR) and factor.isdecimal() and int(factor) > 1 and key in points.lines:
            points.divide_steps(key, int(factor))
    for tag, name in run.tags.items():
        if tag.startswith(NAME) and tag.removeprefix(NAME) in points.lines:
            points.rename(tag.removeprefix(NAME), name)


def _full_name(run: TrackedRun) -> str:
    return run.tags.get(_NAME) or run.name or run.id[:8]


def _name(run: TrackedRun) -> str:
    return one_line(_full_name(run), LONGEST_NAME)


def _texts(source: Source, files: list[tuple[str, Entry]], trouble: Trouble) -> dict[str, str]:
    found = {}
    for name, entry in files:
        try:
            found[name] = source.read(entry, LARGEST_TEXT).decode("utf-8", "replace")
        except UnreadableEntry as error:
            trouble.say(str(error))
    return found


def _meta(source: Source, entry: Entry, trouble: Trouble) -> dict[str, Any]:
    """Return a description; its aliases are refused, which can make a small file huge."""
    import yaml

    try:
        text = source.read(entry, LARGEST_META).decode("utf-8", "replace")
        if _is_plain(text):
            found = yaml.load(text, _loader())
            if isinstance(found, dict):
                return found
    except UnreadableEntry as error:
        trouble.say(str(error))
        return {}
    except (yaml.YAMLError, ValueError, RecursionError):
        pass
    trouble.say(f"{entry.name} is damaged, so this run was left out.")
    return {}


def _is_plain(text: str) -> bool:
    """Return whether a description is such as MLflow writes: hardly anything within anything else."""
    if sum(text.count(sign) for sign in "[{") > MOST_NESTED or text.count("- ") > MOST_NESTED:
        return False
    return "&" not in text or "*" not in text  # names that stand for what was written before can make it huge


@cache
def _loader() -> Any:
    """Return PyYAML's safe loader without its number parsing.

    Its time for some numbers grows with the square of their length.
    """
    import yaml

    loader_class: Any = type("Loader", (yaml.SafeLoader,), {})

    def number(loader: Any, node: Any) -> object:
        text = str(loader.construct_scalar(node))
        return int(text) if text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20 else text

    loader_class.add_constructor("tag:yaml.org,2002:int", number)
    loader_class.add_constructor("tag:yaml.org,2002:float", lambda loader, node: str(loader.construct_scalar(node)))
    return loader_class


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _moment(milliseconds: int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds) if milliseconds else None
    except OverflowError:
        return None


IMPORTER = Importer(
    name="mlflow",
    title="MLflow",
    takes="the file mlflow.db, or the folder mlruns.",
    order=20,
    sniff=sniff,
    read=read,
)
