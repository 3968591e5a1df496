"""Examples of an imported version, a few at a time, whatever its size."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.inspection_client import thumbnail
from core.data.rows import FEATURE, read_packed
from core.data.store.load_examples import SPLIT_NUMBERS
from core.data.store.version import Version
from core.data.tables.conversations.template import turns_in
from core.specs import SPLITS

LONGEST_SHOWN = 2_000  # characters of one example
HISTOGRAM_BINS = 30
LOOKED_AT = 200_000  # rows that a histogram is made of at most
PORTIONS = 20  # that they are taken from, evenly: the beginning of a sorted file says little of its end


@dataclass(frozen=True)
class BrowseItem:
    """One example as a page shows it."""

    position: int  # in the version
    text: str  # at most 2,000 characters; empty for pictures and tables
    label: str
    split: str
    name: str  # of a picture's file or a document
    values: dict[str, str] = field(default_factory=dict)  # of a table's row, the target included
    has_image: bool = False
    turns: tuple[tuple[str, str], ...] = ()  # of a conversation: who speaks and what is said


@dataclass(frozen=True)
class BrowsePage:
    """Some examples, and how many there are of their kind."""

    total: int
    items: tuple[BrowseItem, ...]


@dataclass(frozen=True)
class Histogram:
    """How often each range of values occurs."""

    title: str
    unit: str
    edges: tuple[float, ...]  # one more than counts
    counts: tuple[int, ...]
    middle: float  # the median
    smallest: float
    largest: float


def browse(
    version: Version, label: str, split: str, search: str, rows: tuple[int, ...], offset: int, limit: int
) -> BrowsePage:
    """Return the examples that fit; see `DatasetService.browse`."""
    table = version.rows
    fits = np.ones(table.num_rows, dtype=bool)
    if label:
        fits &= _mask(pc.equal(table.column("label"), label))
    if split:
        fits &= _mask(pc.equal(table.column("split"), SPLIT_NUMBERS.get(split, -1)))  # type: ignore[call-overload]
    if rows:
        fits &= np.isin(np.arange(table.num_rows), np.array(rows, dtype=np.int64))
    for word in search.split():
        fits &= _holds(table, word)
    positions = np.flatnonzero(fits)
    shown = positions[offset : offset + limit]
    found = taken(table, shown).to_pylist() if len(shown) else []
    are_turns = bool(version.manifest.facts.get("conversations"))
    items = tuple(_item(int(p), row, are_turns) for p, row in zip(shown, found, strict=True))
    return BrowsePage(len(positions), items)


def histograms(version: Version) -> list[Histogram]:
    """Return histograms of lengths and sizes; very large versions use 200,000 rows."""
    table = _spread(version.rows)
    names = table.column_names
    if "width" in names:
        sides = pc.min_element_wise(table.column("width"), table.column("height"))
        return [
            _histogram("Shorter side", "pixels", sides.to_numpy()),
            _histogram("File size", "kB", table.column("size_bytes").to_numpy() / 1000),
        ]
    if "text" in names:
        unit = "Length of the documents" if "name" in names else "Length of the texts"
        return [_histogram(unit, "characters", pc.utf8_length(table.column("text")).to_numpy())]
    numbers = [n for n in names if n == "target" or (n.startswith(FEATURE) and _is_number(table, n))]
    shown = [_histogram(n.removeprefix(FEATURE), "", table.column(n).drop_null().to_numpy()) for n in numbers[:12]]
    return [histogram for histogram in shown if sum(histogram.counts)]


def thumbnail_of(version: Version, position: int, largest: int) -> bytes:
    """Return a small copy of one picture.

    Raises:
        IndexError: There is no picture at this position.
    """
    table = version.rows
    if not 0 <= position < table.num_rows or "pack" not in table.column_names:
        raise IndexError(position)
    row = table.slice(position, 1).select(["pack", "offset", "size_bytes"]).to_pylist()[0]
    return thumbnail(read_packed(version.packs, row["pack"], row["offset"], row["size_bytes"]), largest)


def taken(table: pa.Table, positions: NDArray[np.int64]) -> pa.Table:
    """Return displayed rows, only the beginning of texts, since documents may have 250 MB."""
    if "text" not in table.column_names:
        return table.take(pa.array(positions))
    place, texts = table.column_names.index("text"), table.column("text")
    rows = table.drop_columns(["text"]).take(pa.array(positions))
    return rows.add_column(place, "text", [pa.array([_beginning(texts[int(p)]) for p in positions], texts.type)])


def _beginning(text: pa.LargeStringScalar) -> str | None:
    if (buffer := text.as_buffer()) is None:
        return None
    return bytes(buffer[: 4 * LONGEST_SHOWN]).decode("utf-8", "ignore")[:LONGEST_SHOWN]


def _mask(condition: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(pc.fill_null(condition, False).to_numpy(), dtype=bool)


def _holds(table: pa.Table, word: str) -> np.ndarray:
    columns = [n for n in table.column_names if pa.types.is_large_string(table.schema.field(n).type) and n != "label"]
    found = np.zeros(table.num_rows, dtype=bool)
    for name in columns:
        found |= _mask(pc.match_substring(table.column(name), word, ignore_case=True))
    return found


def _item(position: int, row: dict[str, object], are_turns: bool) -> BrowseItem:
    number, text = row.get("split"), str(row.get("text") or "")[:LONGEST_SHOWN]
    values = {n.removeprefix(FEATURE): _plain(v) for n, v in row.items() if n.startswith(FEATURE)}
    if "target" in row or values:
        values = {"target": _plain(row.get("target", row.get("label")))} | values
    return BrowseItem(
        position=position,
        text=text,
        label=str(row.get("label") or ""),
        split="" if number is None or int(str(number)) < 0 else SPLITS[int(str(number))],
        name=str(row.get("name") or ""),
        values=values,
        has_image="pack" in row,
        turns=tuple((turn.role, turn.text) for turn in turns_in(text)) if are_turns else (),
    )


def _plain(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:g}"
    return "" if value is None else str(value)


def _is_number(table: pa.Table, name: str) -> bool:
    return bool(pa.types.is_floating(table.schema.field(name).type))


def _spread(rows: pa.Table) -> pa.Table:
    if rows.num_rows <= LOOKED_AT:
        return rows
    begins = np.linspace(0, rows.num_rows - LOOKED_AT // PORTIONS, PORTIONS).astype(int)
    return pa.concat_tables([rows.slice(int(begin), LOOKED_AT // PORTIONS) for begin in begins])


def _histogram(title: str, unit: str, values: np.ndarray) -> Histogram:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Histogram(title, unit, (0.0, 1.0), (0,), 0.0, 0.0, 0.0)
    counts, edges = np.histogram(finite, bins=HISTOGRAM_BINS)
    return Histogram(
        title, unit, tuple(float(e) for e in edges), tuple(int(c) for c in counts), float(np.median(finite)),
        float(finite.min()), float(finite.max()),
    )  # fmt: skip
