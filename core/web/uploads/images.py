"""Images of collections, which are assembled by class, and dataset images for display."""

import unicodedata
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core.services.dataset_service import DatasetService
from core.web.uploads.guard import Endpoint, as_json, body_of, found_or_404, integer_of

MOST_IMAGE_BYTES = 32 * 2**20  # held in memory while it is checked; a collection keeps less
LARGEST_SIDE = 1024  # pixels, of a thumbnail
_YEAR = "private, max-age=31536000, immutable"


def image_routes(open_dataset_service: Callable[[], DatasetService]) -> list[tuple[str, str, Endpoint]]:
    """Return the routes of image collections, assembled by class, and of displayed images."""

    async def show(request: Request) -> Response:
        return as_json(await found_or_404(_collection, open_dataset_service(), request.path_params["collection"]))

    async def add(request: Request) -> Response:
        collection, label = request.path_params["collection"], request.query_params.get("label", "")
        await found_or_404(open_dataset_service().collections.path, collection)
        content = await body_of(request, MOST_IMAGE_BYTES)
        number = await run_in_threadpool(open_dataset_service().collections.add_image, collection, label, content)
        return as_json({"number": number, "count": await _count(collection, label)}, 201)

    async def remove(request: Request) -> Response:
        collection, label, number = _place(request)
        await found_or_404(open_dataset_service().collections.remove_image, collection, label, number)
        return as_json({"number": number, "count": await _count(collection, label)})

    async def restore(request: Request) -> Response:
        collection, label, number = _place(request)
        await found_or_404(open_dataset_service().collections.restore_image, collection, label, number)
        return as_json({"number": number, "count": await _count(collection, label)})

    async def view(request: Request) -> Response:
        collection, label, number = _place(request)
        content = await found_or_404(open_dataset_service().collections.image, collection, label, number)
        return _image(content, "no-cache")

    async def example(request: Request) -> Response:
        place = request.path_params
        size = min(max(integer_of(request, "size") or 256, 16), LARGEST_SIDE)
        content = await found_or_404(
            open_dataset_service().image, place["dataset"], place["position"], place["version"], size
        )
        return _image(content, _YEAR)  # a version never changes

    async def _count(collection: str, label: str) -> int:
        found = await run_in_threadpool(open_dataset_service().collections.get, collection)
        return sum(count for name, count in found.counts.items() if _same(name) == _same(label))

    async def rename(request: Request) -> Response:
        collection, label = request.path_params["collection"], request.query_params.get("label", "")
        await found_or_404(open_dataset_service().collections.path, collection)
        name = request.query_params.get("to", "")
        await run_in_threadpool(open_dataset_service().collections.rename_label, collection, label, name)
        return as_json(await run_in_threadpool(_collection, open_dataset_service(), collection))

    async def remove_class(request: Request) -> Response:
        collection, label = request.path_params["collection"], request.query_params.get("label", "")
        await found_or_404(open_dataset_service().collections.remove_label, collection, label)
        return as_json(await run_in_threadpool(_collection, open_dataset_service(), collection))

    images = "/api/collections/{collection}/pictures"
    one = images + "/{label:path}/{number:int}"
    return [
        ("GET", "/api/collections/{collection}", show),
        ("POST", "/api/collections/{collection}/labels", rename),
        ("DELETE", "/api/collections/{collection}/labels", remove_class),
        ("POST", images, add),
        ("POST", one + "/restore", restore),
        ("DELETE", one, remove),
        ("GET", one, view),
        ("GET", "/api/pictures/{dataset}/{version}/{position:int}", example),
    ]


def _place(request: Request) -> tuple[str, str, int]:
    place = request.path_params
    return place["collection"], place["label"], place["number"]


def _collection(dataset_service: DatasetService, collection: str) -> dict[str, Any]:
    found = dataset_service.collections.get(collection)
    labels = [
        {"label": label, "count": len(numbers), "numbers": list(numbers)} for label, numbers in found.numbers.items()
    ]
    return {"id": found.id, "title": found.title, "labels": labels}


def _same(label: str) -> str:
    """Return what two spellings of one class have in common."""
    return unicodedata.normalize("NFC", " ".join(label.split())).casefold()


def _image(content: bytes, cache: str) -> Response:
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    headers = {
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(content, media_type=kind, headers=headers)
