"""Read-only JSON routes beside the pages, which live charts request every second."""

import asyncio
import csv
import functools
import io
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.access.token import LOOPBACK
from core.errors import TouchstoneError, UserError
from core.formatting import csv_cell
from core.services.curve_cache import SMOOTHEST, Curve, Line, Snapshot, curves_of, plain_steps
from core.services.run_service import Service
from core.web.curve_responses import CurveAnswers, is_step
from core.web.js_assets import library_files
from core.web.sample_prediction_routes import sample_prediction_endpoints

_YEAR = "public, max-age=31536000, immutable"
_NEVER_KEPT = {"Cache-Control": "no-store"}
Endpoint = Callable[[Request], Response]
Awaited = Callable[[Request], Awaitable[Response]]


def routes(open_service: Callable[[], Service], allowed_hosts: Iterable[str] = LOOPBACK) -> list[Route]:
    """Return the routes to mount.

    Args:
        open_service: Returns the process's service; called at the first request, not before.
        allowed_hosts: Host names under which the dashboard may be reached; `*.example.org` and `*` are understood.
    """
    hosts = tuple(host.strip().lower() for host in allowed_hosts) or LOOPBACK
    libraries = library_files()  # another version is another address, so they may be kept

    def health(_: Request) -> Response:
        return _json({"status": "ok", "worker_alive": open_service().worker.info().alive})

    def run(request: Request) -> Response:
        return _json(_plain(open_service().document(request.path_params["run_id"])))

    answers = functools.cache(lambda: CurveAnswers(curves_of(open_service()), _written))

    async def curves(request: Request) -> Response:
        query, run_id = request.query_params, request.path_params["run_id"].strip().lower()
        said = query.get("after", ""), query.get("generation", ""), _step(query.get("wait", ""))
        keys = tuple(_keys(query.get("keys", "")))
        body = await (await asyncio.to_thread(answers)).answer(run_id, *said, keys)
        return Response(body, media_type="application/json", headers=_NEVER_KEPT)

    def detail(request: Request) -> Response:
        query, run_id = request.query_params, request.path_params["run_id"].strip().lower()
        low, high = (_step(query.get(name, "")) for name in ("low", "high"))
        keys, weight = _keys(query.get("keys", "")), _share(query.get("smooth", ""))
        found = curves_of(open_service()).read_lines(run_id, keys, low, high, weight)
        return _json({"run": run_id, "curves": {key: _part(line) for key, line in found.items()}})

    def table(request: Request) -> Response:
        run_id = request.path_params["run_id"].strip().lower()
        found = curves_of(open_service()).read_whole(run_id, _keys(request.query_params.get("keys", "")))
        return PlainTextResponse(_csv(found), media_type="text/csv", headers=_NEVER_KEPT)

    def asset(request: Request) -> Response:
        if file := libraries.get(request.path_params["name"]):
            return FileResponse(file, media_type="text/javascript", headers={"Cache-Control": _YEAR})
        return _sentence(404, "There is no such file.")

    paths: dict[str, Awaited] = {
        "/api/health": _in_thread(health),
        "/api/runs/{run_id}": _in_thread(run),
        "/api/runs/{run_id}/curves": curves,
        "/api/runs/{run_id}/curves.csv": _in_thread(table),
        "/api/runs/{run_id}/detail": _in_thread(detail),
        "/assets/{name}": _in_thread(asset),
        **{path: _in_thread(endpoint) for path, endpoint in sample_prediction_endpoints(open_service).items()},
    }
    return [Route(path, _guarded(endpoint, hosts), methods=["GET"]) for path, endpoint in paths.items()]


def under(base_path: str, mounted: Iterable[Route]) -> list[Route]:
    """Return routes below the dashboard's base path, the only one a proxy forwards.

    Args:
        base_path: Such as "/touchstone"; empty leaves them as they are.
        mounted: The routes.
    """
    base = f"/{base_path.strip('/')}" if base_path.strip("/") else ""
    return [Route(base + route.path, route.endpoint, methods=route.methods, name=route.name) for route in mounted]


def refusal(request: Request, hosts: tuple[str, ...]) -> str:
    """Return why a request is refused, or an empty string.

    Only our own pages, at our own addresses, are answered.
    """
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if not _is_allowed(_hostname(f"//{host}"), hosts):
        return "This address is not one under which Touchstone may be reached (allowedHosts)."
    external = origin is not None and _netloc(origin) != host.lower()
    if external or request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return "Only Touchstone's own pages may read this."
    return ""


