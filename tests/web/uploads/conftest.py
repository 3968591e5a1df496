"""The routes alone, over a real shelf in a home of the test's own."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.services.dataset_service import DatasetService
from core.settings import Settings
from core.web.uploads import upload_routes

HOME_URL = "http://127.0.0.1:8501"
OURS = {"origin": HOME_URL, "x-touchstone": "1"}


@pytest.fixture
def dataset_service(settings: Settings) -> DatasetService:
    settings.prepare()
    return DatasetService(settings)


@pytest.fixture
def app(dataset_service: DatasetService) -> Starlette:
    return Starlette(routes=upload_routes(lambda: dataset_service))


@pytest.fixture
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app, base_url=HOME_URL, headers=OURS) as opened:
        yield opened


@pytest.fixture
def upload(dataset_service: DatasetService) -> str:
    return dataset_service.uploads.new()


@pytest.fixture
def collection(dataset_service: DatasetService) -> str:
    return dataset_service.collections.new("My pictures")


def image(color: str = "red", kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a whole picture file."""
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


def everything_in(folder: Path) -> list[str]:
    """Return every file in a folder, however deep."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
