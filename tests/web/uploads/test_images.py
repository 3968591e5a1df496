"""Pictures, class by class: kept, shown, removed and brought back."""

import io
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from PIL import Image
from starlette.testclient import TestClient

import core.web.uploads.images
from core.services.dataset_service import DatasetService
from tests.web.uploads.conftest import image


def test_pictures_are_kept_class_by_class_and_survive_a_reload(client: TestClient, collection: str) -> None:
    images = f"/api/collections/{collection}/pictures"
    first = client.post(images, params={"label": "cat"}, content=image("red"))
    assert first.status_code == 201
    assert first.json() == {"number": 1, "count": 1}
    assert client.post(images, params={"label": "cat"}, content=image("blue")).json() == {"number": 2, "count": 2}
    assert client.post(images, params={"label": "not a cat"}, content=image()).json() == {"number": 1, "count": 1}
    found = client.get(f"/api/collections/{collection}").json()
    assert found["title"] == "My pictures"
    assert found["labels"] == [
        {"label": "cat", "count": 2, "numbers": [1, 2]},
        {"label": "not a cat", "count": 1, "numbers": [1]},
    ]


@pytest.mark.parametrize("label", ["cat", "Ärger & Co.", "a/b", "50 %", "#1?", "..", "C:"])
def test_a_class_may_be_called_anything_that_is_not_refused_in_words(
    client: TestClient, collection: str, label: str
) -> None:
    answer = client.post(f"/api/collections/{collection}/pictures", params={"label": label}, content=image())
    if answer.status_code == 422:
        assert answer.json()["message"].endswith(".")
        return
    assert answer.status_code == 201
    address = f"/api/collections/{collection}/pictures/{quote(label, safe='')}/{answer.json()['number']}"
    assert client.get(address).status_code == 200


def test_a_removed_picture_comes_back(client: TestClient, collection: str) -> None:
    images = f"/api/collections/{collection}/pictures"
    for color in ("red", "blue"):
        client.post(images, params={"label": "cat"}, content=image(color))
    before = client.get(f"{images}/cat/1").content
    assert client.delete(f"{images}/cat/1").json() == {"number": 1, "count": 1}
    assert client.get(f"{images}/cat/1").status_code == 404
    assert client.get(f"/api/collections/{collection}").json()["labels"][0]["numbers"] == [2]
    assert client.post(f"{images}/cat/1/restore").json() == {"number": 1, "count": 2}
    assert client.get(f"{images}/cat/1").content == before


def test_pictures_that_come_at_the_same_time_all_stay(client: TestClient, collection: str) -> None:
    images = f"/api/collections/{collection}/pictures"
    contents = [image("red", size=(32 + i, 32)) for i in range(24)]

    def add(content: bytes) -> int:
        return int(client.post(images, params={"label": "cat"}, content=content).json()["number"])

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(add, contents))
    assert sorted(numbers) == list(range(1, 25))
    assert client.get(f"/api/collections/{collection}").json()["labels"][0]["count"] == 24


def test_a_class_is_renamed_and_removed(client: TestClient, collection: str) -> None:
    labels, images = f"/api/collections/{collection}/labels", f"/api/collections/{collection}/pictures"
    client.post(images, params={"label": "catt"}, content=image())
    renamed = client.post(labels, params={"label": "catt", "to": "cat"}).json()
    assert renamed["labels"] == [{"label": "cat", "count": 1, "numbers": [1]}]
    assert client.post(labels, params={"label": "cat", "to": "../cat"}).status_code == 422
    assert client.delete(labels, params={"label": "dog"}).status_code == 404
    assert client.delete(labels, params={"label": "cat"}).json()["labels"] == []
    assert client.post(f"{images}/cat/1/restore").json() == {"number": 1, "count": 1}


def test_a_thumbnail_is_a_picture_and_nothing_else(client: TestClient, collection: str) -> None:
    images = f"/api/collections/{collection}/pictures"
    client.post(images, params={"label": "cat"}, content=image(kind="PNG"))
    answer = client.get(f"{images}/cat/1")
    assert answer.headers["content-type"] in ("image/jpeg", "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert Image.open(io.BytesIO(answer.content)).size[0] <= 256


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"text,label\n1,2\n", image()[:300]])
def test_what_is_no_picture_is_refused_in_words(client: TestClient, collection: str, content: bytes) -> None:
    answer = client.post(f"/api/collections/{collection}/pictures", params={"label": "cat"}, content=content)
    assert answer.status_code == 422
    assert answer.json()["message"].endswith(".")
    assert client.get(f"/api/collections/{collection}").json()["labels"] == []


def test_a_picture_has_a_largest_size(client: TestClient, collection: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.web.uploads.images, "MOST_IMAGE_BYTES", 1000)
    answer = client.post(f"/api/collections/{collection}/pictures", params={"label": "cat"}, content=b"x" * 1001)
    assert answer.status_code == 413


def test_pictures_of_a_version_are_kept_by_the_browser(
    client: TestClient, dataset_service: DatasetService, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int, str, int]] = []

    def drawn(name: str, position: int, fingerprint: str = "", largest: int = 256) -> bytes:
        asked.append((name, position, fingerprint, largest))
        return image(kind="PNG")

    monkeypatch.setattr(dataset_service, "image", drawn)
    answer = client.get("/api/pictures/pets/abc123/7", params={"size": 99_999})
    assert asked == [("pets", 7, "abc123", 1024)]
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
