"""The writing routes: what reaches the disk, what is refused in words, and to whom they answer."""

import asyncio
import io
import tracemalloc
from collections import namedtuple
from collections.abc import Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

import core.upload_routes.pictures
from core.settings import Settings
from core.shelf import Shelf
from core.upload_routes import upload_routes

HOME_URL = "http://127.0.0.1:8501"
OURS = {"origin": HOME_URL, "x-touchstone": "1"}
MB = 2**20


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    settings.prepare()
    return Shelf(settings)


@pytest.fixture
def app(shelf: Shelf) -> Starlette:
    return Starlette(routes=upload_routes(lambda: shelf))


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app, base_url=HOME_URL, headers=OURS) as opened:
        yield opened


@pytest.fixture
def upload(shelf: Shelf) -> str:
    return shelf.uploads.new()


@pytest.fixture
def collection(shelf: Shelf) -> str:
    return shelf.collections.new("My pictures")


def picture(color: str = "red", kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def stream(app: Starlette, path: str, name: str, chunks: Iterable[bytes], size: int, cut: bool = False) -> int | None:
    """Send chunks one by one, as a server does; return the status, or None where nobody was there to hear it."""
    left = iter(chunks)
    status: list[int] = []

    async def receive() -> MutableMapping[str, Any]:
        chunk = next(left, None)
        if chunk is None and cut:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    headers = [(b"host", b"127.0.0.1:8501"), (b"content-length", str(size).encode())]
    headers += [(key.encode(), value.encode()) for key, value in OURS.items()]
    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": f"name={name}".encode(), "headers": headers,
        "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 8501), "client": ("127.0.0.1", 1),
        "root_path": "", "raw_path": path.encode(),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return status[0] if status else None


# --- files ---


def test_a_file_and_a_folder_lie_on_the_disk_as_they_were(client: TestClient, shelf: Shelf, upload: str) -> None:
    for name, content in {"a.csv": b"text,label\n", "pets/cat/1 ü.jpg": b"cat", "pets/dog/1.jpg": b"dog"}.items():
        answer = client.post(f"/api/uploads/{upload}/files", params={"name": name}, content=content)
        assert answer.status_code == 201
        assert answer.json() == {"name": name, "bytes": len(content)}
    folder = shelf.uploads.path(upload)
    assert everything_in(folder) == ["a.csv", "pets/cat/1 ü.jpg", "pets/dog/1.jpg"]
    assert (folder / "pets/dog/1.jpg").read_bytes() == b"dog"
    assert client.get(f"/api/uploads/{upload}").json() == {
        "items": [
            {"name": "a.csv", "folder": False, "files": 1, "bytes": 11},
            {"name": "pets", "folder": True, "files": 2, "bytes": 6},
        ]
    }


def test_a_large_file_never_lies_in_memory(app: Starlette, shelf: Shelf, upload: str) -> None:
    chunk = bytes(range(256)) * 256
    count = 50 * MB // len(chunk)
    stream(app, f"/api/uploads/{upload}/files", "first.bin", [chunk], len(chunk))  # imports are not counted
    tracemalloc.start()
    status = stream(app, f"/api/uploads/{upload}/files", "large.bin", (bytes(chunk) for _ in range(count)), 50 * MB)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert status == 201
    assert peak < 5 * MB
    assert (shelf.uploads.path(upload) / "large.bin").stat().st_size == 50 * MB


def test_a_cut_connection_leaves_no_half_file(app: Starlette, shelf: Shelf, upload: str, settings: Settings) -> None:
    stream(app, f"/api/uploads/{upload}/files", "a.csv", [b"x" * 70_000] * 3, 10 * MB, cut=True)
    assert everything_in(settings.datasets_folder / ".uploads") == []


@pytest.mark.parametrize(
    "name", ["../evil.csv", "a/../../evil.csv", "/etc/passwd", "..", "a/..", "C:\\evil.csv", "..\\evil.csv", "a\x00b"]
)
def test_a_name_that_leads_elsewhere_is_refused(client: TestClient, settings: Settings, upload: str, name: str) -> None:
    answer = client.post(f"/api/uploads/{upload}/files", params={"name": name}, content=b"evil")
    assert answer.status_code == 422
    assert answer.json()["message"].endswith(".")
    assert everything_in(settings.datasets_folder) == []
    assert not (settings.home / "evil.csv").exists()


@pytest.mark.parametrize("name", ["", "a" * 256, "a/" * 600 + "a"])
def test_a_name_is_neither_missing_nor_endless(client: TestClient, upload: str, name: str) -> None:
    answer = client.post(f"/api/uploads/{upload}/files", params={"name": name}, content=b"x")
    assert answer.status_code == 422
    assert answer.json()["message"].endswith(".")


@pytest.mark.parametrize("upload_id", ["nothere", "..", ".", "%2e%2e", "a.b"])
def test_an_unknown_upload_is_a_sentence(client: TestClient, upload_id: str) -> None:
    answer = client.post(f"/api/uploads/{upload_id}/files", params={"name": "a.csv"}, content=b"x")
    assert answer.status_code in (404, 405)


def test_what_is_too_large_is_refused_before_it_is_sent(client: TestClient, upload: str) -> None:
    answer = client.get(f"/api/uploads/{upload}", params={"bytes": 30 * 2**30, "largest": 30 * 2**30})
    assert answer.status_code == 413
    assert answer.json()["message"] == (
        "This is larger than 20 GB, which is the most that one file may have. Nothing of it was kept."
    )


def test_a_disk_without_space_says_so(
    client: TestClient, shelf: Shelf, upload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(100 * MB, 0, 501 * MB))
    answer = client.post(f"/api/uploads/{upload}/files", params={"name": "a.bin"}, content=b"x" * 2 * MB)
    assert answer.status_code == 507
    assert answer.json()["message"] == (
        "There is not enough space on the disk: 2 MB more are to come, and 501 MB are free, of which 500 MB are kept "
        "for the rest of the machine. Nothing of this was kept. Free some space, then try again."
    )
    assert everything_in(shelf.uploads.path(upload)) == []


def test_a_size_must_be_stated(client: TestClient, upload: str) -> None:
    answer = client.post(f"/api/uploads/{upload}/files", params={"name": "a.csv"}, content=iter([b"x"]))
    assert answer.status_code == 411


def test_starting_over_and_taking_one_thing_back(client: TestClient, shelf: Shelf, upload: str) -> None:
    for name in ("a.csv", "b.csv", "pets/1.jpg"):
        client.post(f"/api/uploads/{upload}/files", params={"name": name}, content=b"x")
    left = client.delete(f"/api/uploads/{upload}/files", params={"name": "pets"}).json()
    assert [item["name"] for item in left["items"]] == ["a.csv", "b.csv"]
    assert client.delete(f"/api/uploads/{upload}/files").json() == {"items": []}
    assert shelf.uploads.path(upload).is_dir()


# --- pictures by class ---


def test_pictures_are_kept_class_by_class_and_survive_a_reload(client: TestClient, collection: str) -> None:
    pictures = f"/api/collections/{collection}/pictures"
    first = client.post(pictures, params={"label": "cat"}, content=picture("red"))
    assert first.status_code == 201
    assert first.json() == {"number": 1, "count": 1}
    assert client.post(pictures, params={"label": "cat"}, content=picture("blue")).json() == {"number": 2, "count": 2}
    assert client.post(pictures, params={"label": "not a cat"}, content=picture()).json() == {"number": 1, "count": 1}
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
    from urllib.parse import quote

    answer = client.post(f"/api/collections/{collection}/pictures", params={"label": label}, content=picture())
    if answer.status_code == 422:
        assert answer.json()["message"].endswith(".")
        return
    assert answer.status_code == 201
    address = f"/api/collections/{collection}/pictures/{quote(label, safe='')}/{answer.json()['number']}"
    assert client.get(address).status_code == 200


def test_a_removed_picture_comes_back(client: TestClient, collection: str) -> None:
    pictures = f"/api/collections/{collection}/pictures"
    for color in ("red", "blue"):
        client.post(pictures, params={"label": "cat"}, content=picture(color))
    before = client.get(f"{pictures}/cat/1").content
    assert client.delete(f"{pictures}/cat/1").json() == {"number": 1, "count": 1}
    assert client.get(f"{pictures}/cat/1").status_code == 404
    assert client.get(f"/api/collections/{collection}").json()["labels"][0]["numbers"] == [2]
    assert client.post(f"{pictures}/cat/1/restore").json() == {"number": 1, "count": 2}
    assert client.get(f"{pictures}/cat/1").content == before


def test_pictures_that_come_at_the_same_time_all_stay(client: TestClient, collection: str) -> None:
    pictures = f"/api/collections/{collection}/pictures"
    contents = [picture("red", size=(32 + i, 32)) for i in range(24)]

    def add(content: bytes) -> int:
        return int(client.post(pictures, params={"label": "cat"}, content=content).json()["number"])

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(add, contents))
    assert sorted(numbers) == list(range(1, 25))
    assert client.get(f"/api/collections/{collection}").json()["labels"][0]["count"] == 24


