"""Files and folders: what reaches the disk, and what is refused in words."""

import asyncio
import tracemalloc
from collections import namedtuple
from collections.abc import Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.services.dataset_service import DatasetService
from core.settings import Settings
from tests.web.uploads.conftest import OURS, everything_in

MB = 2**20


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


def test_a_file_and_a_folder_lie_on_the_disk_as_they_were(
    client: TestClient, dataset_service: DatasetService, upload: str
) -> None:
    for name, content in {"a.csv": b"text,label\n", "pets/cat/1 ü.jpg": b"cat", "pets/dog/1.jpg": b"dog"}.items():
        answer = client.post(f"/api/uploads/{upload}/files", params={"name": name}, content=content)
        assert answer.status_code == 201
        assert answer.json() == {"name": name, "bytes": len(content)}
    folder = dataset_service.uploads.path(upload)
    assert everything_in(folder) == ["a.csv", "pets/cat/1 ü.jpg", "pets/dog/1.jpg"]
    assert (folder / "pets/dog/1.jpg").read_bytes() == b"dog"
    assert client.get(f"/api/uploads/{upload}").json() == {
        "items": [
            {"name": "a.csv", "folder": False, "files": 1, "bytes": 11},
            {"name": "pets", "folder": True, "files": 2, "bytes": 6},
        ]
    }


def test_a_large_file_never_lies_in_memory(app: Starlette, dataset_service: DatasetService, upload: str) -> None:
    chunk = bytes(range(256)) * 256
    count = 50 * MB // len(chunk)
    stream(app, f"/api/uploads/{upload}/files", "first.bin", [chunk], len(chunk))  # imports are not counted
    tracemalloc.start()
    status = stream(app, f"/api/uploads/{upload}/files", "large.bin", (bytes(chunk) for _ in range(count)), 50 * MB)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert status == 201
    assert peak < 5 * MB
    assert (dataset_service.uploads.path(upload) / "large.bin").stat().st_size == 50 * MB


def test_a_cut_connection_leaves_no_half_file(
    app: Starlette, dataset_service: DatasetService, upload: str, settings: Settings
) -> None:
    stream(app, f"/api/uploads/{upload}/files", "a.csv", [b"x" * 70_000] * 3, 10 * MB, cut=True)
    assert everything_in(settings.datasets_folder / ".uploads") == []


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv",
        "a/../../evil.csv",
        "/etc/passwd",
        "..",
        "a/..",
        "C:\\evil.csv",
        "..\\evil.csv",
        "a\x00b",
        ".together",
    ],
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
    client: TestClient, dataset_service: DatasetService, upload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(100 * MB, 0, 501 * MB))
    answer = client.post(f"/api/uploads/{upload}/files", params={"name": "a.bin"}, content=b"x" * 2 * MB)
    assert answer.status_code == 507
    assert answer.json()["message"] == (
        "There is not enough space on the disk: 2 MB more are to come, and 501 MB are free, of which 500 MB are kept "
        "for the rest of the machine. Nothing of this was kept. Free some space, then try again."
    )
    assert everything_in(dataset_service.uploads.path(upload)) == []


def test_a_size_must_be_stated(client: TestClient, upload: str) -> None:
    answer = client.post(f"/api/uploads/{upload}/files", params={"name": "a.csv"}, content=iter([b"x"]))
    assert answer.status_code == 411


def test_starting_over_and_taking_one_thing_back(
    client: TestClient, dataset_service: DatasetService, upload: str
) -> None:
    for name in ("a.csv", "b.csv", "pets/1.jpg"):
        client.post(f"/api/uploads/{upload}/files", params={"name": name}, content=b"x")
    left = client.delete(f"/api/uploads/{upload}/files", params={"name": "pets"}).json()
    assert [item["name"] for item in left["items"]] == ["a.csv", "b.csv"]
    assert client.delete(f"/api/uploads/{upload}/files").json() == {"items": []}
    assert dataset_service.uploads.path(upload).is_dir()


def test_what_has_arrived_is_known_with_its_time_so_that_it_is_not_sent_again(client: TestClient, upload: str) -> None:
    files = f"/api/uploads/{upload}/files"
    client.post(files, params={"name": "pets/1.jpg", "modified": 1_700_000_000_123}, content=b"one")
    client.post(files, params={"name": "notes.txt"}, content=b"other")
    assert client.get(files, params={"name": "pets"}).json() == {"files": {"pets/1.jpg": [3, 1_700_000_000_123]}}
    assert client.get(files, params={"name": "nothere"}).json() == {"files": {}}
    assert client.get(files, params={"name": ".."}).json() == {"files": {}}


def test_thirty_people_at_once_have_their_own_files(client: TestClient, dataset_service: DatasetService) -> None:
    def bring(person: int) -> tuple[str, list[str]]:
        upload = dataset_service.new_upload()
        for part in range(3):
            name, content = f"part-{part}.csv", f"of person {person}".encode()
            client.post(f"/api/uploads/{upload}/files", params={"name": name}, content=content)
        folder = dataset_service.upload_folder(upload)
        return upload, [file.read_text() for file in folder.iterdir()]

    with ThreadPoolExecutor(30) as people:
        imported = list(people.map(bring, range(30)))
    assert [texts for _, texts in imported] == [[f"of person {person}"] * 3 for person in range(30)]
    ids = {upload for upload, _ in imported}
    assert len(ids) == 30
    assert all(len(upload) == 32 for upload in ids)  # 128 random bits: nobody guesses another one's


def test_files_sent_together_are_one_source_with_a_name(
    client: TestClient, dataset_service: DatasetService, upload: str
) -> None:
    assert dataset_service.uploaded(upload) is None
    files = f"/api/uploads/{upload}/files"
    client.post(files, params={"name": "labels.csv"}, content=b"a,b")
    assert dataset_service.uploaded(upload) == dataset_service.upload_folder(upload) / "labels.csv"
    client.post(files, params={"name": "large.csv"}, content=b"a,b\n" * 10)
    together = dataset_service.uploaded(upload)
    assert together is not None
    assert (together.name, everything_in(together)) == ("large and 1 more", ["labels.csv", "large.csv"])
    assert dataset_service.uploaded(upload) == together  # each look finds the same

    client.post(files, params={"name": "pets/1.jpg"}, content=b"x")
    again = dataset_service.uploaded(upload)
    assert again is not None
    assert again.name == "large and 2 more"
    assert everything_in(again) == ["labels.csv", "large.csv", "pets/1.jpg"]
