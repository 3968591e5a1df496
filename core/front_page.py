"""What stands in the head of the one HTML page that Streamlit serves: where its server is, and what to fetch early."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.chart_libraries import UPLOT

# Streamlit asks under the page's own path first where its server is (/run/_stcore/health), is refused, and waits before
# it asks again: 150 ms at every deep link. It is where the page's own files come from.
_HEAD = f"""
    <script>window.__streamlit = {{ BACKEND_BASE_URL: new URL("./", location.href).href }}</script>
    <link rel="preload" as="script" href="./assets/{UPLOT}">
  </head>""".encode()
_OF_A_FILE = (b"accept-encoding", b"range", b"if-none-match", b"if-modified-since")


class FrontPage:
    """ASGI middleware that completes the head of an HTML page; everything else passes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        html = any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
        if html:  # whole, unpacked, and never "as before": it is not Streamlit's file any more
            headers = [header for header in scope["headers"] if header[0] not in _OF_A_FILE]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, _Completed(send).send if html else send)


class _Completed:
    """Collects an HTML answer and sends it with its head completed."""

    def __init__(self, send: Send) -> None:
        self._send = send
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
        body = self._body.replace(b"</head>", _HEAD.lstrip(b"\n"), 1)
        dropped = (b"content-length", b"etag", b"last-modified", b"accept-ranges")
        headers = [header for header in start["headers"] if header[0].lower() not in dropped]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _is_html(message: Message) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in message["headers"])
