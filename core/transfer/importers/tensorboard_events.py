"""TensorBoard event files: scalars of TensorFlow, PyTorch and JAX, and the settings of its HParams plug-in.

TensorBoard's own reader keeps a sample of long curves only, and takes a minute for a million points.
"""

import os
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.transfer.foreign import ForeignRun, Importer, Points, Series, TooMuch, Trouble
from core.transfer.source import Entry, Source, UnreadableEntry
from core.transfer.tfrecord import DOUBLE, FLOAT, INT32, INT64, START, messages, records
from core.transfer.words import LONGEST_NAME, hashed, one_line, settings_of

SESSION = "_hparams_/session_start_info"
_DTYPES = {
    FLOAT: ("<f", "float_val"),
    DOUBLE: ("<d", "double_val"),
    INT32: ("<i", "int_val"),
    INT64: ("<q", "int64_val"),
}


@dataclass
class _Folder:
    """What the event files of one folder say."""

    points: Points
    settings: dict[str, object] = field(default_factory=dict)
    first_time: float = 0.0
    last_time: float = 0.0
    identity: bytes = b""  # of its oldest file
    scalar_tags: set[str] = field(default_factory=set)  # those that said so once; later points need not


def sniff(source: Source) -> bool:
    """Tell whether there are event files."""
    return any(_is_events(entry) for entry in source.entries())


def read(source: Source, trouble: Trouble) -> Iterator[ForeignRun]:
    """Yield a run for every folder with event files; what `add_hparams` wrote below a run is part of it."""
    folders: dict[str, list[Entry]] = defaultdict(list)
    for entry in source.entries():
        if _is_events(entry):
            folders[entry.name.rpartition("/")[0]].append(entry)
    below = _sessions(source, folders)
    tops = sorted(set(folders) - set(below))
    common = os.path.commonpath(tops) if len(tops) > 1 else ""  # a ZIP often holds a folder with everything in it
    for name in tops:
        inside = [folders[session] for session, top in below.items() if top == name]
        title, project = name.removeprefix(common).strip("/"), common.rpartition("/")[2] or source.name
        if len(tops) == 1:
            above, _, title = name.rpartition("/")
            project = above.rpartition("/")[2] if above else ""
        run = one_line(title or common or source.name, LONGEST_NAME)
        try:
            yield _run(source, run, one_line(project if title else "", LONGEST_NAME), [folders[name], *inside], trouble)
        except TooMuch as error:
            trouble.say(str(error))


def _is_events(entry: Entry) -> bool:
    return "tfevents" in entry.name.rpartition("/")[2]


def _sessions(source: Source, folders: dict[str, list[Entry]]) -> dict[str, str]:
    """Return the folders that PyTorch's `add_hparams` made (named after the time), with the run that each is of."""
    found = {}
    for name in folders:
        top, _, last = name.rpartition("/")
        if top in folders and last.replace(".", "", 1).isdigit() and SESSION.encode() in _start(source, folders[name]):
            found[name] = top
    return found


def _start(source: Source, entries: list[Entry]) -> bytes:
    return source.start(min(entries, key=lambda entry: entry.name), 64 * 1024)


def _run(source: Source, name: str, project: str, folders: list[list[Entry]], trouble: Trouble) -> ForeignRun:
    folder = _Folder(Points(name))
    for entries in folders:
        for entry in sorted(entries, key=lambda e: e.name):
            _read_file(source, entry, folder, trouble)
    return ForeignRun(
        key=hashed("tensorboard", folder.identity),
        name=name,
        project=project,
        curves=_named(folder.points.curves()),
        settings=settings_of(folder.settings),
        started_at=_moment(folder.first_time),
        finished_at=_moment(folder.last_time),
        remarks=folder.points.remarks(),
    )


def _named(curves: dict[str, Series]) -> dict[str, Series]:
    return {one_line(key, 200): series for key, series in curves.items()}


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def _read_file(source: Source, entry: Entry, folder: _Folder, trouble: Trouble) -> None:
    """Add what one file says, as far as it is whole."""
    from google.protobuf.message import DecodeError

    parse = messages()["Event"].FromString
    try:
        with source.open(entry) as file:
            for number, record in enumerate(records(file, entry.name)):
                if number:
                    _take(parse(record), folder)
                else:  # the first one only names the format; but its time is like no other's
                    name = entry.name.rpartition("/")[2]
                    folder.identity = folder.identity or name.encode("utf-8", "replace") + record
    except UnreadableEntry as error:
        trouble.say(str(error))
    except (DecodeError, UnicodeDecodeError):
        trouble.say(f"{entry.name} is damaged: what stands before the damage was read, the rest was not.")


def _take(event: Any, folder: _Folder) -> None:
    time = event.wall_time
    if time < folder.first_time or not folder.first_time:
        folder.first_time = time
    if time > folder.last_time:
        folder.last_time = time
    if event.HasField("summary"):
        for value in event.summary.value:
            if value.HasField("simple_value"):
                folder.points.add(value.tag, event.step, value.simple_value, time)
            elif value.tag == SESSION:
                folder.settings |= _hparams(value)
            elif value.HasField("tensor") and (number := _scalar(value, folder.scalar_tags)) is not None:
                folder.points.add(value.tag, event.step, number, time)
    elif event.HasField("session_log") and event.session_log.status == START:  # taken up again from here
        folder.points.forget_from(event.step)


def _scalar(value: Any, scalar_tags: set[str]) -> float | None:
    """Return the number of a tensor, or None where it is a picture, a text or a histogram."""
    if value.metadata.plugin_data.plugin_name == "scalars":
        scalar_tags.add(value.tag)
    tensor = value.tensor
    if value.tag not in scalar_tags or tensor.dtype not in _DTYPES or tensor.tensor_shape.dim:
        return None
    layout, field_name = _DTYPES[tensor.dtype]
    if content := tensor.tensor_content:
        return float(struct.unpack(layout, content)[0]) if len(content) == struct.calcsize(layout) else None
    numbers = getattr(tensor, field_name)
    return float(numbers[0]) if numbers else 0.0


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
