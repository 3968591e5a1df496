from pathlib import Path

from core.data.imports.run_import import run_fix, run_import
from core.data.store.dataset_store import DatasetStore
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import pack, png
from tests.data.silent import Silent


def imported(tmp_path: Path, counts: dict[str, int], **options: object) -> tuple[DatasetStore, str]:
    """Import pictures, so many in each folder."""
    seeds = iter(range(10_000))
    files = {f"{folder}/{i}.png": png(next(seeds)) for folder, count in counts.items() for i in range(count)}
    dataset_store = DatasetStore(tmp_path / "sets", tmp_path / "cache")
    source = pack(tmp_path / "shapes.zip", files)
    chosen = ImportOptions.model_validate(options)
    return dataset_store, run_import(dataset_store, source, chosen, Silent(), tmp_path / "draft").name


SPLIT = {"Train/Circle": 20, "Train/Square": 20, "Train/Star": 12, "Test/circle": 8, "Test/square": 8}


def test_a_class_only_in_the_test_part_is_named_and_can_be_divided_anew(tmp_path: Path) -> None:
    dataset_store, name = imported(tmp_path, SPLIT | {"Test/triangle": 6})
    found = {finding.code: finding for finding in dataset_store.version(name).findings}
    unseen = found["unseen-classes"]
    assert unseen.severity == "error"
    assert "'triangle' is missing in training" in unseen.message
    assert unseen.examples == ("triangle: 6, none of them for training",)
    assert len(unseen.rows) == 6
    assert found["untested-classes"].message == "'Star' is missing in the source's test part."
    made = run_fix(dataset_store, name, "unseen-classes", "", Silent())
    after = dataset_store.version(name)
    assert {"unseen-classes", "untested-classes"}.isdisjoint(finding.code for finding in after.findings)
    rows = after.rows.select(["label", "split"]).to_pylist()
    assert {row["split"] for row in rows if row["label"] == "triangle"} == {0, 1, 2}
    assert made.examples == 74


def test_the_source_s_parts_can_be_left_aside_from_the_beginning(tmp_path: Path) -> None:
    dataset_store, name = imported(tmp_path, SPLIT, divide_anew=True)
    assert not any(finding.code.endswith("ed-classes") for finding in dataset_store.version(name).findings)
    assert dataset_store.version(name).manifest.facts["splits"].startswith("Drawn by Touchstone")


def test_parts_with_the_same_classes_are_no_finding(tmp_path: Path) -> None:
    dataset_store, name = imported(tmp_path, {k: v for k, v in SPLIT.items() if "Star" not in k})
    assert not any(finding.code.endswith("ed-classes") for finding in dataset_store.version(name).findings)