def test_a_class_is_renamed_and_removed(client: TestClient, collection: str) -> None:
    labels, pictures = f"/api/collections/{collection}/labels", f"/api/collections/{collection}/pictures"
    client.post(pictures, params={"label": "catt"}, content=picture())
    renamed = client.post(labels, params={"label": "catt", "to": "cat"}).json()
    assert renamed["labels"] == [{"label": "cat", "count": 1, "numbers": [1]}]
    assert client.post(labels, params={"label": "cat", "to": "../cat"}).status_code == 422
    assert client.delete(labels, params={"label": "dog"}).status_code == 404
    assert client.delete(labels, params={"label": "cat"}).json()["labels"] == []
    assert client.post(f"{pictures}/cat/1/restore").json() == {"number": 1, "count": 1}


def test_a_thumbnail_is_a_picture_and_nothing_else(client: TestClient, collection: str) -> None:
    pictures = f"/api/collections/{collection}/pictures"
    client.post(pictures, params={"label": "cat"}, content=picture(kind="PNG"))
    answer = client.get(f"{pictures}/cat/1")
    assert answer.headers["content-type"] in ("image/jpeg", "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert Image.open(io.BytesIO(answer.content)).size[0] <= 256


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"text,label\n1,2\n", picture()[:300]])
def test_what_is_no_picture_is_refused_in_words(client: TestClient, collection: str, content: bytes) -> None:
    answer = client.post(f"/api/collections/{collection}/pictures", params={"label": "cat"}, content=content)
    assert answer.status_code == 422
    assert answer.json()["message"].endswith(".")
    assert client.get(f"/api/collections/{collection}").json()["labels"] == []


