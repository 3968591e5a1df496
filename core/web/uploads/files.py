"""Files and folders, uploaded from the browser into an upload's folder in chunks."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core.services.dataset_service import DatasetService
from core.web.uploads.guard import Endpoint, as_json, check_size, found_or_404, integer_of, length_of

MOST_BYTES = 20 * 2**30  # of one file


def file_routes(open_dataset_service: Callable[[], DatasetService]) -> list[tuple[str, str, Endpoint]]:
    """Return the routes of an upload, a folder that receives files and folders."""

    async def room(request: Request) -> Response:
        folder = await found_or_404(open_dataset_service().uploads.path, request.path_params["upload"])
        check_size(integer_of(request, "largest"), MOST_BYTES)
        await run_in_threadpool(open_dataset_service().uploads.space.check, folder, integer_of(request, "bytes"))
        return as_json({"items": await run_in_threadpool(_listed, folder)})

    async def send(request: Request) -> Response:
        name, size = request.query_params.get("name", ""), length_of(request)
        uploads, upload = open_dataset_service().uploads, request.path_params["upload"]
        await found_or_404(uploads.path, upload)
        check_size(size, MOST_BYTES)
        await uploads.receive(upload, name, request.stream(), size, integer_of(request, "modified"))
        return as_json({"name": name, "bytes": size}, 201)

    async def arrived(request: Request) -> Response:
        folder = await found_or_404(open_dataset_service().uploads.path, request.path_params["upload"])
        return as_json({"files": await run_in_threadpool(_every_file, folder, request.query_params.get("name", ""))})

    async def clear(request: Request) -> Response:
        folder = await found_or_404(open_dataset_service().uploads.path, request.path_params["upload"])
        await run_in_threadpool(_clear, folder, request.query_params.get("name", ""))
        return as_json({"items": await run_in_threadpool(_listed, folder)})

    return [
        ("GET", "/api/uploads/{upload}", room),
        ("POST", "/api/uploads/{upload}/files", send),
        ("GET", "/api/uploads/{upload}/files", arrived),
        ("DELETE", "/api/uploads/{upload}/files", clear),
    ]


def _listed(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of a folder with their numbers of files and bytes."""
    found = []
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        sizes = [file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
        if sizes:
            found.append({"name": path.name, "folder": path.is_dir(), "files": len(sizes), "bytes": sum(sizes)})
    return found


def _every_file(folder: Path, name: str) -> dict[str, list[int]]:
    """Return sizes and modification times (ms) of uploaded files, to skip these."""
    place = next((path for path in folder.iterdir() if path.name == name and not name.startswith(".")), None)
    if place is None:
        return {}
    files = [file for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]
    stats = {file.relative_to(folder).as_posix(): file.stat() for file in files}
    return {path: [stat.st_size, stat.st_mtime_ns // 1_000_000] for path, stat in stats.items()}


def _clear(folder: Path, name: str) -> None:
    """Remove all entries of a folder, or only this one; the folder stays."""
    for path in folder.iterdir():
        if name not in ("", path.name):
            continue
        gone = folder / f".gone-{uuid4().hex}"  # in one step: nothing sees half of it
        path.rename(gone)
        if gone.is_dir():
            shutil.rmtree(gone, ignore_errors=True)
        else:
            gone.unlink(missing_ok=True)
