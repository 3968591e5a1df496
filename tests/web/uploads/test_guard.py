"""To whom the writing routes answer: Touchstone's own pages, and nobody else."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.services.dataset_service import DatasetService
from tests.web.uploads.conftest import HOME_URL, OURS, everything_in, image

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
    app: Starlette,
    dataset_service: DatasetService,
    upload: str,
    collection: str,
    method: str,
    path: str,
    headers: dict[str, str],
) -> None:
    address = path.format(upload=upload, collection=collection)
    answer = TestClient(app, base_url=HOME_URL).request(method, address, headers=headers, content=image())
    assert answer.status_code == 403
    assert answer.json()["message"].endswith((".", ")."))
    assert "access-control-allow-origin" not in answer.headers
    assert everything_in(dataset_service.uploads.path(upload)) == []


def test_another_page_sees_no_picture(client: TestClient, collection: str) -> None:
    client.post(f"/api/collections/{collection}/pictures", params={"label": "cat"}, content=image())
    address = f"/api/collections/{collection}/pictures/cat/1"
    assert client.get(address, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get(address).status_code == 200
