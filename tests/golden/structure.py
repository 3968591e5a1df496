"""Names and types of what is stored and printed, without the values."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from safetensors import safe_open

MARK, NUMBER = re.compile(r"\b[0-9a-f]{12,}\b"), re.compile(r"\d+")
MEASURED = (".ms_alone", ".ms_together", ".ms_p95")  # unless the machine is too busy
LEFT_OUT = ("machine/",)  # curves of what a machine happens to have


def shape(document: Any, path: str = "") -> Iterator[str]:
    """Yield a line for each value of a JSON document: its path and type; of a list its first element."""
    match document:
        case dict():
            yield from [f"{path or '.'}: {{}}"] if not document else []
            for key in sorted(key for key in document if not key.startswith(LEFT_OUT)):
                yield from shape(document[key], f"{path}.{key}")
        case list():
            yield from shape(document[0], f"{path}[]") if document else [f"{path}: []"]
        case _:
            yield f"{path}: {'number or null' if path.endswith(MEASURED) else _type(document)}"


def folder_shape(folder: Path) -> Iterator[str]:
    """Yield a line for each file below a folder and each name in it; numbers and hashes in file names do not count."""
    seen = set()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = NUMBER.sub("N", MARK.sub("MARK", file.relative_to(folder).as_posix()))
        if name not in seen:
            seen.add(name)
            yield name
            yield from (f"    {line}" for line in _content(file))


def _content(file: Path) -> Iterator[str]:
    match file.suffix:
        case ".json":
            yield from shape(json.loads(file.read_text(encoding="utf-8")))
        case ".jsonl":
            lines = file.read_text(encoding="utf-8").splitlines()
            yield from shape(json.loads(lines[0])) if lines else []
        case ".npz":
            with np.load(file) as arrays:
                yield from (f"{key}: {arrays[key].dtype.kind}{arrays[key].ndim}" for key in sorted(arrays.files))
        case ".arrow":
            with pa.memory_map(str(file)) as source:
                schema = pa.ipc.open_file(source).schema
            yield from (f"{field.name}: {field.type}" for field in schema)
        case ".safetensors":
            with safe_open(file, "np") as tensors:
                yield from (f"{key}: {len(tensors.get_slice(key).get_shape())}d" for key in sorted(tensors.keys()))


def _type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case _:
            return "text"