def _in_thread(endpoint: Endpoint) -> Awaited:
    @functools.wraps(endpoint)
    async def called(request: Request) -> Response:
        return await run_in_threadpool(endpoint, request)

    return called


def _guarded(endpoint: Awaited, hosts: tuple[str, ...]) -> Awaited:
    """Answer only to our own pages, and put what goes wrong into a sentence."""

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        if sentence := refusal(request, hosts):
            return _sentence(403, sentence)
        try:
            return await endpoint(request)
        except UserError as error:
            return _sentence(404, str(error))
        except TouchstoneError as error:
            return _sentence(503, str(error))

    return guarded


def _is_allowed(hostname: str, hosts: tuple[str, ...]) -> bool:
    return any(
        pattern == "*" or (hostname.endswith(pattern[1:]) if pattern.startswith("*.") else hostname == pattern)
        for pattern in hosts
        if hostname
    )


def _hostname(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:  # "//[::1" is no address
        return ""


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:  # "http://[::1" is no address
        return ""


def _keys(text: str) -> list[str]:
    return [unquote(key) for key in text.split(",") if key]  # a name may have a comma in it


def _step(text: str) -> int:
    """Read a step; what cannot be read is the first one."""
    return int(text) if is_step(text) else 0


def _csv(curves: Mapping[str, Curve]) -> str:
    """Return every point as a CSV line; names are safe from spreadsheet formulas."""
    written = io.StringIO()
    lines = csv.writer(written)
    elsewhere = any(curve.global_steps is not None for curve in curves.values())
    lines.writerow(["curve", "step", "value", "seconds_since_1970", *(["global_step"] if elsewhere else [])])
    for key, curve in curves.items():
        of_run = plain_steps(curve.steps if curve.global_steps is None else curve.global_steps)
        for (step, value, moment), run_step in zip(curve.points(), of_run, strict=True):
            lines.writerow([csv_cell(key), step, repr(value), f"{moment:.3f}", *([run_step] if elsewhere else [])])
    return written.getvalue()


def _document(snapshot: Snapshot) -> dict[str, Any]:
    run = snapshot.run
    return {
        "run": run.id,
        "status": run.status,
        "stage": run.stage,
        "active": run.status.is_active,
        "steps": run.steps,
        "steps_total": run.steps_total,
        "attempt": run.attempt,
        "generation": snapshot.generation,
        "complete": snapshot.complete,
        "pauses": run.pauses,
        "curves": {key: _line(key, snapshot) for key in snapshot.curves},
    }


def _line(key: str, snapshot: Snapshot) -> Mapping[str, Any]:
    axis = snapshot.axes.get(key)
    return {"length": snapshot.lengths[key], **({"axis": axis} if axis else {}), **_columns(snapshot.curves[key])}


def _written(snapshot: Snapshot) -> bytes:
    return bytes(_json(_document(snapshot)).body)


def _columns(curve: Curve) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "step": plain_steps(curve.steps),
        "value": [_number(value) for value in curve.values.tolist()],
        "time": curve.times.round(3).tolist(),
    }
    if curve.global_steps is not None:
        columns["global_step"] = plain_steps(curve.global_steps)
    return columns | ({"thinned": True} if curve.is_thinned else {})


def _part(line: Line) -> Mapping[str, Any]:
    """Return a line as JSON for charts; `mean` is its smoothed end value."""
    columns = {**_columns(line.points), "count": line.count, "numbers": line.numbers}
    columns |= {"axis": line.axis} if line.axis else {}
    if line.smooth is None:
        return columns
    means = line.smooth.values[np.isfinite(line.smooth.values)]
    end = {"keep": line.keep, "mean": float(means[-1]) if len(means) else 0.0}
    return columns | {"middle": line.middle, "smooth": {**_columns(line.smooth), **end}}


def _share(text: str) -> float:
    """Parse the smoothing weight; an invalid one means no smoothing."""
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return min(max(weight, 0.0), SMOOTHEST) if math.isfinite(weight) else 0.0


def _number(value: float) -> float | str | None:
    """Return what JSON can hold: NaN is null, infinity is a word."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _json(document: Mapping[str, Any]) -> Response:
    return JSONResponse(document, headers=_NEVER_KEPT)


def _sentence(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status, headers=_NEVER_KEPT)
