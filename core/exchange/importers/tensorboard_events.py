"""Import of TensorBoard event files: TensorFlow, PyTorch and JAX scalars, and HParams settings.

TensorBoard's own reader keeps a sample of long curves only, and takes a minute for a million points.
"""

import os
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from core.data.wording import counted
from core.exchange.external_run import ExternalRun, Importer, Points, TooMuch, Trouble
from core.exchange.normalise import (
    LONGEST_KEY,
    LONGEST_NAME,
    LONGEST_TAG,
    MOST_HELD,
    Fit,
    bounded_name,
    bounded_value,
    hashed,
    listed,
    one_line,
)
from core.exchange.source import Entry, Source, UnreadableEntry
from core.exchange.tensorboard_folders import SESSION, Part, RunFolder, run_folders
from core.exchange.tfrecord import DOUBLE, FAILURE, FLOAT, INT32, INT64, START, messages, records
from core.runs import RunStatus

MOST_KINDS = 50  # of what is left out: plug-ins have a handful
SESSION_END = "_hparams_/session_end_info"
_DTYPES = {
    FLOAT: ("<f", "float_val"),
    DOUBLE: ("<d", "double_val"),
    INT32: ("<i", "int_val"),
    INT64: ("<q", "int64_val"),
}
_FAILED = "TensorBoard's HParams tab says that it failed."


@dataclass
class _Folder:
    """What the event files of one run say."""

    points: Points
    settings: dict[str, object] = field(default_factory=dict)
    first_time: float = 0.0
    last_time: float = 0.0
    identity: bytes = b""  # of its oldest file
    has_failed: bool = False
    scalar_tags: set[str] = field(default_factory=set)  # those that said so once; later points need not
    skipped: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # kind: tags that are no numbers
    replaced: Counter[int] = field(default_factory=Counter)  # points by the step from which they were written anew
    names: dict[str, tuple[Part, str]] = field(default_factory=dict)  # of curves: which part of the run has it

    def name_of(self, part: Part, tag: str) -> str:
        """Return the name of a curve, which no other part of the run has."""
        tag = bounded_name(tag)
        name = part.named(tag)
        while self.names.setdefault(name, (part, tag)) != (part, tag):
            name = f"{part.aside}/{name}"
        return name

    def leave_out(self, kind: str, tag: str) -> None:
        name = one_line(kind, LONGEST_TAG)
        if (name in self.skipped or len(self.skipped) < MOST_KINDS) and len(self.skipped[name]) < MOST_HELD:
            self.skipped[name].add(one_line(tag, LONGEST_KEY))

    def take_settings(self, found: dict[str, object]) -> None:
        """Take settings, as many as anybody could look at."""
        for name, value in found.items():
            if len(self.settings) < MOST_HELD:
                self.settings[bounded_name(name)] = bounded_value(value)

    def said(self) -> tuple[str, ...]:
        """Return what was left out, and what was replaced."""
        left = [f"{kind} ({listed(sorted(tags))})" for kind, tags in sorted(self.skipped.items())]
        said = [f"Left out, since they are no numbers over steps: {', '.join(left)}."] if left else []
        said += [
            f"It was taken up again at step {step:,}; left out: {counted(count, 'point')} from before, written anew."
            for step, count in sorted(self.replaced.items())
        ]
        return tuple(said)


def sniff(source: Source) -> bool:
    """Tell whether there are event files."""
    return any(_is_events(entry) for entry in source.entries())


def read(source: Source, trouble: Trouble) -> Iterator[ExternalRun]:
    """Yield a run for each event file folder that is not part of another."""
    folders: dict[str, list[Entry]] = defaultdict(list)
    for entry in source.entries():
        if _is_events(entry):
            folders[entry.name.rpartition("/")[0]].append(entry)
    found = run_folders(source, folders)
    paths = [run.path for run in found]
    tries_of = {run.above for run in found if run.above is not None}
    common = os.path.commonpath(paths) if len(paths) > 1 else ""  # a ZIP often holds a folder with everything in it
    keys: dict[str, str] = {}  # of runs by path, those above others first
    for place in found:
        title, project = place.path.removeprefix(common).strip("/"), common.rpartition("/")[2] or source.name
        if len(found) == 1:
            above, _, title = place.path.rpartition("/")
            project = above.rpartition("/")[2] if above else ""
        name = title or common or source.name
        try:
            run = _run(source, name, one_line(project if title else "", LONGEST_NAME), place, trouble)
        except TooMuch as error:
            trouble.say(str(error))
            continue
        if place.path in tries_of and not run.curves:
            continue  # nothing but the tries of a search, which are runs of their own
        keys[place.path] = run.key
        yield replace(run, parent_key=keys.get(place.above or place.path, "") if place.above is not None else "")


def _is_events(entry: Entry) -> bool:
    return "tfevents" in entry.name.rpartition("/")[2]


