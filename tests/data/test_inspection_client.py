"""Looks and images by way of an inspector: the same as without one, whatever the file is called or is."""

import os
import sys
from pathlib import Path

import pytest

from core.data.images import loading
from core.data.imports import run_import
from core.data.inspection_client import checked_image, preview_source, thumbnail
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.web.uploads.conftest import image

ROWS = "text,label\n" + "it works well,good\nit broke at once,bad\n" * 30


@pytest.mark.parametrize("name", ["reviews.csv", "ü line\nbreak.csv", "'; DROP.csv"])
def test_a_look_is_the_same_as_in_this_process(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(ROWS)
    options = ImportOptions(title="Reviews", label_map={"good": "fine"})
    assert preview_source(file, options) == run_import.preview_source(file, options)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_whose_name_is_no_text_is_looked_at(tmp_path: Path) -> None:
    file = Path(os.fsdecode(bytes(tmp_path) + b"/b\xff.csv"))
    file.write_text(ROWS)
    assert preview_source(file, ImportOptions()).options.label_column == "label"


def test_what_never_ends_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match=r"pipe\.csv is no ordinary file but a pipe or a device"):
        preview_source(tmp_path / "pipe.csv", ImportOptions())


def test_images_are_the_same_as_in_this_process() -> None:
    content = image("red", "PNG", (300, 200))
    assert thumbnail(content, 64) == loading.thumbnail(content, 64)
    assert checked_image(content) == loading.checked_image(content)
    with pytest.raises(DataError, match="not an image that can be read"):
        thumbnail(b"", 64)
