"""Inspections of a file in a separate process (see `core.processes.inspection`)."""

import importlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import PIL.Image
import pyarrow as pa

from core import catalog
from core.data.images.loading import checked_image, load_images, thumbnail
from core.data.images.model_input import model_image
from core.data.imports.run_import import preview_source
from core.data.inspection_client import PREVIEW
from core.specs.dataset_types import ImportOptions


def _preview(asked: Mapping[str, Any], path: bytes) -> tuple[Any, bytes]:
    found = preview_source(Path(os.fsdecode(path)), ImportOptions.model_validate(asked["options"]))
    return PREVIEW.dump_python(found, mode="json"), b""


def _checked_image(_asked: Mapping[str, Any], content: bytes) -> tuple[Any, bytes]:
    return None, checked_image(content)


def _thumbnail(asked: Mapping[str, Any], content: bytes) -> tuple[Any, bytes]:
    return None, thumbnail(content, int(asked["largest"]))


def _model_image(asked: Mapping[str, Any], content: bytes) -> tuple[Any, bytes]:
    return None, model_image(content, asked)


def _images(asked: Mapping[str, Any], folder: bytes) -> tuple[Any, bytes]:
    packs, offsets, sizes = zip(*asked["places"], strict=True)
    rows = pa.table({"pack": packs, "offset": offsets, "size_bytes": sizes})
    return None, load_images(rows, Path(os.fsdecode(folder)), int(asked["size"]), int(asked["channels"])).tobytes()


INSPECTIONS = {
    "look": _preview, "checked-picture": _checked_image, "thumbnail": _thumbnail, "pictures": _images,
    "model-picture": _model_image,
}  # fmt: skip


_WARM_CSV = "text,label,price\n" + "".join(f"it is {n} – fine,good,{n}.5\nit is {n} bad,bad,{n}\n" for n in range(30))
_WARM_JSON = "".join(f'{{"text": "it is {n} fine", "label": "l{n % 2}"}}\n' for n in range(30))


def _load() -> None:
    """Load the modules that inspections need first, once instead of in each inspection.

    What libraries load by themselves nobody can list, so two small tables are looked at. Nothing here may start a
    thread: it would not live on in a fork.
    """
    for module in ("PIL.Image", "pillow_heif", "python_calamine", "pyarrow.parquet", "pypdf", "docx"):
        importlib.import_module(module)
    catalog.tasks()
    PIL.Image.init()
    with tempfile.TemporaryDirectory(prefix="touchstone-") as folder:
        for name, text in (("warm.csv", _WARM_CSV), ("warm.jsonl", _WARM_JSON)):
            file = Path(folder) / name
            file.write_text(text, encoding="utf-8")
            preview_source(file, ImportOptions())


_load()
