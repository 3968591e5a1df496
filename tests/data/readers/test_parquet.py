"""Parquet comes in with its types as texts, its missing values as nothing, and its label names as labels."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from core.errors import DataError
from tests.data.tables.taken import preview, take

TEXTS = ["arrived early, works well", "broke\nafter a day", 'it is "fine", really'] * 4
LABELS = ["good", "bad", "good"] * 4


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    parquet.write_table(table, path, **options)
    return path


def test_texts_with_labels_come_in_row_group_by_row_group(tmp_path: Path) -> None:
    file = write(tmp_path / "reviews.parquet", {"text": TEXTS, "label": LABELS}, row_group_size=5)
    taken = take(file)
    assert taken.pairs == list(zip(TEXTS, LABELS, strict=True))
    assert [row["source"] for row in taken.rows] == list(range(1, 13))


def test_the_names_that_a_hub_set_gives_its_labels_are_the_labels(tmp_path: Path) -> None:
    features = {"info": {"features": {"label": {"names": ["bad", "good"], "_type": "ClassLabel"}}}}
    table = pa.table({"text": TEXTS, "label": [1, 0, 1] * 4})
    file = write(tmp_path / "r.parquet", table.replace_schema_metadata({"huggingface": json.dumps(features)}))
    assert "The file itself names the labels of 'label': 'bad', 'good'." in preview(file).notes
    assert [row["label"] for row in take(file).rows[:3]] == ["good", "bad", "good"]


def test_numbers_dates_words_and_nothing_become_what_they_are(tmp_path: Path) -> None:
    count = 30
    columns = {
        "price": [float(n) if n != 3 else float("nan") for n in range(count)],
        "size": pa.array([None if n == 5 else n % 7 for n in range(count)], pa.int16()),
        "shop": pa.array([f"shop {'ab'[n % 2]}" for n in range(count)]).dictionary_encode(),
        "sold": [dt.date(2024, 1, 1 + n) for n in range(count)],
        "used": [n % 3 == 0 for n in range(count)],
        "gone": pa.nulls(count),
    }
    file = write(tmp_path / "prices.parquet", columns)
    kinds = {column.name: column.kind for column in preview(file).columns}
    assert kinds == {
        "price": "number", "size": "number", "shop": "category", "sold": "date", "used": "category", "gone": "empty",
    }  # fmt: skip
    taken = take(file)
    assert taken.column("")[:5] == [0.0, 1.0, 2.0, 4.0, 5.0]
    assert taken.findings["not-a-number"].count == 1
    assert taken.column("used")[:2] == ["true", "false"]
    assert str(taken.column("size")[4]) == "nan"


def test_lists_and_bytes_are_left_out_and_named(tmp_path: Path) -> None:
    columns = {"text": TEXTS, "label": LABELS, "vector": [[1.0]] * 12, "picture": [b"x"] * 12}
    file = write(tmp_path / "reviews.parquet", columns)
    assert "Not used: 'vector', 'picture' (lists, images or other data that is no text)." in preview(file).notes
    assert len(take(file).rows) == 12


def test_a_parquet_file_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    file = write(tmp_path / "reviews.csv", {"text": TEXTS, "label": LABELS})
    assert "reviews.csv is in truth a Parquet file; it is read as one." in preview(file).notes
    assert len(take(file).rows) == 12


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_a_damaged_file_is_refused_wherever_the_damage_is(share: float, tmp_path: Path) -> None:
    texts = [f"{text} {n}" for n, text in enumerate(TEXTS * 50)]
    file = write(tmp_path / "reviews.parquet", {"text": texts, "label": LABELS * 50}, compression="gzip")
    content = bytearray(file.read_bytes())
    at = int(len(content) * share)
    content[at : at + 40] = bytes(40)
    file.write_bytes(content)
    with pytest.raises(DataError) as refused:
        take(file)
    assert str(refused.value) == "reviews.parquet is damaged or was cut off. Copy or download it again, then retry."
