"""Offline runs of Weights & Biases: the log that `WANDB_MODE=offline` leaves in `wandb/offline-run-.../run-....wandb`.

The package's own reader (`wandb.sdk.internal.datastore`) is gone since it writes from a program in Go and Rust, so this
is ours: records framed as in LevelDB's log (https://github.com/google/leveldb/blob/main/doc/log_format.md, with the
plain CRC-32), each a message of https://github.com/wandb/wandb/blob/main/wandb/proto/wandb_internal.proto. Of its
messages only the fields below are described; protobuf passes over the others.
"""

import json
import math
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, BinaryIO

from core.runs import RunStatus
from core.transfer.foreign import ForeignRun, Importer, Points, TooMuch, Trouble
from core.transfer.messages import classes
from core.transfer.source import Entry, Source, UnreadableEntry
from core.transfer.words import LONGEST_NAME, hashed, note_of, one_line, settings_of, tags_of

MAGIC = b":W&B\xe1\xbe"
BLOCK = 32 * 1024
LARGEST_RECORD = 64 * 1024**2  # bytes
DEEPEST = 4  # of values within values
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4
MESSAGES = {
    "Record": {"history": (2, "History"), "summary": (3, "Items"), "config": (5, "Items"), "run": (17, "Run"),
               "exit": (18, "Exit")},
    "History": {"item": (1, "Item+"), "step": (2, "Step")},
    "Items": {"update": (1, "Item+")},
    "Item": {"key": (1, "text"), "nested_key": (2, "text+"), "value_json": (16, "text")},
    "Step": {"num": (1, "whole")},
    "Run": {"run_id": (1, "text"), "project": (3, "text"), "config": (4, "Items"), "run_group": (6, "text"),
            "job_type": (7, "text"), "display_name": (8, "text"), "notes": (9, "text"), "tags": (10, "text+"),
            "start_time": (17, "Time")},
    "Time": {"seconds": (1, "whole")},
    "Exit": {"exit_code": (1, "whole"), "runtime": (2, "whole")},
}  # fmt: skip
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_OWN = re.compile("_(step|timestamp|runtime|wandb)$")


@dataclass
class _Told:
    """What the log of one run tells."""

    points: Points
    run: Any = None
    config: dict[object, object] = field(default_factory=dict)
    summary: dict[object, object] = field(default_factory=dict)
    last_time: float = 0.0
    exit_code: int | None = None


def sniff(source: Source) -> bool:
    """Tell whether there are logs of offline runs."""
    return any(entry.name.endswith(".wandb") for entry in source.entries())


def read(source: Source, trouble: Trouble) -> Iterator[ForeignRun]:
    """Yield a run for every log."""
    for entry in source.entries():
        if not entry.name.endswith(".wandb"):
            continue
        try:
            run = _run(source, entry, trouble)
        except (TooMuch, UnreadableEntry) as error:
            trouble.say(str(error))
            continue
        if run is not None:
            yield run


def _run(source: Source, entry: Entry, trouble: Trouble) -> ForeignRun | None:
    from google.protobuf.message import DecodeError

    told = _Told(Points(one_line(entry.name, LONGEST_NAME)))
    try:
        with source.open(entry) as file:
            for record in _records(file, entry.name):
                _take(_record_class().FromString(record), told)
    except (UnreadableEntry, DecodeError, UnicodeDecodeError) as error:
        if told.run is None:
            raise _damaged(entry.name) from error
        trouble.say(str(_damaged(entry.name)))
    if told.run is None:
        trouble.say(f"{entry.name} holds no run: nothing was logged into it.")
        return None
    return _as_foreign(told)


def _as_foreign(told: _Told) -> ForeignRun:
    run = told.run
    began = _moment(run.start_time.seconds)
    status, reason = RunStatus.SUCCEEDED, ""
    if told.exit_code is None:
        status = RunStatus.INTERRUPTED
        reason = "Its log has no end: it was still running, or was killed. Import it again to bring it up to date."
    elif told.exit_code:
        status, reason = RunStatus.FAILED, f"W&B says that it ended with error code {told.exit_code}."
    settings = settings_of({key: value for key, value in told.config.items() if not str(key).startswith("_wandb")})
    tags = [*run.tags, *(part for part in (run.run_group, run.job_type) if part)]
    return ForeignRun(
        key=hashed("wandb", run.project, run.run_id, str(run.start_time.seconds)),
        name=one_line(run.display_name or run.run_id, LONGEST_NAME),
        project=one_line(run.project, LONGEST_NAME),
        settings=settings,
        tags=tags_of(tags),
        notes=note_of(run.notes),
        started_at=began,
        finished_at=_moment(told.last_time) or began,
        status=status,
        reason=reason,
        curves=told.points.curves(),
        remarks=told.points.remarks(),
    )


