import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.imports.run_import import preview_source
from core.data.readers import image_columns
from core.data.readers.image_parquet import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import png
from tests.data.images.taking import take

FEATURES = {"image": {"_type": "Image"}, "label": {"names": ["circle", "square"], "_type": "ClassLabel"}}


def table(count: int, begin: int = 0, **more: list[Any]) -> pa.Table:
    """Pictures as Hugging Face keeps them."""
    images = [{"bytes": png(begin + i, (12, 12)), "path": f"dir/{begin + i}.png"} for i in range(count)]
    named = {b"huggingface": json.dumps({"info": {"features": FEATURES}}).encode()}
    return pa.table({"image": images, "label": [i % 2 for i in range(count)], **more}).replace_schema_metadata(named)


def packed(found: pa.Table) -> bytes:
    pq.write_table(found, file := io.BytesIO())
    return file.getvalue()


def test_a_column_of_pictures_with_named_classes(tmp_path: Path) -> None:
    (source := tmp_path / "train.parquet").write_bytes(packed(table(6, note=["x"] * 6)))
    assert find_reader(source).name == "picture-parquet"
    taken = take(READER, source, tmp_path)
    assert taken.preview.classes == {"circle": 3, "square": 3}
    assert taken.seen == [(f"{i}.png", ("circle", "square")[i % 2], "") for i in range(6)]
    assert taken.content(2) == png(2, (12, 12))
    assert taken.staged.labels == ("circle", "square")
    lines = {guess.about: (guess.value, guess.option) for guess in taken.preview.guesses}
    assert lines["Label column"] == ("label", "--label-column NAME")
    assert lines["Not used"] == ("'note'", "")


def test_files_for_each_split_belong_together(tmp_path: Path) -> None:
    source = tmp_path / "set.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("data/test-00000-of-00001.parquet", packed(table(2, 90)))
        archive.writestr("data/train-00000-of-00002.parquet", packed(table(4)))
        archive.writestr("data/train-00001-of-00002.parquet", packed(table(4, 10)))
        archive.writestr("README.md", "---\nlicense: mit\n---\n")
    taken = take(READER, source, tmp_path)
    assert [row["given"] for row in taken.rows] == ["test"] * 2 + ["train"] * 8
    assert taken.preview.rows == 10


@pytest.mark.parametrize("kind", ["bytes", "words", "split"])
def test_other_shapes_of_the_columns(tmp_path: Path, kind: str) -> None:
    columns: dict[str, list[Any]] = {"img": [png(i, (12, 12)) for i in range(8)]}
    if kind == "split":
        columns["split"] = ["train"] * 4 + ["valid", "valid", "test", "test"]
    columns["animal"] = ["cat", "dog"] * 4
    (source := tmp_path / "a.parquet").write_bytes(packed(pa.table(columns)))
    taken = take(READER, source, tmp_path)
    assert taken.preview.classes == {"cat": 4, "dog": 4}
    assert taken.preview.options.label_column == "animal"
    given = ["train"] * 4 + ["validation"] * 2 + ["test"] * 2 if kind == "split" else [""] * 8
    assert [row["given"] for row in taken.rows] == given


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    found = table(5).to_pydict()
    found["image"][1] = {"bytes": b"\x89PNG broken", "path": "b.png"}
    found["image"][2] = {"bytes": None, "path": "/etc/passwd"}
    found["label"][4] = None
    (source := tmp_path / "a.parquet").write_bytes(packed(pa.table(found)))
    taken = take(READER, source, tmp_path)
    assert {code: f.count for code, f in taken.findings.items()} == {"unreadable-files": 2, "unlabelled-pictures": 1}
    (source := tmp_path / "b.parquet").write_bytes(packed(pa.table({"image": found["image"]})))
    with pytest.raises(DataError, match="no column says what they show"):
        preview_source(source, ImportOptions())


def test_tables_without_pictures_stay_tables(tmp_path: Path) -> None:
    (source := tmp_path / "a.parquet").write_bytes(packed(pa.table({"code": [b"ab", b"cd"], "y": [1, 2]})))
    assert find_reader(source).name == "parquet"


def test_one_picture_over_and_over_is_refused_before_it_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_columns, "MOST_SURE_CHARACTERS", 20_000_000)
    image = png(1, (300, 300))  # 270 kB
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array([image]))
    pq.write_table(pa.table({"image": column, "label": [0, 1] * 50_000}), source := tmp_path / "a.parquet")
    assert source.stat().st_size < 2_000_000
    with pytest.raises(DataError, match="over and over"):
        take(READER, source, tmp_path)
