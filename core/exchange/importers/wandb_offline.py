"""Offline runs of Weights & Biases: the log that `WANDB_MODE=offline` leaves in `wandb/offline-run-.../run-....wandb`.

A run that was resumed has a log for each part; a folder `latest-run` may hold a copy of one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.exchange.external_run import ExternalRun, Importer, TooMuch, Trouble
from core.exchange.normalise import LONGEST_NAME, Fit, hashed, one_line
from core.exchange.source import Entry, Source, UnreadableEntry
from core.exchange.wandb_history import History
from core.exchange.wandb_log import damaged, record_class, records
from core.runs import RunStatus

_STILL = "Its log has no end: it was still running, or was killed. Import it again to bring it up to date."


@dataclass(frozen=True)
class _Log:
    """One log, by what its first records say."""

    entry: Entry
    project: str
    run_id: str
    began: tuple[int, int]  # seconds since 1970, and nanoseconds


def sniff(source: Source) -> bool:
    """Tell whether there are logs of offline runs."""
    return any(entry.name.endswith(".wandb") for entry in source.entries())


def read(source: Source, trouble: Trouble) -> Iterator[ExternalRun]:
    """Yield a run for each log; a resumed run's logs are merged."""
    runs: dict[tuple[str, str], list[_Log]] = defaultdict(list)
    for entry in source.entries():
        if entry.name.endswith(".wandb") and (log := _beginning(source, entry, trouble)) is not None:
            runs[(log.project, log.run_id)].append(log)
    for logs in runs.values():
        try:
            yield _run(source, _parts(logs), trouble)
        except TooMuch as error:
            trouble.say(str(error))


def _beginning(source: Source, entry: Entry, trouble: Trouble) -> _Log | None:
    """Return whose log it is; None, with a sentence, where it does not say."""
    from google.protobuf.message import DecodeError

    try:
        with source.open(entry) as file:
            for raw in records(file, entry.name):
                record = record_class().FromString(raw)
                if record.HasField("run"):
                    run = record.run
                    return _Log(entry, run.project, run.run_id, (run.start_time.seconds, run.start_time.nanos))
    except (UnreadableEntry, DecodeError, UnicodeDecodeError):
        trouble.say(str(damaged(entry.name)))
        return None
    trouble.say(f"{entry.name} holds no run: nothing was logged into it.")
    return None


def _parts(logs: Sequence[_Log]) -> list[_Log]:
    """Return a run's parts in order; of duplicates, the longest."""
    longest = {log.began: log for log in sorted(logs, key=lambda log: log.entry.size_bytes)}
    return [longest[began] for began in sorted(longest)]


def _run(source: Source, logs: Sequence[_Log], trouble: Trouble) -> ExternalRun:
    from google.protobuf.message import DecodeError

    history = History(logs[0].run_id)
    for log in logs:
        history.begin_part()
        try:
            with source.open(log.entry) as file:
                for record in records(file, log.entry.name):
                    history.take(record_class().FromString(record))
        except (UnreadableEntry, DecodeError, UnicodeDecodeError):
            trouble.say(str(damaged(log.entry.name)))
    return _as_external(history, logs)


def _as_external(history: History, logs: Sequence[_Log]) -> ExternalRun:
    run = history.run
    began = _moment(logs[0].began[0])
    status, reason = RunStatus.SUCCEEDED, ""
    if history.exit_code is None:
        status, reason = RunStatus.INTERRUPTED, _STILL
    elif history.exit_code:
        status, reason = RunStatus.FAILED, f"W&B says that it ended with error code {history.exit_code}."
    history.add_summary()
    fit = Fit({**history.settings(), **_origin(run)})
    tags = fit.tags({tag: "" for tag in (*run.tags, run.run_group, run.job_type) if tag})
    name, notes, curves = fit.name(run.display_name or run.run_id), fit.note(run.notes), history.points.curves()
    resumed = f"It was resumed: {len(logs)} logs were read as one run." if len(logs) > 1 else ""
    return ExternalRun(
        key=hashed("wandb", run.project, run.run_id),
        former_keys=tuple(hashed("wandb", log.project, log.run_id, str(log.began[0])) for log in logs),
        name=name,
        project=one_line(run.project, LONGEST_NAME),
        settings=fit.settings(),
        tags=tags,
        notes=notes,
        started_at=began,
        finished_at=_moment(history.last_time) or began,
        status=status,
        reason=reason,
        curves=curves,
        remarks=(*filter(None, [resumed]), *history.said(), *history.points.remarks(), *fit.said),
    )


def _origin(run: Any) -> dict[str, str]:
    """Return what else W&B wrote down of where a run came from."""
    found = {"git.commit": run.git.commit, "git.remote": run.git.remote_url, "wandb.sweep": run.sweep_id}
    return {name: text for name, text in found.items() if text}


def _moment(seconds: float) -> datetime | None:
    with suppress(OverflowError):
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds) if seconds > 0 else None
    return None


IMPORTER = Importer(
    name="wandb",
    title="Weights & Biases",
    takes="the folder 'wandb' that offline runs leave (WANDB_MODE=offline), or one of its offline-run-... folders.",
    order=10,
    sniff=sniff,
    read=read,
)
