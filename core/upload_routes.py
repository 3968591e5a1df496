"""The writing routes: files and pictures go from the browser to the disk, chunk by chunk, and pictures come back."""

import functools
import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import TouchstoneError, UnknownName, UserError
from core.routes import LOOPBACK, refusal
from core.shelf import Shelf

MOST_BYTES = 20 * 2**30  # of one file
MOST_PICTURE_BYTES = 50 * 2**20
KEEP_FREE_BYTES = 500 * 2**20  # of the disk, for the rest of the machine
LONGEST_NAME = 1000  # characters, folders included
LARGEST_SIDE = 1024  # pixels, of a thumbnail
_DRAINED_BYTES = 64 * 2**20
_YEAR = "private, max-age=31536000, immutable"
_NO_SPACE = (
    "There is not enough space on the disk: {needed} more are to come, and {free} are free, of which 500 MB are kept "
    "for the rest of the machine. Nothing of this was kept. Free some space, then try again."
)
Endpoint = Callable[[Request], Awaitable[Response]]
log = logging.getLogger("touchstone")


class Refused(Exception):
    """A request that cannot be done as it was asked: an HTTP status and a whole sentence."""

    def __init__(self, status: int, text: str) -> None:
        """Take both as they are."""
        self.status = status
        super().__init__(text)


def upload_routes(open_shelf: Callable[[], Shelf], allowed_hosts: Iterable[str] = LOOPBACK) -> list[Route]:
    """Return the routes to mount.

    Args:
        open_shelf: Returns the process's shelf; called at the first request, not before.
        allowed_hosts: Host names under which the dashboard may be reached, as in `core.routes`.
    """
    hosts = tuple(host.strip().lower() for host in allowed_hosts) or LOOPBACK
    routes = [*_file_routes(open_shelf), *_picture_routes(open_shelf)]
    return [Route(path, _guarded(endpoint, hosts), methods=[method]) for method, path, endpoint in routes]


def _file_routes(open_shelf: Callable[[], Shelf]) -> list[tuple[str, str, Endpoint]]:
    """Return the routes of an upload: one folder on the disk that files and folders are sent into."""

    async def room(request: Request) -> Response:
        folder = await run_in_threadpool(open_shelf().uploads.path, request.path_params["upload"])
        _check_size(_integer(request, "largest"), MOST_BYTES)
        await run_in_threadpool(_check_space, folder, _integer(request, "bytes"))
        return _json({"items": await run_in_threadpool(_listed, folder)})

    async def send(request: Request) -> Response:
        name, size = request.query_params.get("name", ""), _length(request)
        uploads, upload = open_shelf().uploads, request.path_params["upload"]
        folder = await run_in_threadpool(uploads.path, upload)
        _check_size(size, MOST_BYTES)
        if not 0 < len(name) <= LONGEST_NAME:
            raise Refused(400, f"A file's name, with its folders, must have 1 to {LONGEST_NAME:,} characters.")
        await run_in_threadpool(_check_space, folder, size)
        await uploads.receive(upload, name, request.stream(), size)
        return _json({"name": name, "bytes": size}, 201)

    async def clear(request: Request) -> Response:
        folder = await run_in_threadpool(open_shelf().uploads.path, request.path_params["upload"])
        await run_in_threadpool(_clear, folder, request.query_params.get("name", ""))
        return _json({"items": await run_in_threadpool(_listed, folder)})

    return [
        ("GET", "/api/uploads/{upload}", room),
        ("POST", "/api/uploads/{upload}/files", send),
        ("DELETE", "/api/uploads/{upload}/files", clear),
    ]


def _picture_routes(open_shelf: Callable[[], Shelf]) -> list[tuple[str, str, Endpoint]]:
    """Return the routes of collections (pictures put together class by class) and of pictures to look at."""

    async def show(request: Request) -> Response:
        return _json(await run_in_threadpool(_collection, open_shelf(), request.path_params["collection"]))

    async def add(request: Request) -> Response:
        collection, label = request.path_params["collection"], request.query_params.get("label", "").strip()
        content = await _body(request, MOST_PICTURE_BYTES)
        number = await run_in_threadpool(open_shelf().collections.add_picture, collection, label, content)
        return _json({"number": number, "count": await _count(collection, label)}, 201)

    async def remove(request: Request) -> Response:
        collection, label, number = _place(request)
        await run_in_threadpool(open_shelf().collections.remove_picture, collection, label, number)
        return _json({"number": number, "count": await _count(collection, label)})

    async def restore(request: Request) -> Response:
        collection, label, number = _place(request)
        await run_in_threadpool(open_shelf().collections.restore_picture, collection, label, number)
        return _json({"number": number, "count": await _count(collection, label)})

    async def look(request: Request) -> Response:
        return _picture(await run_in_threadpool(open_shelf().collections.picture, *_place(request)), "no-cache")

    async def example(request: Request) -> Response:
        place = request.path_params
        size = min(max(_integer(request, "size") or 256, 16), LARGEST_SIDE)
        picture = functools.partial(open_shelf().picture, place["dataset"], place["position"], place["version"], size)
        return _picture(await run_in_threadpool(picture), _YEAR)  # a version never changes

    async def _count(collection: str, label: str) -> int:
        found = await run_in_threadpool(open_shelf().collections.get, collection)
        return int(found.counts.get(label, 0))

    pictures = "/api/collections/{collection}/pictures"
    one = pictures + "/{label:path}/{number:int}"
    return [
        ("GET", "/api/collections/{collection}", show),
        ("POST", pictures, add),
        ("POST", one + "/restore", restore),
        ("DELETE", one, remove),
        ("GET", one, look),
        ("GET", "/api/pictures/{dataset}/{version}/{position:int}", example),
    ]


