from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.images.background import find_ground
from core.data.images.decoding import decode
from core.data.images.loading import checked_image
from core.data.images.model_input import read_image
from core.data.imports.run_import import run_import
from core.data.readers.image_folders import READER
from core.data.store.dataset_store import DatasetStore
from core.errors import DataError
from core.specs import DataInfo
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import pack, saved
from tests.data.images.taking import take
from tests.data.silent import Silent


def icon(color: tuple[int, int, int], place: int = 4) -> bytes:
    """A square of one colour on a transparent ground."""
    pixels = np.zeros((24, 24, 4), np.uint8)
    pixels[place : place + 10, 6:18] = (*color, 255)
    return saved(Image.fromarray(pixels))


WHITE, BLACK, RED = (255, 255, 255), (0, 0, 0), (200, 30, 40)


@pytest.mark.parametrize(
    ("colors", "ground"),
    [
        ([WHITE] * 6, "black"),
        ([BLACK] * 6, "white"),
        ([RED] * 6, "white"),
        ([WHITE] * 3 + [BLACK] * 3, "grey"),
        ([(250, 250, 240)] * 2 + [RED] * 4, "black"),
    ],
)
def test_the_ground_shows_what_most_transparent_pictures_hold(colors: list[tuple[int, int, int]], ground: str) -> None:
    found = find_ground(icon(color, i) for i, color in enumerate(colors))
    assert (found.name, found.transparent) == (ground, 6)


def test_opaque_and_broken_pictures_have_no_say() -> None:
    opaque = saved(Image.new("RGBA", (20, 20), (255, 255, 255, 255)))
    found = find_ground([opaque, b"no image", saved(Image.new("RGB", (9, 9))), icon(WHITE)])
    assert (found.name, found.transparent, found.lost_on_white) == ("black", 1, 1)
    assert find_ground([opaque]).guesses() == ()


def test_a_person_chooses_the_ground_or_is_told_which_there_are() -> None:
    assert find_ground([icon(WHITE)], "white").name == "white"
    with pytest.raises(DataError, match="white, black or grey"):
        find_ground([], "checkered")


def test_white_icons_are_kept_where_they_can_be_seen_and_asked_about_on_the_same_ground(tmp_path: Path) -> None:
    files = {f"up/{i}.png": icon(WHITE, i) for i in range(4)} | {f"down/{i}.png": icon(WHITE, 10 + i) for i in range(4)}
    taken = take(READER, pack(tmp_path / "icons.zip", files), tmp_path)
    assert taken.preview.options.ground == "black"
    assert ["Ground of transparent images", "black"] in [[g.about, g.value] for g in taken.preview.guesses]
    assert taken.staged.facts["ground"] == "black"
    assert taken.findings["composed-pictures"].count == 8
    assert len({row["pixels"] for row in taken.rows}) == 8  # on white all of them would be the same
    kept = np.asarray(decode(taken.content(0)))
    assert (kept.min(), kept.max()) == (0, 255)
    asked = DataInfo(("down", "up"), (1, 24, 24), ground=0)
    assert read_image(icon(WHITE, 4), asked).max() == 255
    assert read_image(icon(WHITE, 4), asked).min() == 0


def test_dark_icons_keep_their_own_files(tmp_path: Path) -> None:
    files = {f"{label}/{i}.png": icon(BLACK, 3 * i + j) for i in range(3) for j, label in enumerate(("a", "b"))}
    taken = take(READER, pack(tmp_path / "icons.zip", files), tmp_path)
    assert taken.content(0) == files["a/0.png"]
    assert "composed-pictures" not in taken.findings


def test_pictures_dropped_one_by_one_keep_what_is_transparent(tmp_path: Path) -> None:
    kept = checked_image(icon(WHITE))
    assert find_ground([kept]).name == "black"
    assert find_ground([checked_image(saved(Image.new("RGB", (30, 30), "white")))]).transparent == 0


def test_what_is_added_lies_on_the_same_ground(tmp_path: Path) -> None:
    dataset_store = DatasetStore(tmp_path / "sets", tmp_path / "cache")
    white = {f"{label}/{i}.png": icon(WHITE, 5 * j + i) for i in range(5) for j, label in enumerate(("a", "b"))}
    black = {f"{label}/{i}.png": icon(BLACK, 5 * j + i) for i in range(5) for j, label in enumerate(("a", "b"))}
    first = run_import(dataset_store, pack(tmp_path / "a.zip", white), ImportOptions(), Silent(), tmp_path / "draft")
    more = ImportOptions(add_to=first.name)
    run_import(dataset_store, pack(tmp_path / "b.zip", black), more, Silent(), tmp_path / "draft")
    facts = dataset_store.version(first.name).manifest.facts
    assert facts["ground"] == "black"
    sizes = [guess["value"] for guess in facts["guesses"] if guess["about"] == "Size of the images"]
    assert sizes == ["24 x 24 pixels, grey"]
