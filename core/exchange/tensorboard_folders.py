"""Grouping of TensorBoard event folders into runs.

TensorBoard shows each folder as a run, but some are parts of another.

Parts are what PyTorch's `add_hparams` writes (a folder named after the time), what its `add_scalars` writes (a folder
for each line), and what Keras and estimators write for each part of the data ("train" beside "validation").
"""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.exchange.source import Entry, Source, UnreadableEntry
from core.exchange.tfrecord import messages, records

SESSION, EXPERIMENT = "_hparams_/session_start_info", "_hparams_/experiment"
SPLITS = ("train", "training", "validation", "valid", "val", "dev", "eval", "evaluation", "test", "testing")
LOOKED_AT = 64 * 1024  # bytes of a file
_MOST_FILES = 5  # of a folder that are looked into, until one says something


@dataclass(frozen=True)
class Part:
    """The event files of one folder, and its curve names within the run."""

    entries: tuple[Entry, ...]
    split: str = ""  # before each name: "validation/loss"
    line: tuple[str, str] = ("", "")  # the name of several lines together, and that of this one
    aside: str = "hparam"  # before a name that another part of the run has too

    def named(self, key: str) -> str:
        """Return the name of a curve in the whole run."""
        main, line = self.line
        if main == key:
            return f"{line}/{main}" if line.lower() in SPLITS else f"{main}/{line}"
        if not self.split or key.lower().startswith((f"{self.split.lower()}/", f"{self.split.lower()}_")):
            return key
        return f"{self.split}/{key}"


@dataclass(frozen=True)
class RunFolder:
    """One run: where it is, and its parts, that of its own folder first."""

    path: str
    parts: tuple[Part, ...]
    above: str | None = None  # the path of the run that it was one try of

    @property
    def said(self) -> tuple[str, ...]:
        """Return in words what was put together."""
        lines = sorted({part.line[0] for part in self.parts if part.line[0]})
        splits = [part.split for part in self.parts if part.split]
        of_lines = f"The lines of {', '.join(lines)} (add_scalars) are curves of this run." if lines else ""
        of_splits = f"{' and '.join(splits)}: taken as parts of this run, whose curves bear the folders' names."
        return tuple(text for text in (of_lines, of_splits if splits else "") if text)


@dataclass
class _Start:
    """What the beginning of a folder's files says."""

    tags: set[str] = field(default_factory=set)
    settings: bytes = b""  # as the HParams plug-in wrote them


def run_folders(source: Source, folders: Mapping[str, Sequence[Entry]]) -> list[RunFolder]:
    """Return the runs, sorted by their paths."""
    starts = {name: _start(source, entries) for name, entries in folders.items()}
    sessions, lines = _parts_of_pytorch(starts)
    parts: dict[str, list[Part]] = defaultdict(list)
    others = [name for name in folders if name not in sessions and name not in lines]
    for name in sorted(others):
        above, _, last = name.rpartition("/")
        is_split = last.lower() in SPLITS and _are_splits(above, others)
        entries = tuple(folders[name])
        parts[above if is_split else name].append(Part(entries, last if is_split else "", aside=last or "more"))
    for name, (above, line) in sorted(lines.items()):
        parts[_run_of(above, parts)].append(Part(tuple(folders[name]), line=line, aside=line[0]))
    tries: list[RunFolder] = []
    for above, names in _by_run(sessions).items():
        if len({starts[name].settings for name in names}) > 1:  # a search in one folder: each try is a run
            tries += [RunFolder(name, (Part(tuple(folders[name])),), above) for name in names]
        else:
            parts[_run_of(above, parts)] += [Part(tuple(folders[name])) for name in names]
    return sorted([RunFolder(path, tuple(found)) for path, found in parts.items()] + tries, key=lambda run: run.path)


def _parts_of_pytorch(starts: Mapping[str, _Start]) -> tuple[dict[str, str], dict[str, tuple[str, tuple[str, str]]]]:
    """Return `add_hparams` folders with their run, and `add_scalars` folders with their lines."""
    sessions: dict[str, str] = {}
    lines: dict[str, tuple[str, tuple[str, str]]] = {}
    for name, start in starts.items():
        for above in _above(name):
            rest = name[len(above) :].strip("/")
            if above not in starts:
                continue
            is_time = rest.replace(".", "", 1).isdigit()
            if start.settings and (is_time or EXPERIMENT in start.tags) and "/" not in rest:
                sessions[name] = above
            elif len(start.tags) == 1:
                (tag,) = start.tags
                prefix = tag.replace("/", "_") + "_"
                if rest.startswith(prefix) and len(rest) > len(prefix):
                    lines[name] = (above, (tag, rest[len(prefix) :]))
            break
    return sessions, lines


def _are_splits(above: str, names: Sequence[str]) -> bool:
    """Check whether all subfolders are splits; "test" beside runs is a run."""
    inside = [name[len(above) :].strip("/") for name in names if above == "" or name.startswith(f"{above}/")]
    kinds = {rest.partition("/")[0].lower() for rest in inside if rest}
    return kinds <= {*SPLITS} and (len(kinds) > 1 or above in names or kinds <= {*SPLITS[:2]})


def _run_of(above: str, parts: Mapping[str, object]) -> str:
    """Return the run of a folder: itself, or the parent folder's run."""
    return above if above in parts else above.rpartition("/")[0] if above.rpartition("/")[0] in parts else above


def _by_run(sessions: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, above in sorted(sessions.items()):
        found[above].append(name)
    return found


def _above(name: str) -> Iterator[str]:
    """Yield the folders above one, the nearest first; the source itself is ""."""
    while name:
        name = name.rpartition("/")[0]
        yield name


def _start(source: Source, entries: Sequence[Entry]) -> _Start:
    from google.protobuf.message import DecodeError

    found = _Start()
    for entry in sorted(entries, key=lambda entry: entry.name)[:_MOST_FILES]:
        try:
            for record in records(io.BytesIO(source.start(entry, LOOKED_AT)), entry.name):
                for value in messages()["Event"].FromString(record).summary.value:
                    found.tags.add(value.tag)
                    if value.tag == SESSION:
                        found.settings = value.metadata.plugin_data.content
        except (UnreadableEntry, DecodeError, UnicodeDecodeError):
            pass  # whoever reads all of it says so
        if found.tags:
            break
    return found
