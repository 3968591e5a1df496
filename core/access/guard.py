"""Access guard for every request: this machine, same origin, valid token; adds security headers.

It sees each request before the rest of the app.
"""

import ipaddress
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.access.sign_in_page import sign_in_page
from core.access.token import cookie_value, is_same
from core.access.visitor import OWNER, VISITOR

_OPEN = "/_stcore/health"  # whoever watches over the process may ask whether it lives
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
_KEPT_S = 30 * 86_400
_SECURITY = (
    (b"content-security-policy", b"frame-ancestors 'self'"),
    (b"x-frame-options", b"SAMEORIGIN"),  # for browsers that do not know the line above
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
ELSEWHERE = (
    "Touchstone answers only on the machine that it runs on: signing in from elsewhere is not built yet. "
    "Open it there, or forward a port: ssh -L 8501:127.0.0.1:8501 USER@MACHINE"
)
CROSS_ORIGIN = "Only Touchstone's own pages may do this."
NO_TOKEN_GIVEN = (
    "This needs the token of this start. Open the address that was printed when Touchstone started, or send the header "
    "'Authorization: Bearer TOKEN'."
)


class AccessGuard:
    """ASGI middleware that lets in who may come in.

    Args:
        app: What it stands before.
        token: Of this start; empty asks for none.
        base_path: Under which the dashboard is served, such as "/touchstone"; empty where there is none.
    """

    def __init__(self, app: ASGIApp, token: str, base_path: str = "") -> None:
        self._app = app
        self._token = token
        self._cookie = cookie_value(token) if token else ""
        self._open_path = f"/{base_path.strip('/')}{_OPEN}" if base_path.strip("/") else _OPEN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if answer is not None:
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the browser sees a 403
                return
            await self._app(self._introduced(scope, headers), receive, send)
            return
        secured = _Secured(send).send
        if answer is None:
            await self._app(self._introduced(scope, headers), receive, secured)
        else:
            await answer(scope, receive, secured)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to who may not come in, None to who may."""
        if scope["path"] == self._open_path:
            return None
        # Not the peer: a proxy on this machine may say in headers for whom it asks, and the server believes it.
        if not is_loopback(scope.get("server")):
            return _said(scope, headers, 403, ELSEWHERE)
        if scope["type"] == "websocket" and _is_external(headers):
            return _said(scope, headers, 403, CROSS_ORIGIN)
        if not self._token or self._has_token(headers):
            return None
        return self._signed_in(scope, headers) or _said(scope, headers, 401, NO_TOKEN_GIVEN)

    def _has_token(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "token") and is_same(given.strip(), self._token):
            return True
        return any(is_same(value, self._cookie) for value in _cookies(headers, _cookie_name(headers)))

    def _signed_in(self, scope: Scope, headers: Headers) -> Response | None:
        """Return a redirect to the address without its token if that token is right."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return None
        query = _query(scope)
        if not any(name == "token" and is_same(value, self._token) for name, value in query):
            return None
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        path = "/" + scope["path"].lstrip("/")  # "//elsewhere" would lead away
        answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(_cookie_name(headers), self._cookie, max_age=_KEPT_S, httponly=True, samesite="lax", path="/")
        return answer

    def _introduced(self, scope: Scope, headers: Headers) -> Scope:
        """Return the request with a header naming the owner at this machine, if known."""
        kept = [(name, value) for name, value in scope["headers"] if name.lower() != VISITOR.encode()]
        is_forwarded = any(name in headers for name in _FORWARDED)
        is_owner = bool(self._token) and is_loopback(scope.get("client")) and not is_forwarded
        return {**scope, "headers": [*kept, (VISITOR.encode(), OWNER.encode())] if is_owner else kept}


def is_loopback(end: Sequence[Any] | None) -> bool:
    """Return whether one end of a connection has an address only this machine has.

    Args:
        end: Its (address, port) as ASGI says it; a path, or None, of a socket in the file system.
    """
    if not end or str(end[0]).startswith("/"):
        return True
    try:
        address = ipaddress.ip_address(str(end[0]))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _is_external(headers: Headers) -> bool:
    """Return whether another page opened this request; another port counts as another page."""
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    except ValueError:  # "http://[::1" is no address
        return True


def _cookie_name(headers: Headers) -> str:
    """Return the cookie's name, of its own for each port: cookies ignore ports."""
    port = headers.get("host", "").rpartition(":")[2]
    return f"touchstone-{port}" if port.isdecimal() else "touchstone"


def _cookies(headers: Headers, name: str) -> list[str]:
    found = []
    for line in headers.getlist("cookie"):
        try:
            cookies = SimpleCookie(line)
        except CookieError:
            continue
        if name in cookies:
            found.append(cookies[name].value)
    return found


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


def _said(scope: Scope, headers: Headers, status: int, sentence: str) -> Response:
    """Return a refusal as whoever asks can read it."""
    kept = {"Cache-Control": "no-store"}
    if "text/html" in headers.get("accept", ""):
        query = [(name, value) for name, value in _query(scope) if name != "token"]
        return HTMLResponse(sign_in_page(sentence, query, asks=status == 401), status, headers=kept)
    if status == 401:
        kept["WWW-Authenticate"] = 'Bearer realm="Touchstone"'
    return JSONResponse({"error": sentence}, status, headers=kept)


class _Secured:
    """Adds the headers that every answer carries."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in _SECURITY}
            others = [header for header in message.get("headers", ()) if header[0].lower() not in names]
            message = {**message, "headers": [*others, *_SECURITY]}
        await self._send(message)
