"""From a version's rows to examples that a model can be trained on."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.array_cache import cached_arrays
from core.data.images.background import GROUNDS
from core.data.images.decoding import WHITE
from core.data.images.loading import load_images
from core.data.rows import FEATURE, KIND, ORDER
from core.data.splits.document_splits import FACT, TextDivision, divide_text
from core.data.splits.first_document_rule import divide_documents
from core.data.store.manifest import Manifest
from core.data.task_kinds import DOCUMENTS, IMAGES
from core.specs import ORDERS, SPLITS, DatasetVersion, Examples, Inputs, LoadedDataset, SplitName

if TYPE_CHECKING:
    import pandas as pd

SPLIT_NUMBERS: dict[SplitName, int] = {"train": 0, "validation": 1, "test": 2}
CACHED_NAME = "pictures"


def load_examples(
    rows: pa.Table, manifest: Manifest, packs: Path, cache_folder: Path, licence: str, source: str
) -> LoadedDataset:
    """Return a version's examples in their three parts.

    Raises:
        DataError: There is too little text to divide.
    """
    info = manifest.info
    version = DatasetVersion(
        name=info.name,
        fingerprint=info.fingerprint,
        task=info.task,
        labels=info.labels,
        split_sizes=info.split_sizes,
        duplicate_count=manifest.duplicate_count,
        licence=licence,
        source=source,
    )
    if DOCUMENTS.fits(info.task):
        return LoadedDataset(version, divided_documents(rows, manifest, cache_folder))
    everything = Examples(_inputs(rows, manifest, packs, cache_folder), targets_of(rows, info.labels), info.labels)
    split = rows.column("split").to_numpy()
    places = {name: np.flatnonzero(split == number) for name, number in SPLIT_NUMBERS.items()}
    parts = {name: everything.select(at) for name, at in places.items()}
    ground = GROUNDS.get(str(manifest.facts.get("ground")), WHITE)
    return LoadedDataset(version, parts, ground, _units(manifest), clusters=_clusters(rows, places))


def _clusters(rows: pa.Table, places: Mapping[SplitName, NDArray[np.int64]]) -> dict[SplitName, NDArray[np.int64]]:
    """Return each split's duplicate and group clusters; none for versions that lack them."""
    if "cluster" not in rows.column_names:
        return {}
    cluster = np.asarray(rows.column("cluster").to_numpy(), dtype=np.int64)
    return {name: cluster[at] for name, at in places.items()}


def _units(manifest: Manifest) -> dict[str, str]:
    """Return the units of a table's columns of numbers that have one."""
    columns = manifest.facts.get("columns") or []
    return {str(c["name"]): str(c["unit"]) for c in columns if isinstance(c, dict) and c.get("unit")}


def divided_documents(rows: pa.Table, manifest: Manifest, cache_folder: Path) -> dict[SplitName, Examples]:
    """Return the documents of each split, by the rule of the version's time."""
    fingerprint, facts = manifest.info.fingerprint, manifest.facts
    if FACT in facts:
        return text_division(rows, facts, cache_folder / "divided" / f"{fingerprint[:24]}-{facts[FACT]['rule']}").parts
    nothing = np.zeros(0, dtype=np.int64)
    texts, given = rows.column("text"), rows.column("given")
    if all(pc.any(pc.equal(given, name)).as_py() for name in SPLITS):
        return {n: Examples(tuple(texts.filter(pc.equal(given, n)).to_pylist()), nothing) for n in SPLITS}
    parts, _ = divide_documents(tuple(texts.to_pylist()), fingerprint, whole=bool(facts.get("conversations")))
    return {name: Examples(parts[name], nothing) for name in SPLITS}


def text_division(rows: pa.Table, facts: Mapping[str, Any], cache: Path | None = None) -> TextDivision:
    """Return the documents of a version in three parts, by today's rule.

    Args:
        rows: Documents, and the splits that the source gives them.
        facts: Say whether they are conversations.
        cache: Where the pieces are kept.

    Raises:
        DataError: There is too little text.
    """
    texts, given = rows.column("text").to_pylist(), rows.column("given").to_pylist()
    return divide_text(tuple(texts), given, whole=bool(facts.get("conversations")), cache=cache)


def targets_of(rows: pa.Table, labels: tuple[str, ...]) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return each row's class index in the labels, or its numeric target, (N,)."""
    if "target" in rows.column_names:
        return np.asarray(rows.column("target").to_numpy(), dtype=np.float64)
    if not labels:
        return np.zeros(0, dtype=np.int64)
    found = pc.index_in(rows.column("label"), pa.array(labels, pa.large_string()))
    return np.asarray(found.to_numpy(), dtype=np.int64)


def table_of(rows: pa.Table) -> "pd.DataFrame":
    """Return the user's columns, with the types that `core.preprocessing.columns` uses for contents."""
    import pandas as pd

    columns: dict[str, object] = {}
    orders: dict[str, str] = {}
    for field in rows.schema:
        if not field.name.startswith(FEATURE):
            continue
        name, column, said = field.name.removeprefix(FEATURE), rows.column(field.name), field.metadata or {}
        if pa.types.is_floating(column.type):
            columns[name] = column.to_numpy()
        elif pa.types.is_timestamp(column.type):
            columns[name] = column.to_numpy().astype("datetime64[s]")
            orders[name] = said.get(ORDER, b"").decode()
        elif pa.types.is_time(column.type):
            columns[name] = pd.Series(column.cast(pa.int32()).to_pandas(), dtype="Int64").astype("timedelta64[s]")
        elif said.get(KIND) == b"text":
            columns[name] = pd.array(column.to_pylist(), dtype="string")
        else:
            columns[name] = np.array(column.to_pylist(), dtype=object)
    table = pd.DataFrame(columns, index=range(rows.num_rows))
    table.attrs[ORDERS] = orders
    return table


def _inputs(rows: pa.Table, manifest: Manifest, packs: Path, cache_folder: Path) -> Inputs:
    if IMAGES.fits(manifest.info.task):
        size, channels = manifest.picture_size, manifest.channels
        folder = cache_folder / "decoded" / f"{manifest.info.fingerprint[:24]}-{size}-{channels}"
        arrays = cached_arrays(folder, lambda: {CACHED_NAME: load_images(rows, packs, size, channels)})
        return np.asarray(arrays[CACHED_NAME])
    if "text" in rows.column_names:
        return tuple(rows.column("text").to_pylist())
    return table_of(rows)