def test_a_picture_has_a_largest_size(client: TestClient, collection: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.upload_routes.pictures, "MOST_PICTURE_BYTES", 1000)
    answer = client.post(f"/api/collections/{collection}/pictures", params={"label": "cat"}, content=b"x" * 1001)
    assert answer.status_code == 413


def test_pictures_of_a_version_are_kept_by_the_browser(
    client: TestClient, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int, str, int]] = []

    def drawn(name: str, position: int, fingerprint: str = "", largest: int = 256) -> bytes:
        asked.append((name, position, fingerprint, largest))
        return picture(kind="PNG")

    monkeypatch.setattr(shelf, "picture", drawn)
    answer = client.get("/api/pictures/pets/abc123/7", params={"size": 99_999})
    assert asked == [("pets", 7, "abc123", 1024)]
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]


# --- to whom ---


WRITES = [
    ("POST", "/api/uploads/{upload}/files?name=a.csv"),
    ("DELETE", "/api/uploads/{upload}/files"),
    ("POST", "/api/collections/{collection}/pictures?label=cat"),
    ("DELETE", "/api/collections/{collection}/pictures/cat/1"),
    ("POST", "/api/collections/{collection}/pictures/cat/1/restore"),
]
FOREIGN = {
    "another page": {**OURS, "origin": "http://evil.example"},
    "another port": {**OURS, "origin": "http://127.0.0.1:9999"},
    "no page": {"x-touchstone": "1"},
    "a page without an address": {**OURS, "origin": "null"},
    "a broken address": {**OURS, "origin": "http://[::1"},
    "a form": {"origin": HOME_URL},
    "another site": {**OURS, "sec-fetch-site": "cross-site"},
    "another name": {**OURS, "host": "evil.example", "origin": "http://evil.example"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_only_our_own_pages_may_write(
    app: Starlette, shelf: Shelf, upload: str, collection: str, method: str, path: str, headers: dict[str, str]
) -> None:
    address = path.format(upload=upload, collection=collection)
    answer = TestClient(app, base_url=HOME_URL).request(method, address, headers=headers, content=picture())
    assert answer.status_code == 403
    assert answer.json()["message"].endswith((".", ")."))
    assert "access-control-allow-origin" not in answer.headers
    assert everything_in(shelf.uploads.path(upload)) == []


def test_another_page_sees_no_picture(client: TestClient, collection: str) -> None:
    client.post(f"/api/collections/{collection}/pictures", params={"label": "cat"}, content=picture())
    address = f"/api/collections/{collection}/pictures/cat/1"
    assert client.get(address, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get(address).status_code == 200
