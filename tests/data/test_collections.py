import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from core.data.imports import collections
from core.data.imports.collections import Collections
from core.errors import DataError, UserError


@pytest.fixture
def kept(tmp_path: Path) -> Collections:
    return Collections(tmp_path / ".collections")


@pytest.fixture
def pets(kept: Collections) -> str:
    return kept.new("  My   pets ")


def image(color: str = "red", kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_pictures_are_on_the_disk_class_by_class(kept: Collections, pets: str) -> None:
    assert [kept.add_image(pets, label, image()) for label in ("cat", "dog", "cat", " Cat ")] == [1, 1, 2, 3]
    kept.add_image(pets, "dog", image(kind="PNG"))
    found = kept.get(pets)
    assert (found.title, found.counts) == ("My pets", {"cat": 3, "dog": 2})
    assert found.numbers == {"cat": (1, 2, 3), "dog": (1, 2)}
    assert files_in(kept.path(pets)) == [
        ".collection.json", "cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "dog/1.jpg", "dog/2.png",
    ]  # fmt: skip


def test_a_collection_outlives_the_process(kept: Collections, pets: str) -> None:
    kept.add_image(pets, "cat", image())
    again = Collections(kept.folder)
    newer = again.new("Another")
    assert [collection.id for collection in again.list()] == [newer, pets]
    assert again.list()[1].counts == {"cat": 1}


def test_a_removed_picture_comes_back_under_its_number(kept: Collections, pets: str) -> None:
    for color in ("red", "blue", "green"):
        kept.add_image(pets, "cat", image(color))
    blue = kept.image(pets, "cat", 2)
    kept.remove_image(pets, "cat", 2)
    kept.remove_image(pets, "cat", 3)
    assert kept.get(pets).numbers == {"cat": (1,)}
    with pytest.raises(UserError, match="not here any more"):
        kept.image(pets, "cat", 2)
    assert kept.add_image(pets, "cat", image()) == 4  # no number is given twice
    kept.restore_image(pets, "cat", 2)
    assert kept.get(pets).numbers == {"cat": (1, 2, 4)}
    assert kept.image(pets, "cat", 2) == blue
    with pytest.raises(UserError, match="not here any more"):
        kept.restore_image(pets, "cat", 2)


def test_a_picture_is_shown_small(kept: Collections, pets: str) -> None:
    kept.add_image(pets, "cat", image(size=(800, 600)))
    assert Image.open(io.BytesIO(kept.image(pets, "cat", 1))).size == (256, 192)
    assert Image.open(io.BytesIO(kept.image(pets, "cat", 1, largest=64))).size == (64, 48)


def test_pages_that_add_at_the_same_time_never_share_a_number(kept: Collections, pets: str) -> None:
    contents = [image(f"#{number:06x}", "JPEG" if number % 2 else "PNG") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda content: kept.add_image(pets, "cat", content), contents))
    assert sorted(numbers) == list(range(1, 41))
    assert kept.get(pets).counts == {"cat": 40}
    assert len(files_in(kept.path(pets))) == 41


@pytest.mark.parametrize("label", ["Ärger & Co.", "50 %", "C:", "#1?", "train", "猫", "O'Neil"])
def test_a_class_may_be_called_nearly_anything(kept: Collections, pets: str, label: str) -> None:
    kept.add_image(pets, label, image())
    assert kept.get(pets).counts == {label: 1}
    kept.remove_image(pets, label, 1)
    kept.restore_image(pets, label, 1)
    assert len(kept.image(pets, label, 1)) > 0


@pytest.mark.parametrize("label", ["", "  ", "..", ".hidden", "a/b", "a\\b", "/etc", "a\x00b", "x" * 61])
def test_a_label_that_leads_elsewhere_is_refused(kept: Collections, pets: str, tmp_path: Path, label: str) -> None:
    with pytest.raises(UserError, match="The name of a class"):
        kept.add_image(pets, label, image())
    assert files_in(tmp_path) == [f".collections/{pets}/.collection.json"]


@pytest.mark.parametrize("content", [b"", b"text", image()[:200]])
def test_what_is_no_picture_leaves_nothing(kept: Collections, pets: str, content: bytes) -> None:
    with pytest.raises(DataError):
        kept.add_image(pets, "cat", content)
    assert kept.get(pets).counts == {}


def test_there_are_bounds(kept: Collections, pets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "MOST_BYTES", len(image()))
    monkeypatch.setattr(collections, "MOST_LABELS", 2)
    monkeypatch.setattr(collections, "MOST_IMAGES", 3)
    with pytest.raises(DataError, match="at most 0 can be kept"):
        kept.add_image(pets, "cat", image() + b"\0")
    kept.add_image(pets, "cat", image())
    kept.add_image(pets, "dog", image())
    with pytest.raises(DataError, match="There are 2 classes already"):
        kept.add_image(pets, "bird", image())
    kept.add_image(pets, "dog", image())
    with pytest.raises(DataError, match="There are 3 images already"):
        kept.add_image(pets, "dog", image())


def test_a_class_gets_another_name(kept: Collections, pets: str) -> None:
    for _ in range(2):
        kept.add_image(pets, "cat", image())
    kept.add_image(pets, "dog", image())
    kept.remove_image(pets, "cat", 1)
    with pytest.raises(UserError, match="There is a class named 'dog' already"):
        kept.rename_label(pets, "cat", "Dog")
    kept.rename_label(pets, "cat", "Cat")
    kept.rename_label(pets, "Cat", "tom cat")
    kept.restore_image(pets, "tom cat", 1)
    assert kept.get(pets).counts == {"dog": 1, "tom cat": 2}
    with pytest.raises(UserError, match="no class named 'cat'"):
        kept.rename_label(pets, "cat", "bird")


def test_a_removed_class_comes_back_picture_by_picture(kept: Collections, pets: str) -> None:
    for _ in range(2):
        kept.add_image(pets, "cat", image())
    kept.remove_label(pets, "cat")
    assert kept.get(pets).counts == {}
    kept.restore_image(pets, "cat", 2)
    assert kept.get(pets).numbers == {"cat": (2,)}


def test_a_discarded_collection_is_gone(kept: Collections, pets: str) -> None:
    kept.add_image(pets, "cat", image())
    kept.discard(pets)
    kept.discard(pets)
    assert kept.list() == []
    assert list(kept.folder.iterdir()) == []


@pytest.mark.parametrize("collection_id", ["", ".", "..", "nothere", "a/b"])
def test_an_unknown_collection_is_a_sentence(kept: Collections, pets: str, collection_id: str) -> None:
    with pytest.raises(UserError, match="not here any more"):
        kept.get(collection_id)
    assert [collection.id for collection in kept.list()] == [pets]


@pytest.mark.parametrize("title", ["", " ", "x" * 81])
def test_a_collection_needs_a_title(kept: Collections, title: str) -> None:
    with pytest.raises(UserError, match="A title needs 1 to 80 characters"):
        kept.new(title)
