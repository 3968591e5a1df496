"""Endpoints of language models: address, model, price; never a key."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from core.errors import UnknownName, UserError
from core.files import write_text
from core.processes.loopback import is_loopback

FILE = "language-models.json"
LONGEST = 2_000  # characters of an address or a model's name
A_MILLION = Decimal(1_000_000)  # tokens: what a price is for
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_ROUTES = ("/chat/completions", "/completions", "/models")


class EndpointUnusable(UserError):
    """A language model cannot be asked; the message says why and what to do."""


@dataclass(frozen=True)
class Endpoint:
    """One model behind an OpenAI-compatible API.

    Args:
        name: What it is called here; "llm:NAME" in a contest.
        url: The API's address, up to `/v1`.
        model: As the endpoint calls it.
        key_env: The variable that holds the key, of the environment or of Streamlit's secrets; empty: it asks for none.
        price_in: Of a million tokens that it reads; None: not known.
        price_out: Of a million tokens that it writes.
        currency: Of both prices.
        priced_on: When the prices were so, as YYYY-MM-DD.
    """

    name: str
    url: str
    model: str
    key_env: str = ""
    price_in: float | None = None
    price_out: float | None = None
    currency: str = "USD"
    priced_on: str = ""

    @property
    def contender(self) -> str:
        """How every place that names contenders names it."""
        return f"llm:{self.name}"

    @property
    def host(self) -> str:
        """The machine that it belongs to, with the port where one is given."""
        return urlsplit(self.url).netloc

    @property
    def is_local(self) -> bool:
        """Whether what is sent to it stays on this machine."""
        return is_loopback(urlsplit(self.url).hostname or "")

    @property
    def has_price(self) -> bool:
        """Whether anybody said what it costs."""
        return self.price_in is not None or self.price_out is not None

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        """Return what so many tokens cost, exactly; None where no price is known."""
        if not self.has_price:
            return None
        read, written = (Decimal(str(price or 0)) for price in (self.price_in, self.price_out))
        return float((tokens_in * read + tokens_out * written) / A_MILLION)


class Endpoints:
    """The endpoints of a home, in one file.

    Args:
        home: Of Touchstone.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / FILE

    def list(self) -> list[Endpoint]:
        """Return all, by name; none where the file is damaged."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            known = {field.name for field in fields(Endpoint)}
            each = [Endpoint(**{key: value for key, value in one.items() if key in known}) for one in found]
        except (OSError, ValueError, TypeError, AttributeError):
            return []
        return sorted(each, key=lambda one: one.name)

    def find(self, name: str) -> Endpoint:
        """Return the one of this name, with or without "llm:" before it.

        Raises:
            UnknownName: There is none.
        """
        name = name.removeprefix("llm:")
        known = {one.name: one for one in self.list()}
        if name not in known:
            raise UnknownName("language model", name, known)
        return known[name]

    def add(self, endpoint: Endpoint) -> Endpoint:
        """Keep an endpoint, replacing one of the same name; return it as kept.

        Raises:
            EndpointUnusable: Something of it cannot be, in a sentence.
        """
        made = checked(endpoint)
        self._write([*(one for one in self.list() if one.name != made.name), made])
        return made

    def remove(self, name: str) -> Endpoint:
        """Forget an endpoint; its answers stay with the contests.

        Raises:
            UnknownName: There is none.
        """
        gone = self.find(name)
        self._write([one for one in self.list() if one.name != gone.name])
        return gone

    def _write(self, endpoints: Iterable[Endpoint]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_text(self._file, json.dumps([asdict(one) for one in endpoints], indent=1), mode=0o600)


def checked(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that can be kept, its address as the client wants it.

    Raises:
        EndpointUnusable: Something of it cannot be, in a sentence.
    """
    name, model, key_env = endpoint.name.strip().lower(), endpoint.model.strip(), endpoint.key_env.strip()
    if not _NAME.fullmatch(name):
        raise EndpointUnusable(
            f"'{name[:40]}' cannot be a language model's name. Use up to 40 small letters, digits, dots and dashes, "
            "such as gpt-4o-mini."
        )
    if not model or len(model) > LONGEST:
        raise EndpointUnusable("Say which model is asked, as the endpoint calls it: --model gpt-4o-mini, for example.")
    if key_env and not _VARIABLE.fullmatch(key_env):
        raise EndpointUnusable(
            "The key's variable is a name such as OPENAI_API_KEY, not the key itself: a key is never kept here. "
            "Set the variable before starting Touchstone, or write it into .streamlit/secrets.toml."
        )
    url = _checked_url(endpoint.url.strip(), has_key=bool(key_env))
    currency = endpoint.currency.strip().upper() or "USD"
    if not _CURRENCY.fullmatch(currency):
        raise EndpointUnusable(f"'{currency[:20]}' is no currency. Use its three letters, such as USD or EUR.")
    for said, price in (("price-in", endpoint.price_in), ("price-out", endpoint.price_out)):
        if price is not None and not (math.isfinite(price) and price >= 0):
            raise EndpointUnusable(
                f"A {said} of {price:g} cannot be. It is what a million tokens cost: 0 or more, or leave it out."
            )
    priced_on = _checked_date(endpoint.priced_on.strip(), endpoint.has_price)
    return Endpoint(name, url, model, key_env, endpoint.price_in, endpoint.price_out, currency, priced_on)


def _checked_date(said: str, has_price: bool) -> str:
    if not has_price:
        return ""
    try:
        return (date.fromisoformat(said) if said else datetime.now(UTC).date()).isoformat()
    except ValueError:
        raise EndpointUnusable(f"'{said[:20]}' is no date. Write when the prices were so as YYYY-MM-DD.") from None


def _checked_url(url: str, has_key: bool) -> str:
    parts = _parts(url)
    path = parts.path.rstrip("/")
    for route in _ROUTES:
        path = path.removesuffix(route)
    host = parts.hostname or ""
    if parts.scheme.lower() == "http" and not _is_near(host) and not is_loopback(host):
        raise EndpointUnusable(
            f"{parts.netloc} would be asked without encryption, so anybody on the way could read your rows"
            f"{' and the key' if has_key else ''}. Use its address that begins with https://."
        )
    return urlunsplit((parts.scheme.lower(), parts.netloc, path or "/v1", "", ""))


def _parts(url: str) -> SplitResult:
    if len(url) > LONGEST or not re.fullmatch(r"https?://[\x21-\x7e]+", url, re.IGNORECASE):
        raise EndpointUnusable(
            "The address must begin with http:// or https://, without spaces: http://localhost:11434/v1 of Ollama, "
            "https://api.openai.com/v1 of OpenAI."
        )
    try:
        parts = urlsplit(url)
        known = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number
        known = False
    if not known:
        raise EndpointUnusable(f"The address {url[:80]} has no host, or a port that is none.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise EndpointUnusable(
            "The address holds a password, or something after a question mark, which would be kept and shown. Give the "
            "plain address, and the key by the name of a variable: --key-env NAME."
        )
    return parts


def _is_near(host: str) -> bool:
    """Return whether a host is on the own network."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(".local")