def _run(source: Source, name: str, project: str, place: RunFolder, trouble: Trouble) -> ExternalRun:
    folder = _Folder(Points(one_line(name, LONGEST_NAME)))
    for part in place.parts:
        for entry in sorted(part.entries, key=lambda e: e.name):
            _read_file(source, entry, part, folder, trouble)
    fit = Fit(folder.settings)
    return ExternalRun(
        key=hashed("tensorboard", folder.identity),
        name=fit.name(name),
        project=project,
        curves=folder.points.curves(),
        settings=fit.settings(),
        started_at=_moment(folder.first_time),
        finished_at=_moment(folder.last_time),
        status=RunStatus.FAILED if folder.has_failed else RunStatus.SUCCEEDED,
        reason=_FAILED if folder.has_failed else "",
        remarks=(*place.said, *folder.said(), *folder.points.remarks(), *fit.said),
    )


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def _read_file(source: Source, entry: Entry, part: Part, folder: _Folder, trouble: Trouble) -> None:
    """Add what one file says, as far as it is whole."""
    from google.protobuf.message import DecodeError

    parse = messages()["Event"].FromString
    try:
        with source.open(entry) as file:
            for number, record in enumerate(records(file, entry.name)):
                if number:
                    _take(parse(record), part, folder)
                else:  # the first one only names the format; but its time is like no other's
                    name = entry.name.rpartition("/")[2]
                    folder.identity = folder.identity or name.encode("utf-8", "replace") + record
    except UnreadableEntry as error:
        trouble.say(str(error))
    except (DecodeError, UnicodeDecodeError):
        trouble.say(f"{entry.name} is damaged: what stands before the damage was read, the rest was not.")


def _take(event: Any, part: Part, folder: _Folder) -> None:
    time = event.wall_time
    if time < folder.first_time or not folder.first_time:
        folder.first_time = time
    if time > folder.last_time:
        folder.last_time = time
    if event.HasField("summary"):
        for value in event.summary.value:
            _take_value(value, event.step, time, part, folder)
    elif event.HasField("session_log") and event.session_log.status == START:  # taken up again from here
        before = folder.points.count
        folder.points.forget_from(event.step)
        if gone := before - folder.points.count:
            folder.replaced[event.step] += gone


def _take_value(value: Any, step: int, time: float, part: Part, folder: _Folder) -> None:
    plugin = value.metadata.plugin_data.plugin_name
    if value.HasField("simple_value"):
        folder.points.add(folder.name_of(part, value.tag), step, value.simple_value, time)
    elif value.tag == SESSION:
        folder.take_settings(_hparams(value))
    elif plugin == "hparams":
        folder.has_failed = folder.has_failed or _ended(value) == FAILURE
    elif value.HasField("tensor") and (number := _scalar(value, folder.scalar_tags)) is not None:
        folder.points.add(folder.name_of(part, value.tag), step, number, time)
    else:
        kinds = [kind for kind in ("image", "audio", "histo") if value.HasField(kind)]
        kind = plugin or {"histo": "histograms"}.get("".join(kinds), "".join(kinds)) or "tensors"
        folder.leave_out(kind, value.tag)


def _scalar(value: Any, scalar_tags: set[str]) -> float | None:
    """Return a tensor's number; None for an image, text or histogram."""
    if value.metadata.plugin_data.plugin_name == "scalars":
        scalar_tags.add(bounded_name(value.tag))
    tensor = value.tensor
    is_one = all(dim.size == 1 for dim in tensor.tensor_shape.dim)
    if bounded_name(value.tag) not in scalar_tags or tensor.dtype not in _DTYPES or not is_one:
        return None
    layout, field_name = _DTYPES[tensor.dtype]
    if content := tensor.tensor_content:
        return float(struct.unpack(layout, content)[0]) if len(content) == struct.calcsize(layout) else None
    numbers = getattr(tensor, field_name)
    return float(numbers[0]) if numbers else 0.0


def _ended(value: Any) -> int:
    """Return the run's final status from the HParams plug-in; 0 if unknown."""
    from google.protobuf.message import DecodeError

    if value.tag != SESSION_END:
        return 0
    try:
        data = messages()["HParams"].FromString(value.metadata.plugin_data.content)
    except (DecodeError, UnicodeDecodeError):
        return 0
    return int(data.session_end_info.status)


def _hparams(value: Any) -> dict[str, object]:
    """Return the settings that the HParams plug-in wrote down."""
    from google.protobuf.message import DecodeError

    found: dict[str, object] = {}
    try:
        data = messages()["HParams"].FromString(value.metadata.plugin_data.content)
        for setting in data.session_start_info.hparams:
            for kind in ("number_value", "string_value", "bool_value"):
                if setting.value.HasField(kind):
                    plain = getattr(setting.value, kind)
                    found[setting.key] = int(plain) if isinstance(plain, float) and plain.is_integer() else plain
    except (DecodeError, UnicodeDecodeError):
        return {}
    return found


IMPORTER = Importer(
    name="tensorboard",
    title="TensorBoard",
    takes="a log folder with event files (their names hold 'tfevents'), such as PyTorch, TensorFlow and Lightning "
    "write; each folder is a run.",
    order=30,
    sniff=sniff,
    read=read,
)