def _take(record: Any, told: _Told) -> None:
    if record.HasField("history"):
        _take_history(record.history, told)
    elif record.HasField("run"):
        told.run = record.run
        told.points.run = one_line(record.run.display_name or record.run.run_id, LONGEST_NAME)
        _merge(told.config, record.run.config.update)
    elif record.HasField("config"):
        _merge(told.config, record.config.update)
    elif record.HasField("exit"):
        told.exit_code = record.exit.exit_code


def _take_history(history: Any, told: _Told) -> None:
    values = {(*item.nested_key,) or (item.key,): _value(item.value_json) for item in history.item}
    time = values.get(("_timestamp",))
    wall = float(time) if isinstance(time, int | float) and math.isfinite(time) else told.last_time
    told.last_time = max(told.last_time, wall)
    counted = values.get(("_step",))
    step = counted if isinstance(counted, int) else history.step.num
    for path, value in values.items():
        if not _OWN.match(path[0]):
            for key, number in _numbers(".".join(path), value, 0):
                told.points.add(one_line(key, 200), step, number, wall)


def _numbers(key: str, value: object, depth: int) -> Iterator[tuple[str, float]]:
    """Yield the numbers of a logged value by key; pictures, tables and texts are left out."""
    if isinstance(value, bool):
        yield key, float(value)
    elif isinstance(value, int | float):
        yield key, _as_float(value)
    elif isinstance(value, str) and value in _SPECIAL:
        yield key, _SPECIAL[value]
    elif isinstance(value, Mapping) and "_type" not in value and depth < DEEPEST:
        for name, inner in value.items():
            yield from _numbers(f"{key}.{name}", inner, depth + 1)


def _as_float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _merge(into: dict[object, object], items: Any) -> None:
    for item in items:
        path = tuple(item.nested_key) or (item.key,)
        value = _value(item.value_json)
        if isinstance(value, Mapping) and set(value) == {"value", "desc"}:  # as written by older versions
            value = value["value"]
        into[".".join(path)] = value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds) if seconds > 0 else None
    except OverflowError:
        return None


def _damaged(name: str) -> UnreadableEntry:
    return UnreadableEntry(f"{name} is damaged: what stands before the damage was read, the rest was not.")


def _records(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the records of a log. A last one that is not yet whole is passed over: it is being written.

    Raises:
        UnreadableEntry: Its check sums say that it is damaged, or it is no such log.
    """
    header = file.read(7)
    if not header.startswith(MAGIC):
        raise UnreadableEntry(f"{name} is no log of W&B, whatever its name says.")
    at, parts = 7, bytearray()
    while True:
        if (left := BLOCK - at % BLOCK) < 7:  # too little for a header: zeros up to the next block
            at += len(file.read(left))
        head = file.read(7)
        if len(head) < 7:
            return
        checksum, length, kind = struct.unpack("<IHB", head)
        body = file.read(length)
        if len(body) < length:
            return
        at += 7 + length
        if zlib.crc32(body, zlib.crc32(head[6:7])) != checksum or kind not in (FULL, FIRST, MIDDLE, LAST):
            raise _damaged(name)
        if kind in (FULL, FIRST):
            parts = bytearray()
        parts += body
        if len(parts) > LARGEST_RECORD:
            raise _damaged(name)
        if kind in (FULL, LAST):
            yield bytes(parts)


@cache
def _record_class() -> Any:
    return classes("touchstone_wandb", MESSAGES)["Record"]


IMPORTER = Importer(
    name="wandb",
    title="Weights & Biases",
    takes="the folder 'wandb' that offline runs leave (WANDB_MODE=offline), or one of its offline-run-... folders.",
    order=10,
    sniff=sniff,
    read=read,
)
