"""Where rows stand in the later versions of a data set: on disk, through the library."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from core.data.imports.run_import import run_fix, run_import
from core.data.rows import read_rows, write_rows
from core.data.splits.split_record import FILE
from core.data.splits.splitting import assign_splits
from core.data.store.dataset_store import DatasetStore
from core.data.store.load_version import load_version
from core.data.store.version import CARD, ROWS, Version
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.imported import import_texts, reviews
from tests.data.silent import Silent

MORE = [(f"review number {n} of the {n * 7} things that came late", "ab"[n % 2]) for n in range(40)]


@pytest.fixture
def dataset_store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "datasets", tmp_path / "cache")


def sides(version: Version) -> dict[str, int]:
    rows = version.rows
    return dict(zip(rows.column("text").to_pylist(), rows.column("split").to_pylist(), strict=True))


def kept(old: dict[str, int], new: dict[str, int]) -> bool:
    return all(new[text] == side for text, side in old.items() if text in new)


def test_rows_that_are_added_move_nobody_and_are_divided_alike(dataset_store: DatasetStore, tmp_path: Path) -> None:
    import_texts(dataset_store, tmp_path / "1", reviews())
    before = sides(dataset_store.version("reviews"))
    info = import_texts(dataset_store, tmp_path / "2", MORE, add_to="reviews")
    after = sides(dataset_store.version("reviews"))
    assert kept(before, after)
    assert dict(info.split_sizes) == {"train": 72, "validation": 14, "test": 14}
    assert np.bincount([after[text] for text, _ in MORE]).tolist() == [28, 6, 6]


def test_the_same_file_with_a_tenth_more_keeps_everybody(dataset_store: DatasetStore, tmp_path: Path) -> None:
    import_texts(dataset_store, tmp_path / "1", reviews())
    before = sides(dataset_store.version("reviews"))
    import_texts(dataset_store, tmp_path / "2", [*MORE[:6], *reversed(reviews())])
    assert kept(before, sides(dataset_store.version("reviews")))
    assert "for good" in str(dataset_store.version("reviews").manifest.facts["splits"])


def test_a_mended_text_of_a_second_import_stands_where_it_stood(dataset_store: DatasetStore, tmp_path: Path) -> None:
    long = [
        (f"{text}, as I wrote to you on the phone number {n} last week", label)
        for n, (text, label) in enumerate(reviews())
    ]
    import_texts(dataset_store, tmp_path / "1", long)
    before = list(sides(dataset_store.version("reviews")).values())
    import_texts(dataset_store, tmp_path / "2", [(f"{text} again", label) for text, label in long])
    assert list(sides(dataset_store.version("reviews")).values()) == before


def test_a_row_that_was_removed_comes_back_to_its_part_on_any_way(dataset_store: DatasetStore, tmp_path: Path) -> None:
    first = import_texts(dataset_store, tmp_path / "1", reviews())
    before = sides(dataset_store.version("reviews"))
    dataset_store.revise("reviews", "", lambda old: old.rows.slice(20), "Removed twenty", Silent())
    import_texts(dataset_store, tmp_path / "2", [*reviews()[10:20], *MORE[:9]], add_to="reviews")
    assert kept(before, one := sides(dataset_store.version("reviews")))
    dataset_store.use("reviews", first.fingerprint)
    dataset_store.revise("reviews", "", lambda old: old.rows.slice(0, 40), "Removed others", Silent())
    import_texts(dataset_store, tmp_path / "3", MORE[5:12], add_to="reviews")  # a second version of one parent
    two = sides(dataset_store.version("reviews"))
    assert kept(before, two)
    assert kept(one, two)


def test_a_new_copy_joins_its_row_and_one_between_two_parts_is_set_aside(
    dataset_store: DatasetStore, tmp_path: Path
) -> None:
    words = [(" ".join(f"{place}word{n}" for place in range(12)), "ab"[n % 2]) for n in range(60)]
    import_texts(dataset_store, tmp_path / "1", words)
    before = sides(dataset_store.version("reviews"))
    train, test = (next(t for t, _ in words if before[t] == number) for number in (0, 2))
    import_texts(dataset_store, tmp_path / "2", [(f"{test.upper()}!", "a"), (f"{train} more", "b")], add_to="reviews")
    after = sides(dataset_store.version("reviews"))
    assert (after[f"{test.upper()}!"], after[f"{train} more"]) == (2, 0)

    def mended(old: Version) -> pa.Table:
        texts = [f"{test} too" if text == train else text for text in old.rows.column("text").to_pylist()]
        return old.rows.set_column(0, old.rows.schema.field(0), pa.array(texts, pa.large_string()))

    info = dataset_store.revise("reviews", "", mended, "Mended a text", Silent())
    found = dataset_store.version("reviews").findings
    assert sides(dataset_store.version("reviews"))[f"{test} too"] == -1
    assert [f.message for f in found if f.code == "set-aside"] == [
        "1 text is in no part of the data for now: nearly the same stands on another side of the split, or, since a "
        "change, the date lies beyond a border."
    ]
    assert sum(info.split_sizes.values()) == info.examples - 1 == 61
    loaded = load_version(dataset_store.find("reviews"))
    assert sum(len(part) for part in loaded.examples.values()) == 61

    def mended_again(old: Version) -> pa.Table:
        texts = [train if text == f"{test} too" else text for text in old.rows.column("text").to_pylist()]
        return old.rows.set_column(0, old.rows.schema.field(0), pa.array(texts, pa.large_string()))

    dataset_store.revise("reviews", "", mended_again, "Mended it again", Silent())
    assert sides(dataset_store.version("reviews"))[train] == 0


def test_no_part_may_be_emptied(dataset_store: DatasetStore, tmp_path: Path) -> None:
    import_texts(dataset_store, tmp_path / "1", reviews())

    def without_test(old: Version) -> pa.Table:
        return old.rows.filter(pa.array([side != 2 for side in old.rows.column("split").to_pylist()]))

    with pytest.raises(DataError, match="No row for test would be left: rows keep their part for good"):
        dataset_store.revise("reviews", "", without_test, "Removed the test", Silent())


def test_the_source_has_the_last_word_on_its_own_parts(dataset_store: DatasetStore, tmp_path: Path) -> None:
    import_texts(dataset_store, tmp_path / "1", reviews())
    parts = ["train", "train", "train", "validation", "test"] * 12
    rows = [(text, label, part) for (text, label), part in zip(reviews(), parts, strict=True)]
    info = import_texts(dataset_store, tmp_path / "2", rows)
    assert dict(info.split_sizes) == {"train": 36, "validation": 12, "test": 12}


def as_of_old(dataset_store: DatasetStore, name: str) -> None:
    """Make a data set what it was before there were salts: each version divided by its own fingerprint."""
    folder = dataset_store.folder / name
    (folder / FILE).unlink()
    card = json.loads((folder / CARD).read_text())
    del card["salt"]
    (folder / CARD).write_text(json.dumps(card))
    for info in dataset_store.versions(name):
        file = folder / "versions" / info.fingerprint[:16] / ROWS
        rows = read_rows(file)
        keys = np.array([f"{number:08}" for number in rows.column("source").to_pylist()], dtype="S8")
        targets = np.array([info.labels.index(label) for label in rows.column("label").to_pylist()])
        split = pa.array(assign_splits(keys, targets, rows.column("given"), info.fingerprint), pa.int8())
        place = rows.column_names.index("split")
        old = pa.table(rows.set_column(place, rows.schema.field(place), split).to_pydict(), rows.schema)
        write_rows(file, old)


def test_versions_of_old_stay_as_they_are_and_their_next_ones_keep_their_rows(
    dataset_store: DatasetStore, tmp_path: Path
) -> None:
    first = import_texts(dataset_store, tmp_path / "1", reviews())
    second = import_texts(dataset_store, tmp_path / "2", reviews()[5:])
    as_of_old(dataset_store, "reviews")
    drawn = [sides(dataset_store.version("reviews", info.fingerprint)) for info in (first, second)]
    assert (first.fingerprint[:16], second.fingerprint[:16]) == ("1894e7d68593af2c", "1384cbfbd104b8b4")
    in_test = [[n for n, side in enumerate(drawn[k].values()) if side == 2] for k in (0, 1)]
    assert in_test == [[1, 10, 12, 14, 47, 51, 54, 57], [0, 12, 21, 23, 32, 36, 46, 54]]
    assert not kept(drawn[0], drawn[1])  # that was the fault
    import_texts(dataset_store, tmp_path / "3", MORE[:10], add_to="reviews")
    assert kept(drawn[1], sides(dataset_store.version("reviews")))
    assert sides(dataset_store.version("reviews", first.fingerprint)) == drawn[0]
    assert dataset_store.card("reviews").salt == first.fingerprint


# --- tables ---


def prices(file: Path, rows: Sequence[tuple[object, ...]], names: str = "size,rooms,town,price") -> Path:
    file.write_text("\n".join([names, *(",".join(map(str, row)) for row in rows)]))
    return file


HOUSES: list[tuple[object, ...]] = [
    (n * 7919 % 1009 / 4, n % 5 + 1, f"town {n % 7}", 1000 * n + n * n % 977) for n in range(120)
]


def table_sides(dataset_store: DatasetStore) -> dict[float, int]:
    rows = dataset_store.version("houses").rows
    return dict(zip(rows.column("target").to_pylist(), rows.column("split").to_pylist(), strict=True))


@pytest.mark.parametrize("change", ["a cell", "a name", "a column more", "a column less", "the target", "more rows"])
def test_a_table_that_is_imported_again_keeps_its_rows(
    dataset_store: DatasetStore, tmp_path: Path, change: str
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    options = ImportOptions(task="tabular-regression", target_column="price", name="houses")
    run_import(dataset_store, prices(tmp_path / "houses.csv", HOUSES), options, Silent(), tmp_path / "draft")
    before = table_sides(dataset_store)
    names, rows = "size,rooms,town,price", list(HOUSES)
    if change == "a cell":
        rows = [(*row[:2], "another town" if n % 3 else row[2], row[3]) for n, row in enumerate(rows)]
    elif change == "a name":
        names = "size,rooms,city,price"
    elif change == "a column more":
        names, rows = "floor,size,rooms,town,price", [(n % 9, *row) for n, row in enumerate(rows)]
    elif change == "a column less":
        names, rows = "size,rooms,price", [(*row[:2], row[3]) for row in rows]
    elif change == "the target":
        rows = [(*row[:3], float(str(row[3])) + 0.5) for row in rows]
    else:
        rows = [*rows, *((700 + n, n % 4, "new town", 5_000_000 + 77 * n) for n in range(12))]
    run_import(dataset_store, prices(folder / "houses.csv", rows, names), options, Silent(), tmp_path / "draft")
    after = table_sides(dataset_store)
    moved = [price for price in before if after[price + 0.5 * (change == "the target")] != before[price]]
    assert moved == []
    assert len(dataset_store.versions("houses")) == 2


def test_later_rows_are_for_the_test_where_time_divides(dataset_store: DatasetStore, tmp_path: Path) -> None:
    days = [(f"2024-{1 + n // 28:02}-{1 + n % 28:02}", n * 7919 % 1009 / 4, 10 * n + n * n % 7) for n in range(140)]
    later = [(f"2024-11-{1 + n:02}", n * 31 % 1009 / 4, 4000 + n) for n in range(20)]
    options = ImportOptions(task="tabular-regression", target_column="price", name="houses")
    names = "day,size,price"
    run_import(dataset_store, prices(tmp_path / "a.csv", days, names), options, Silent(), tmp_path / "draft")
    before = table_sides(dataset_store)
    mixed = [*later[::-1], *days[::-1]]  # not in order any more, and still by time, as nobody says otherwise
    info = run_import(dataset_store, prices(tmp_path / "b.csv", mixed, names), options, Silent(), tmp_path / "draft")
    after = table_sides(dataset_store)
    assert after.items() >= before.items()
    assert {after[4000.0 + n] for n in range(20)} == {2}
    assert dict(info.split_sizes) == {"train": 98, "validation": 21, "test": 41}
    facts = dataset_store.version("houses").manifest.facts
    assert "one that is added stands where its date says, so that later ones are all for the test" in facts["splits"]

    def moved(old: Version) -> pa.Table:
        rows = old.rows.to_pydict()
        at = rows["split"].index(0)
        rows["feature:day"][at] = rows["feature:day"][rows["split"].index(2)]
        return pa.table(rows, old.rows.schema)

    dataset_store.revise("houses", "", moved, "Mended a day", Silent())
    rows = dataset_store.version("houses").rows
    assert rows.column("split").to_pylist().count(-1) == 1  # it would be learnt from what comes after the test begins


def test_a_class_without_rows_in_a_part_is_found(dataset_store: DatasetStore, tmp_path: Path) -> None:
    import_texts(dataset_store, tmp_path / "1", reviews())

    def relabelled(old: Version) -> pa.Table:
        labels, split = old.rows.column("label").to_pylist(), old.rows.column("split").to_pylist()
        chosen = [n for n, side in enumerate(split) if side == 0][:4]
        changed = ["odd" if n in chosen else label for n, label in enumerate(labels)]
        return old.rows.set_column(1, old.rows.schema.field(1), pa.array(changed, pa.large_string()))

    dataset_store.revise("reviews", "", relabelled, "Four of another class", Silent())
    found = {finding.code: finding for finding in dataset_store.version("reviews").findings}["class-missing-in-part"]
    assert found.severity == "warning"
    assert found.message == "No row for one of the parts has: 'odd' (validation and test)."


def test_rows_of_a_table_on_both_given_sides_are_found_and_taken_out(
    dataset_store: DatasetStore, tmp_path: Path
) -> None:
    parts = ["train", "train", "train", "validation", "test"]
    rows = [(*row, parts[n % 5]) for n, row in enumerate(HOUSES)]
    rows += [(*row[:4], "train") for row in rows if row[4] == "test"][:6]
    options = ImportOptions(task="tabular-regression", target_column="price", name="houses")
    file = prices(tmp_path / "houses.csv", rows, "size,rooms,town,price,split")
    run_import(dataset_store, file, options, Silent(), tmp_path / "draft")
    found = {finding.code: finding for finding in dataset_store.version("houses").findings}["leakage"]
    assert (found.severity, found.count) == ("error", 6)
    assert found.message == "6 rows given for training are also given for validation or test."
    fixed = run_fix(dataset_store, "houses", "leakage", "", Silent())
    assert dict(fixed.split_sizes) == {"train": 72, "validation": 24, "test": 24}


def test_a_picture_that_is_nearly_one_of_the_test_goes_there(dataset_store: DatasetStore, tmp_path: Path) -> None:
    shots, more = tmp_path / "shots", tmp_path / "more"
    for n in range(40):
        noise = np.random.default_rng(n).integers(0, 255, (8, 8, 3), dtype=np.uint8)
        image = Image.fromarray(noise).resize((64, 64), Image.Resampling.BICUBIC)
        for folder in (shots / ("cat", "dog")[n % 2], more / ("cat", "dog")[n % 2]):
            folder.mkdir(parents=True, exist_ok=True)
        image.save(shots / ("cat", "dog")[n % 2] / f"{n}.png")
        image.save(more / ("cat", "dog")[n % 2] / f"again {n}.jpg", quality=60)
    run_import(dataset_store, shots, ImportOptions(name="shots"), Silent(), tmp_path / "draft")
    run_import(dataset_store, more, ImportOptions(add_to="shots"), Silent(), tmp_path / "draft")
    rows = dataset_store.version("shots").rows
    sides: dict[str, set[int]] = {}
    for name, side in zip(rows.column("name").to_pylist(), rows.column("split").to_pylist(), strict=True):
        sides.setdefault(Path(name).stem.removeprefix("again "), set()).add(side)
    assert len(sides) == 40
    assert all(len(found) == 1 for found in sides.values())


def test_rows_of_a_table_that_become_alike_are_copies_only_with_the_same_target(
    dataset_store: DatasetStore, tmp_path: Path
) -> None:
    rows = [(f"id{n:04}", n * 7919 % 41 / 4, "ab"[n % 2], 3 * n + n * n % 7) for n in range(160)]
    options = ImportOptions(task="tabular-regression", target_column="price", name="houses", used_columns=("code",))
    file = prices(tmp_path / "houses.csv", rows, "code,size,kind,price")
    run_import(dataset_store, file, options, Silent(), tmp_path / "draft")
    before = table_sides(dataset_store)
    fixed = run_fix(dataset_store, "houses", "identifier-columns", "", Silent())
    assert sum(fixed.split_sizes.values()) == 160  # 82 different ones are left, but for what they cost
    assert table_sides(dataset_store) == before

    def mended(old: Version) -> pa.Table:
        found = old.rows.to_pydict()
        train, test = (found["split"].index(number) for number in (0, 2))
        for name in ("target", "feature:size", "feature:kind", "unused"):
            found[name][train] = found[name][test]
        return pa.table(found, old.rows.schema)

    again = dataset_store.revise("houses", "", mended, "Mended a row", Silent())
    assert sum(again.split_sizes.values()) == 159
