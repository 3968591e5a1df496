"""The head of Streamlit's HTML page: the server's address and files to preload."""

import functools
import re
from pathlib import Path
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.web.js_assets import UPLOT

# Streamlit asks under the page's own path first where its server is (/run/_stcore/health), is refused, and waits before
# it asks again: 150 ms at every deep link. It is where the page's own files come from.
_WHERE = '<script>window.__streamlit = {{ BACKEND_BASE_URL: new URL("{}", location.href).href }}</script>'
# A table is the largest part of Streamlit's front end, and asked for only when the page's script has run; fetched here,
# it is read meanwhile: 0.3 s of 1.9 in a new tab.
_TABLE = "DataFrame"
_EARLY = {"run": (False, True), "runs": (True, False), "compare": (True, True)}  # a table, a chart
_OF_A_FILE = (b"accept-encoding", b"range", b"if-none-match", b"if-modified-since")
_IMPORT = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')


@functools.cache
def head(page: str, base: str = "./") -> str:
    """Return what to put into the head of a page.

    Args:
        page: The last part of its path.
        base: Where the server is, seen from the page: "/touchstone/" where it is served under such a path.
    """
    table, chart = _EARLY.get(page, (False, False))
    files = _with_imports(_TABLE) if table else []
    charts = [f'<link rel="preload" as="script" href="{base}assets/{UPLOT}">'] if chart else []
    links = [f'<link rel="modulepreload" crossorigin href="{base}static/js/{file}">' for file in files]
    return "".join([_WHERE.format(base), *charts, *links])


def _with_imports(name: str) -> list[str]:
    """Return the files of a Streamlit front-end module and its imports; empty if missing."""
    import streamlit

    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    found = [file.name for file in folder.glob(f"{name}.*.js")][:1]
    for file in found:  # grows while it is walked
        path = folder / file
        beginning = path.read_bytes()[:20_000].decode(errors="ignore") if path.is_file() else ""
        found += [other for other in dict.fromkeys(_IMPORT.findall(beginning)) if other not in found]
    return found


class FrontPage:
    """ASGI middleware that completes the head of an HTML page; everything else passes.

    Args:
        app: What it stands before.
        base_path: Under which the dashboard is served, such as "/touchstone"; empty where there is none.
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self._app = app
        self._base = f"/{quote(base_path.strip('/'))}/" if base_path.strip("/") else "./"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if _wants_html(scope):  # whole, unpacked, and never "as before": it is not Streamlit's file any more
            page = scope["path"].rpartition("/")[2]
            send = _Completed(send, head(page if page in _EARLY else "", self._base)).send
            scope = {**scope, "headers": [header for header in scope["headers"] if header[0] not in _OF_A_FILE]}
        await self._app(scope, receive, send)


class _Completed:
    """Collects an HTML answer and sends it with its head completed."""

    def __init__(self, send: Send, head: str) -> None:
        self._send = send
        self._head = head.encode()
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif self._start is not None and message["type"] == "http.response.body":
            await self._gather(self._start, message)
        else:
            await self._send(message)

    async def _gather(self, start: Message, message: Message) -> None:
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        before, end, after = self._body.partition(b"</head>")
        body = before + self._head + end + after
        dropped = (b"content-length", b"etag", b"last-modified", b"accept-ranges")
        headers = [header for header in start["headers"] if header[0].lower() not in dropped]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _wants_html(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _is_html(message: Message) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in message["headers"])
