"""Columnar files, text tables and JSON that hold much more, or nest much deeper, than their size says."""

import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import feather, parquet

from tests.data.hostile.hostile_file import data

MB = 1 << 20


def _parquet(table: pa.Table, **how: Any) -> bytes:
    made = BytesIO()
    parquet.write_table(table, made, **how)
    return made.getvalue()


def _dictionary(text: str, rows: int, columns: int) -> bytes:
    """Return columns that say the same long text in every row."""
    words = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))
    return _parquet(pa.table({f"c{n}": words for n in range(columns)}), compression="zstd")


def _conversations(text: str, rows: int, turns: int) -> bytes:
    """Return conversations that say the same long text in every turn."""
    said = pa.DictionaryArray.from_arrays(pa.array([0] * rows * turns, pa.int32()), pa.array([text]))
    turn = pa.StructArray.from_arrays([pa.array(["user"] * rows * turns), said], ["role", "content"])
    lists = pa.ListArray.from_arrays(pa.array(range(0, rows * turns + 1, turns), pa.int32()), turn)
    return _parquet(pa.table({"turns": lists, "n": range(rows)}), store_schema=False)


def _repeated(rows: int, **how: Any) -> bytes:
    values = pa.array([7] * 1_000, pa.int64())
    one = pa.chunked_array([values] * (rows // 1_000))
    return _parquet(pa.table({"a": one, "b": one}), row_group_size=rows, **how)


def _cut(content: bytes, at: int) -> bytes:
    return content[:at] + b"\xff" * 8 + content[at + 8 :]


def _footer(content: bytes, length: int) -> bytes:
    return content[:-8] + struct.pack("<I", length) + b"PAR1"


def _small() -> pa.Table:
    return pa.table({"text": [f"a sentence number {n}" for n in range(60)], "label": ["a", "b"] * 30})


def _deep_parquet(_: Path) -> bytes:
    value: Any = pa.array([1])
    for _level in range(60):
        value = pa.StructArray.from_arrays([value], ["a"])
    return _parquet(pa.table({"a": value}))


def _arrow(_: Path) -> bytes:
    made = BytesIO()
    feather.write_feather(_small(), made)
    return made.getvalue()


def _lines(line: str, count: int = 200) -> bytes:
    return ("text,label\n" + line * count).encode()


TEXTS = "".join(f'{{"text": "a sentence number {n}", "label": "{"ab"[n % 2]}"}}\n' for n in range(60))
HOSTILE = (
    data("parquet-one-long-text-in-every-row", "table.parquet", lambda _: _dictionary("x" * MB, 4_000, 13)),
    data("parquet-long-texts-few-rows", "table.parquet", lambda _: _dictionary("word " * 4_000, 20_000, 6)),
    data("parquet-long-text-in-lists", "table.parquet", lambda _: _conversations("x" * MB, 400, 4), "refused"),
    data("parquet-page-that-grows", "table.parquet", lambda _: _parquet(
        pa.table({"a": ["x" * (180 * MB)], "b": [1]}), compression="brotli", use_dictionary=False), "refused"),
    data("parquet-billions-of-equal-numbers", "table.parquet", lambda _: _repeated(5_000_000, compression="zstd")),
    data("parquet-millions-of-nothing", "table.parquet", lambda _: _parquet(
        pa.table({"a": pa.nulls(8_000_000), "b": pa.nulls(8_000_000)}), compression="zstd")),
    data("parquet-two-thousand-columns", "table.parquet", lambda _: _parquet(
        pa.table({f"c{n}": [1, 2] for n in range(2_500)})), "refused"),
    data("parquet-structs-deep", "table.parquet", _deep_parquet, "refused"),
    data("parquet-footer-that-lies", "table.parquet", lambda _: _footer(_parquet(_small()), 0x7FFFFFFF), "refused"),
    data("parquet-page-header-damaged", "table.parquet", lambda _: _cut(_parquet(_small()), 4), "refused"),
    data("parquet-cut-off", "table.parquet", lambda _: _parquet(_small())[:-200], "refused"),
    data("parquet-one-row-a-group", "table.parquet", lambda _: _parquet(
        pa.table({"text": [f"sentence {n}" for n in range(1_500)], "label": ["a", "b", "c"] * 500}),
        row_group_size=1)),
    data("parquet-only-its-signs", "table.parquet", lambda _: b"PAR1" + b"\0" * 40 + b"PAR1", "refused"),
    data("arrow-file", "table.arrow", _arrow, "refused"),
    data("arrow-that-says-exabytes", "table.arrow", lambda _: b"ARROW1\0\0" + b"\xff" * 400 + b"ARROW1", "refused"),
    data("feather-under-a-table-s-name", "table.csv", _arrow, "refused"),
    data("csv-digits-and-a-letter", "table.csv", lambda _: _lines(f"{'1' * 12_000}a,x\n", 60)),
    data("csv-digits-with-groups", "table.csv", lambda _: _lines(f'"{"1,111" * 2_400}a",x\n', 60)),
    data("csv-signs-and-spaces", "table.csv", lambda _: _lines(f"{'+ ' * 6_000}1,x\n", 60)),
    data("csv-days-without-end", "table.csv", lambda _: _lines(f"2024-01-01{'T10:10' * 2_000},x\n", 60)),
    data("csv-codes-without-end", "table.csv", lambda _: _lines(f"{'A-' * 6_000} ,x\n", 60)),
    data("csv-tags-that-never-close", "table.csv", lambda _: _lines(f"{'<script' * 3_000},x\n", 60)),
    data("csv-comments-that-never-close", "table.csv", lambda _: _lines(f"{'<!--' * 5_000},x\n", 60)),
    data("csv-addresses-without-end", "table.csv", lambda _: _lines(f"{'a.' * 9_000}@{'b-' * 900},x\n", 60)),
    data("csv-digits-that-may-be-cards", "table.csv", lambda _: _lines(f"{'4 1-' * 5_000},x\n", 60)),
    data("csv-entities-without-end", "table.csv", lambda _: _lines(f"{'&a' * 9_000},x\n", 60)),
    data("csv-blank-lines-without-end", "table.csv", lambda _: _lines(f'"{chr(10) * 12_000}{" " * 6_000}x",y\n', 20)),
    data("csv-broken-accents", "table.csv", lambda _: _lines(f"{'Ã©Â' * 6_000},x\n", 60)),
    data("csv-quotation-mark-never-closed", "table.csv", lambda _: b'text,label\n"a' + b"b,c\n" * MB, "refused"),
    data("csv-one-line-of-many-megabytes", "table.csv", lambda _: b"a," * (35 * MB), "refused"),
    data("csv-one-cell-of-megabytes", "table.csv", lambda _: b"text,label\n" + b"a" * (6 * MB) + b",x\n" * 50),
    data("csv-half-a-million-columns", "table.csv", lambda _: b"a," * 500_000 + b"\n" + b"1," * 500_000, "refused"),
    data("csv-only-separators", "table.csv", lambda _: b",\n" * 500_000),
    data("csv-nul-bytes", "table.csv", lambda _: b"text,label\n" + b"\0" * (4 * MB), "refused"),
    data("csv-quotation-marks-alone", "table.csv", lambda _: b'"' * (2 * MB)),
    data("csv-in-utf-32", "table.csv", lambda _: ("text,label\n" + "a sentence,b\n" * 50_000).encode("utf-32")),
    data("csv-bytes-of-no-encoding", "table.csv", lambda _: b"text,label\n" + bytes(range(128, 256)) * 9_000),
    data("csv-name-of-a-column-without-end", "table.csv", lambda _: ("x" * 900_000 + ",b\n" + "1,2\n" * 50).encode()),
    data("txt-of-one-character", "text.txt", lambda _: b"a" * (20 * MB)),
    data("txt-of-joiners", "text.txt", lambda _: ("e" + "\u0301" * 400_000).encode() * 3),
    data("json-two-hundred-thousand-brackets", "rows.json", lambda _: b"[" * 200_000, "refused"),
    data("json-objects-deep", "rows.json", lambda _: b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "refused"),
    data("json-number-of-a-million-digits", "rows.json", lambda _: b'[{"a": ' + b"1" * MB + b', "b": 2}]'),
    data("json-exponent-without-end", "rows.json", lambda _: b'[{"a": 1e' + b"9" * 200_000 + b', "b": 2}]'),
    data("json-one-text-of-megabytes", "rows.json", lambda _: b'[{"a": "' + b"x" * (40 * MB)),
    data("json-hundred-thousand-keys", "rows.json", lambda _: json.dumps(
        [{f"k{n}": n for n in range(100_000)}]).encode(), "refused"),
    data("json-new-keys-in-every-row", "rows.jsonl", lambda _: "\n".join(
        json.dumps({f"k{n}-{k}": k for k in range(50)}) for n in range(2_000)).encode(), "refused"),
    data("json-halves-of-characters", "rows.jsonl", lambda _: TEXTS.replace("number", "\\ud800").encode()),
    data("json-same-key-many-times", "rows.json", lambda _: b"[{" + b'"a": 1,' * 100_000 + b'"b": 2}]'),
    data("jsonl-deep-lines", "rows.jsonl", lambda _: TEXTS.encode() + (b"[" * 100_000 + b"\n") * 20),
    data("jsonl-one-row-of-lists", "rows.jsonl", lambda _: (
        TEXTS + '{"text": ' + "[1," * 900 + "1" + "]" * 900 + ', "label": "a"}\n').encode()),
    data("jsonl-objects-within-one-line", "rows.jsonl", lambda _: b'{"a":1}' * 200_000),
    data("yaml-that-runs", "rows.yaml", lambda folder: (
        f"!!python/object/apply:os.system ['touch {folder}/canary']\n").encode()),
)  # fmt: skip
