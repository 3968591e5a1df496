"""Runs of other trackers: descriptions, databases and logs made to take memory."""

import sqlite3
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from core.exchange.tfrecord import framed
from tests.data.hostile.hostile_file import HostileFile

MB = 1 << 20
META = b"artifact_uri: x\nrun_id: a\nrun_name: b\nstatus: 3\nlifecycle_stage: active\nexperiment_id: '0'\n"


def _tree(files: Callable[[Path], dict[str, bytes]]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        for name, content in files(folder).items():
            path = folder / "brought" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder / "brought"

    return make


def _runs(name: str, files: Callable[[Path], dict[str, bytes]]) -> HostileFile:
    return HostileFile(name, _tree(files), "runs")


def _mlflow(meta: bytes, **more: bytes) -> dict[str, bytes]:
    beside = {f"mlruns/0/a/{name.replace('__', '/')}": content for name, content in more.items()}
    return {"mlruns/0/a/meta.yaml": meta, **beside}


TABLES = (
    "CREATE TABLE experiments (experiment_id INTEGER, name TEXT)",
    "CREATE TABLE runs (run_uuid TEXT, name TEXT, experiment_id INTEGER, status TEXT, start_time INTEGER, "
    "end_time INTEGER, lifecycle_stage TEXT)",
    "CREATE TABLE params (run_uuid TEXT, key TEXT, value TEXT)",
    "CREATE TABLE tags (run_uuid TEXT, key TEXT, value TEXT)",
    "CREATE TABLE metrics (run_uuid TEXT, key TEXT, step INTEGER, value REAL, timestamp INTEGER, is_nan INTEGER)",
    "INSERT INTO experiments VALUES (0, 'e')",
    "INSERT INTO runs VALUES ('a', 'b', 0, 'FINISHED', 1, 2, 'active')",
    "INSERT INTO metrics VALUES ('a', 'loss', 1, 0.5, 1, 0)",
)


def _database(*statements: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "mlflow.db"
        with sqlite3.connect(path) as connection:
            for statement in (*TABLES, *statements):
                connection.execute(statement)
        connection.close()
        return path

    return make


def _zeros(count: int) -> str:
    return f"CAST(zeroblob({count}) AS TEXT)"


def _events(*records: bytes) -> bytes:
    return framed(b"\x09" + struct.pack("<d", 1.0) + b"\x1a\x0dbrain.Event:2") + b"".join(map(framed, records))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _scalar(tag: bytes, step: int) -> bytes:
    return b"\x10" + _varint(step) + _field(5, _field(1, _field(1, tag) + b"\x15" + struct.pack("<f", 1.0)))


def _wandb(*records: bytes) -> bytes:
    out = bytearray(b":W&B\xe1\xbe\0")
    for record in records:
        at, kind_first = 0, True
        while True:
            left = 32_768 - len(out) % 32_768
            if left < 7:
                out += b"\0" * left
                continue
            piece = record[at : at + left - 7]
            at += len(piece)
            is_last = at >= len(record)
            kind = 1 if kind_first and is_last else 2 if kind_first else 4 if is_last else 3
            out += struct.pack("<IHB", zlib.crc32(piece, zlib.crc32(bytes([kind]))), len(piece), kind) + piece
            kind_first = False
            if is_last:
                break
    return bytes(out)


WANDB_RUN = _field(17, _field(1, b"abc") + _field(3, b"p") + _field(8, b"n"))


def _history(key: bytes, value: bytes) -> bytes:
    return _field(2, _field(1, _field(1, key) + _field(16, value)))


LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
HOSTILE = (
    _runs("mlflow-meta-of-brackets", lambda _: _mlflow(META + b"x: " + b"[" * (MB // 2))),
    _runs("mlflow-meta-of-braces", lambda _: _mlflow(META + b"x: " + b"{a: " * (MB // 8))),
    _runs("mlflow-meta-of-dashes", lambda _: _mlflow(META + b"- " * (MB // 3))),
    _runs("mlflow-meta-of-brackets-many-times", lambda _: {
        f"mlruns/0/{n}/meta.yaml": META + b"x: " + b"[" * (MB // 2) for n in range(40)}),
    _runs("mlflow-meta-of-laughs", lambda _: _mlflow(META + LAUGHS.encode())),
    _runs("mlflow-meta-that-runs", lambda folder: _mlflow(
        META + f"x: !!python/object/apply:os.system ['touch {folder}/canary']\n".encode())),
    _runs("mlflow-meta-of-a-long-number", lambda _: _mlflow(
        META + b"x: " + b"1" * 900_000 + b"\ny: 0x" + b"f" * 90_000)),
    _runs("mlflow-meta-of-sixties", lambda _: _mlflow(META + b"x: 1" + b":59" * 200_000)),
    _runs("mlflow-metric-of-one-line", lambda _: _mlflow(META, metrics__loss=b"1 " * (20 * MB))),
    _runs("mlflow-parameter-of-megabytes", lambda _: _mlflow(META, params__a=b"1" * (5 * MB))),
    _runs("mlflow-many-curves", lambda _: _mlflow(META, **{f"metrics__m{n}": b"1 1 1\n" for n in range(3_000)})),
    HostileFile("mlflow-database-with-a-value-of-400-mb", _database(
        f"INSERT INTO params VALUES ('a', 'k', {_zeros(400 * MB)})"), "runs"),
    HostileFile("mlflow-database-with-many-long-values", _database(
        *(f"INSERT INTO tags VALUES ('a', 'k{n}', {_zeros(900_000)})" for n in range(300))), "runs"),
    HostileFile("mlflow-database-with-many-settings", _database(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
        "INSERT INTO params SELECT 'a', 'k' || i, 'v' FROM n"), "runs"),
    HostileFile("mlflow-database-with-a-view-without-end", _database(
        "DROP TABLE params", "CREATE VIEW params AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT 'a' AS run_uuid, i AS key, i AS value FROM n"), "runs"),
    HostileFile("mlflow-database-with-a-long-key", _database(
        f"INSERT INTO metrics VALUES ('a', {_zeros(200 * MB)}, 1, 1.0, 1, 0)"), "runs"),
    _runs("mlflow-database-of-rubbish", lambda _: {"mlflow.db": b"SQLite format 3\0" + b"\xff" * 9_000}),
    _runs("tensorboard-record-that-says-exabytes", lambda _: {
        "events.out.tfevents.1": _events() + struct.pack("<QI", 1 << 60, 0) + b"\0" * 99}),
    _runs("tensorboard-many-curves", lambda _: {
        "events.out.tfevents.1": _events(*(_scalar(b"t%d" % n, 1) for n in range(3_000)))}),
    _runs("tensorboard-long-tag", lambda _: {"events.out.tfevents.1": _events(_scalar(b"t" * (30 * MB), 1))}),
    _runs("tensorboard-one-record-of-many-values", lambda _: {
        "events.out.tfevents.1": _events(_field(5, _field(1, _field(1, b"t") + b"\x15\0\0\x80?") * 300_000))}),
    _runs("tensorboard-messages-deep", lambda _: {"events.out.tfevents.1": _events(_nested_messages(4_000))}),
    _runs("tensorboard-file-of-rubbish", lambda _: {"events.out.tfevents.1": b"\xff" * MB}),
    _runs("wandb-value-of-brackets", lambda _: {
        "run-a.wandb": _wandb(WANDB_RUN, _history(b"loss", b"[" * 200_000), _history(b"loss", b"1"))}),
    _runs("wandb-number-of-a-million-digits", lambda _: {
        "run-a.wandb": _wandb(WANDB_RUN, _history(b"loss", b"1" * MB), _history(b"loss", b"1e" + b"9" * 9_999))}),
    _runs("wandb-record-without-end", lambda _: {
        "run-a.wandb": _wandb(WANDB_RUN)[:-1] + b"\0" + struct.pack("<IHB", 0, 65_535, 2) * 9_000}),
    _runs("wandb-value-of-many-keys", lambda _: {
        "run-a.wandb": _wandb(WANDB_RUN, _history(
            b"m", b"{" + b",".join(b'"k%d":1' % n for n in range(50_000)) + b"}"))}),
    _runs("wandb-setting-of-megabytes", lambda _: {
        "run-a.wandb": _wandb(_field(17, _field(1, b"abc") + _field(4, _field(1, _field(1, b"k") + _field(
            16, b'"' + b"x" * (30 * MB) + b'"')))))}),
    _runs("csv-of-runs-digits-and-a-letter", lambda _: {
        "runs.csv": b"step,loss\n" + b"".join(b"%d,%sa\n" % (n, b"1" * 12_000) for n in range(60))}),
    _runs("csv-of-runs-names-without-end", lambda _: {
        "runs.csv": b"step," + b" - " * 9_000 + b"\n" + b"".join(b"%d,1\n" % n for n in range(60))}),
)  # fmt: skip


def _nested_messages(depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        content = _field(5, content)
        if len(content) > 1_000_000:
            break
    return content
