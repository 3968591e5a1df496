import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.images.decoding import decode
from core.data.images.samples import Sample, small
from core.data.imports.run_import import preview_source
from core.specs.dataset_types import ImportOptions, SourcePreview
from tests.data.images.drawing import noise, pack, png, saved
from tests.data.readers.test_image_layouts import FILES, IMAGES
from tests.data.readers.test_image_parquet import packed, table
from tests.data.readers.test_pixel_table import TABLES


def shown(preview: SourcePreview) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for thumbnail in preview.thumbnails:
        found.setdefault(thumbnail.label, []).append(thumbnail.name)
        assert max(Image.open(io.BytesIO(base64.b64decode(thumbnail.data))).size) <= 96
    return found


def test_a_few_pictures_of_each_class_are_shown_before_the_import(tmp_path: Path) -> None:
    files = {
        f"{label}/{i}.png": png(10 * n + i, (200, 120)) for n, label in enumerate(("cat", "dog")) for i in range(9)
    }
    files |= {"dog/broken.png": b"no image", "notes.txt": b"x"}
    preview = preview_source(pack(tmp_path / "a.zip", files), ImportOptions(label_map={"cat": "Cat"}))
    assert shown(preview) == {"Cat": ["cat/0.png", "cat/2.png", "cat/5.png", "cat/8.png"],
                           "dog": ["dog/0.png", "dog/3.png", "dog/6.png"]}  # fmt: skip


@pytest.mark.parametrize("kind", ["layout", "table", "parquet", "pixels"])
def test_every_reader_of_pictures_shows_some(tmp_path: Path, kind: str) -> None:
    names = "".join(f"{i:03}.png,{('a', 'b')[i % 2]}\n" for i in range(6))
    sources: dict[str, tuple[str, bytes | dict[str, bytes]]] = {
        "layout": ("a.zip", {**IMAGES, **FILES["coco"][1]}),
        "table": ("a.zip", {**IMAGES, "labels.csv": f"file,label\n{names}".encode()}),
        "parquet": ("a.parquet", packed(table(6))),
        "pixels": ("a.csv", TABLES["kaggle"].encode()),
    }
    name, content = sources[kind]
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        pack(tmp_path / name, content)
    preview = preview_source(tmp_path / name, ImportOptions())
    assert set(shown(preview)) == set(preview.classes)


def test_what_is_decoded_for_it_is_bounded() -> None:
    def huge() -> bytes:
        return saved(Image.new("1", (9000, 9000)))  # 10 kB that unpack to 81 million pixels

    def never() -> bytes:
        raise AssertionError("an image that is not shown was read")

    samples = [Sample("a", "huge.png", huge), *(Sample("a", f"{i}", lambda: png(1)) for i in range(4))]
    samples += [Sample("a", "fifth", never), Sample("left out", "x", never)]
    found = small(samples, {"a": "A", "left out": ""})
    assert [(t.label, t.name) for t in found] == [("A", str(i)) for i in range(4)]


def test_transparent_ones_are_shown_on_their_ground() -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:15, 5:15] = 255
    (icon,) = small([Sample("a", "i", lambda: saved(Image.fromarray(pixels)))], {"a": "a"}, 0)
    assert decode(base64.b64decode(icon.data)).getextrema()[0] == (0, 255)
    assert noise(1).size == (20, 16)