def _guarded(endpoint: Endpoint, hosts: tuple[str, ...]) -> Endpoint:
    """Answer only to our own pages, and put what goes wrong into a sentence."""

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        if sentence := refusal(request, hosts) or _forgery(request):
            return _sentence(403, sentence)
        try:
            return await endpoint(request)
        except ClientDisconnect:
            return _sentence(400, "The connection was cut before everything had arrived. Nothing of this was kept.")
        except (Refused, TouchstoneError, OSError) as error:
            if isinstance(error, OSError):
                log.error("%s could not be served.", request.url.path, exc_info=error)
            await _drain(request)
            return _sentence(*_in_words(error))

    return guarded


def _forgery(request: Request) -> str:
    """Return why a writing request is not ours: a form or script of another page cannot send both headers."""
    if request.method in ("GET", "HEAD"):
        return ""
    if "origin" not in request.headers or request.headers.get("x-touchstone") != "1":
        return "Only Touchstone's own pages may write here."
    return ""


def _in_words(error: Exception) -> tuple[int, str]:
    """Return the status and the sentence for what went wrong."""
    if isinstance(error, Refused):
        return error.status, str(error)
    if isinstance(error, UnknownName):
        return 404, str(error)
    if isinstance(error, UserError):
        return 422, str(error)
    if isinstance(error, TouchstoneError):
        return 503, str(error)
    if isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT):
        return 507, "The disk is full. Nothing of this was kept. Free some space, then try again."
    return 500, "Touchstone could not write this to its disk. Nothing of it was kept. The server's log says more."


async def _drain(request: Request) -> None:
    """Take what is still being sent, within reason: a browser that is still sending does not read the answer."""
    left = _DRAINED_BYTES
    with suppress(RuntimeError, ClientDisconnect):  # everything was read already; or the browser is gone
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                return


async def _body(request: Request, limit: int) -> bytes:
    """Return the request's body, which may not be larger than so many bytes."""
    _check_size(_length(request), limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        _check_size(len(body), limit)
    return bytes(body)


def _length(request: Request) -> int:
    text = request.headers.get("content-length", "")
    if not text.isdecimal() or len(text) > 18:
        raise Refused(411, "The size must be sent first (Content-Length).")
    return int(text)


def _integer(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not text.isdecimal() or len(text) > 18:
        raise Refused(400, f"'{name}' must be a whole number.")
    return int(text)


def _place(request: Request) -> tuple[str, str, int]:
    place = request.path_params
    return place["collection"], place["label"], place["number"]


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise Refused(
            413, f"This is larger than {_bytes(limit)}, which is the most that one file may have. Nothing of it was kept."
        )


def _check_space(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size + KEEP_FREE_BYTES > free:
        raise Refused(507, _NO_SPACE.format(needed=_bytes(size), free=_bytes(free)))


def _listed(folder: Path) -> list[dict[str, Any]]:
    """Return what lies directly in a folder, with how many files and bytes are in it."""
    found = []
    for path in sorted(folder.iterdir()):
        sizes = [file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
        if sizes:
            found.append({"name": path.name, "folder": path.is_dir(), "files": len(sizes), "bytes": sum(sizes)})
    return found


def _clear(folder: Path, name: str) -> None:
    """Remove everything that lies in a folder, or only what has this name; the folder stays."""
    for path in folder.iterdir():
        if name not in ("", path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _collection(shelf: Shelf, collection: str) -> dict[str, Any]:
    found = shelf.collections.get(collection)
    labels = [
        {"label": label, "count": len(numbers), "numbers": list(numbers)} for label, numbers in found.numbers.items()
    ]
    return {"id": found.id, "title": found.title, "labels": labels}


def _bytes(count: int) -> str:
    for unit, size in (("GB", 2**30), ("MB", 2**20)):
        if count >= size:
            return f"{count / size:,.1f} {unit}".replace(".0 ", " ")
    return f"{max(1, round(count / 1024)):,} kB"


def _picture(content: bytes, cache: str) -> Response:
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    headers = {
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(content, media_type=kind, headers=headers)


def _json(document: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(document, status, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})


def _sentence(status: int, text: str) -> Response:
    return _json({"message": text}, status)
