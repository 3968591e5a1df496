"""Rows of one customer, patient or folder: all on one side, in every version."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data.imports.run_import import preview_source, run_import
from core.data.store.dataset_store import DatasetStore
from core.data.store.load_version import load_version
from core.errors import DataError
from core.specs.dataset_types import ImportOptions, VersionInfo
from tests.data.silent import Silent
from tests.data.tables.taken import write_csv

HEAD = ("text", "label", "customer")
WORDS = ["parcel", "support", "screen", "price", "refund", "invoice", "driver", "keyboard", "manual", "app"]


def said(n: int) -> str:
    return " ".join(f"{WORDS[(n * k + k) % 10]}{n % (k + 7)}" for k in range(1, 9)) + f" number {n}"


ROWS = [(said(n), ("good", "bad")[n * 7 % 5 % 2], f"c{n % 40}") for n in range(240)]


@pytest.fixture
def dataset_store(tmp_path: Path) -> DatasetStore:
    return DatasetStore(tmp_path / "datasets", tmp_path / "cache")


def bring(
    dataset_store: DatasetStore, rows: list[tuple[Any, ...]], head: tuple[str, ...] = HEAD, **options: Any
) -> VersionInfo:
    file = write_csv(dataset_store.folder.parent / "letters.csv", head, *rows)
    asked = ImportOptions(**options)
    return run_import(dataset_store, file, asked, Silent(), dataset_store.folder.parent / "draft")


def sides(dataset_store: DatasetStore, name: str = "letters") -> dict[str, set[int]]:
    rows, found = dataset_store.version(name).rows, dict[str, set[int]]()
    for group, side in zip(rows.column("group").to_pylist(), rows.column("split").to_pylist(), strict=True):
        found.setdefault(group, set()).add(side)
    return found


def test_a_group_is_on_one_side_and_stays_there(dataset_store: DatasetStore) -> None:
    info = bring(dataset_store, ROWS, group_column="customer")
    before = sides(dataset_store)
    assert len(before) == 40
    assert all(len(found) == 1 for found in before.values())
    assert 24 <= info.split_sizes["test"] <= 36
    tested = load_version(dataset_store.find("letters")).clusters["test"]  # the units that intervals draw
    assert len(np.unique(tested)) == sum(2 in found for found in before.values())
    facts = dataset_store.version("letters").manifest.facts
    groups = f"40 groups. The test is of {len(np.unique(tested))} of them, too few to say how sure a score is."
    assert f"All rows with the same 'customer' are on one side: {groups}" in facts["splits"]
    assert facts["columns"][-1] == {"name": "customer", "kind": "category", "role": "group"}
    more = [(said(n), "good", f"c{n % 50}") for n in range(300, 360)]
    bring(dataset_store, [*ROWS, *more])  # the column is remembered
    assert sides(dataset_store).items() >= before.items()
    bring(dataset_store, more[:7], add_to="letters")
    assert sides(dataset_store).items() >= before.items()
    assert all(len(found) == 1 for found in sides(dataset_store).values())


def test_a_group_column_is_offered_and_never_just_taken(dataset_store: DatasetStore, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "letters.csv", HEAD, *ROWS)
    preview = preview_source(file, ImportOptions())
    offered = next(guess for guess in preview.guesses if guess.about == "Groups")
    assert (offered.value, offered.option) == ("none", "--group customer")
    assert offered.why.startswith("'customer' may name some: 40 values in 240 rows.")
    assert preview.options.group_column == ""
    chosen = preview_source(file, ImportOptions(group_column="customer"))
    assert [column.role for column in chosen.columns] == ["text", "label", "group"]
    assert not [guess for guess in chosen.guesses if guess.about in ("Groups", "Split")]


@pytest.mark.parametrize(
    ("values", "is_offered"),
    [
        ([f"visitor {n % 30}" for n in range(120)], False),  # nobody calls it so
        ([str(n) for n in range(120)], False),  # a value of its own in each row
        ([f"{n % 2}" for n in range(120)], False),  # two of them
        ([str(1000 + n % 30) for n in range(120)], True),
        (["" if n % 4 else f"{n % 30}" for n in range(360)], True),
    ],
)
def test_what_looks_like_a_group(tmp_path: Path, values: list[str], is_offered: bool) -> None:
    name = "kind" if values[0].startswith("visitor") else "PatientID"
    rows = [(f"{n * 7919 % 1009 / 8}", value, f"{n * 31 % 97 + n / 16}") for n, value in enumerate(values)]
    preview = preview_source(write_csv(tmp_path / "doses.csv", ("dose", name, "price"), *rows), ImportOptions())
    assert preview.options.task == "tabular-regression"
    assert bool([guess for guess in preview.guesses if guess.about == "Groups"]) == is_offered


def test_of_a_table_the_group_is_no_feature(dataset_store: DatasetStore) -> None:
    rows = [(n * 7919 % 1009 / 8, f"p{n % 30}", n * 31 % 97 + n / 16) for n in range(150)]
    options = {"group_column": "patient", "name": "doses", "task": "tabular-regression", "target_column": "price"}
    bring(dataset_store, rows, ("dose", "patient", "price"), **options)
    assert "feature:patient" not in dataset_store.version("doses").rows.column_names
    assert all(len(found) == 1 for found in sides(dataset_store, "doses").values())
    bring(dataset_store, rows, ("dose", "patient", "price"), **options | {"used_columns": ("patient",), "name": "with"})
    assert "feature:patient" in dataset_store.version("with").rows.column_names


def test_rows_without_a_group_stand_by_themselves(dataset_store: DatasetStore) -> None:
    info = bring(
        dataset_store, [(*row[:2], row[2] if n % 2 else "") for n, row in enumerate(ROWS)], group_column="customer"
    )
    assert "20 groups; 120 without a value are groups by themselves" in str(
        dataset_store.version("letters").manifest.facts["splits"]
    )
    assert dict(info.split_sizes) == {"train": 168, "validation": 36, "test": 36}


def test_copies_that_would_tie_all_groups_together_are_set_aside_in_training(dataset_store: DatasetStore) -> None:
    said_often = "thank you very much for all of it"
    rows = [(row[0] if n * 7 % 11 else said_often, *row[1:]) for n, row in enumerate(ROWS)]
    bring(dataset_store, rows, group_column="customer")
    version = dataset_store.version("letters")
    split = np.array(version.rows.column("split").to_pylist())
    thanks = np.arange(240) * 7 % 11 == 0
    assert set(split[thanks].tolist()) == {2, -1, -2}
    assert (split[~thanks] >= 0).all()
    assert [f.count for f in version.findings if f.code == "set-aside"] == [int((split < 0).sum())]


def changed(value: str | None = None, keep: int = 3) -> list[tuple[Any, ...]]:
    return [(*row[:2], value if value is not None else row[2])[:keep] for row in ROWS]


@pytest.mark.parametrize(
    ("rows", "options", "sentence"),
    [
        (changed("x"), {}, "names one group only, 'x', and all rows of a group are on one side"),
        ([(*row[:2], "xy"[n % 2]) for n, row in enumerate(ROWS)], {}, "names 2 groups only"),
        (changed(""), {}, "'customer' names no group: nothing stands in it"),
        ([(*row[:2], f"{n}x") for n, row in enumerate(ROWS)], {}, "names each row by itself"),
        ([(*row[:2], f"{row[1]}{n % 2}") for n, row in enumerate(ROWS)], {}, "No label has rows of three groups"),
        (ROWS, {"group_column": "patient"}, "has no column 'patient', by which rows of one group are kept on one side"),
        (ROWS, {"label_column": "customer"}, "cannot name the groups and be the label"),
        (ROWS, {"task": "text-generation"}, "a model that writes learns whole documents"),
    ],
)
def test_groups_that_cannot_be_are_a_sentence(
    dataset_store: DatasetStore, rows: list[tuple[Any, ...]], options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        bring(dataset_store, rows, **{"group_column": "customer", **options})


def test_what_is_added_must_have_the_groups_of_the_others(dataset_store: DatasetStore) -> None:
    bring(dataset_store, ROWS, group_column="customer")
    with pytest.raises(DataError, match="has no column 'customer', by which"):
        bring(dataset_store, [row[:2] for row in ROWS[:9]], HEAD[:2], add_to="letters")
    bring(dataset_store, ROWS, name="plain")
    with pytest.raises(DataError, match="'plain' has no groups, so none can be added"):
        bring(dataset_store, ROWS[:9], add_to="plain", group_column="customer")


def test_groups_that_come_later_divide_everything_anew(dataset_store: DatasetStore) -> None:
    bring(dataset_store, ROWS)
    bring(dataset_store, ROWS, group_column="customer")
    assert all(len(found) == 1 for found in sides(dataset_store).values())
    assert len(dataset_store.versions("letters")) == 2


def test_pictures_of_one_folder_stay_together(dataset_store: DatasetStore, tmp_path: Path) -> None:
    for n in range(72):
        folder = tmp_path / "shots" / ("cat", "dog")[n % 2] / f"session {n // 6}"
        folder.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(n).integers(0, 255, (24, 24, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"{n}.png")
    options = ImportOptions(group_column="folder", layout="upper-folder")
    run_import(dataset_store, tmp_path / "shots", options, Silent(), tmp_path / "draft")
    found = sides(dataset_store, "shots")
    assert len(found) == 12
    assert all(len(side) == 1 for side in found.values())
    with pytest.raises(DataError, match="by the folder that they are in"):
        preview_source(tmp_path / "shots", ImportOptions(group_column="session"))
