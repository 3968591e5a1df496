"""The connection to an endpoint by OpenAI's client; failures become four errors."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from core.contest.endpoints import Endpoint, EndpointUnusable
from core.contest.keys import key_of, without_key

if TYPE_CHECKING:
    from openai import APIStatusError

TIMEOUT_S, CONNECT_S = 60.0, 10.0
MOST_BYTES = 4 << 20  # of one answer: what is longer is no answer
MOST_WAITED_S = 120.0  # that an endpoint may ask for; one that wants more is as good as gone
NOT_OPENAI = "answered something else than OpenAI's format"
_SAID = 240  # characters of an endpoint's own words
_PASSING = (408, 409, 425, 429)
_TOO_LONG = ("context_length", "context length", "context window", "maximum context", "too many tokens", "too long")


class TryAgain(Exception):
    """A failure that may pass: too many requests, a time-out, a cut connection.

    Args:
        why: A clause about the endpoint: "was too busy (429)".
        wait_s: What it asked to wait; 0 where it did not say.
    """

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.wait_s = why, wait_s


class TooLong(Exception):
    """The prompt is longer than what the model reads."""


class NotUnderstood(Exception):
    """A parameter or a route that the endpoint does not know."""


class Connection:
    """Requests to one endpoint, from any thread.

    Args:
        endpoint: Whom to ask.
        timeout_s: Until an answer is there, all of it; of one that is streamed, until its next part.
        whole_s: Until a streamed answer is whole; `timeout_s` where not given.

    Raises:
        EndpointUnusable: Its key is missing.
    """

    def __init__(self, endpoint: Endpoint, timeout_s: float = TIMEOUT_S, whole_s: float = 0.0) -> None:
        import httpx2
        from openai import OpenAI

        self.endpoint, self._key = endpoint, key_of(endpoint)
        self._client = OpenAI(
            base_url=endpoint.url,
            api_key=self._key or "none",
            max_retries=0,  # ours obey a wish to stop
            timeout=httpx2.Timeout(timeout_s, connect=CONNECT_S),
            http_client=httpx2.Client(
                trust_env=not endpoint.is_local,  # no proxy sees what stays on this machine
                follow_redirects=False,  # nor does anybody but the host that was confirmed
                timeout=httpx2.Timeout(timeout_s, connect=CONNECT_S),
                event_hooks={"response": [lambda response: _bound(response, whole_s or timeout_s)]},
            ),
        )

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request; return the answer's JSON.

        Args:
            path: Below the endpoint's address: "/chat/completions".
            body: As JSON.

        Raises:
            TryAgain: It may work later.
            TooLong: The model does not read so much.
            NotUnderstood: It does not know the route, or what was asked for.
            EndpointUnusable: It will not work, in a sentence.
        """
        import httpx2

        with self._failures():
            answer = self._client.post(path, cast_to=httpx2.Response, body=dict(body))
        return _document(answer.content)

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Send a request; yield the parts of the answer as they come.

        An endpoint that does not stream gives it whole.
        Who stops listening ends the request. Raises as `post` does.
        """
        from openai import Stream

        given = {**body, "stream": True}
        with (
            self._failures(),
            self._client.post(path, cast_to=object, body=given, stream=True, stream_cls=Stream[object]) as parts,
        ):
            if "event-stream" not in parts.response.headers.get("content-type", ""):
                yield _document(parts.response.read())
                return
            yield from (part for part in parts if isinstance(part, dict))

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn every failure of a request into one of the four errors."""
        import httpx2
        from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

        try:
            yield
        except APITimeoutError:
            raise TryAgain("did not answer in time") from None
        except APIConnectionError as error:
            raise TryAgain(_cut(error.__cause__)) from None
        except APIStatusError as error:
            raise self._in_words(error) from None
        except APIError as error:  # in the middle of a stream
            raise TryAgain(f"was out of order ({without_key(error.message, self._key)[:80]})") from None
        except httpx2.TimeoutException:
            raise TryAgain("did not go on in time") from None
        except httpx2.HTTPError as error:
            raise TryAgain(_cut(error)) from None
        except json.JSONDecodeError:
            raise TryAgain(NOT_OPENAI) from None

    def models(self) -> list[str]:
        """Return the names of the endpoint's models; empty where it does not tell."""
        import httpx2
        from openai import APIConnectionError, APIStatusError

        with suppress(TryAgain, APIConnectionError, APIStatusError):
            found = _document(self._client.get("/models", cast_to=httpx2.Response).content).get("data")
            if isinstance(found, list):
                return [str(one["id"]) for one in found if isinstance(one, dict) and "id" in one]
        return []

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _in_words(self, error: "APIStatusError") -> Exception:
        """Return what an HTTP status means for whoever asked."""
        status, said = error.status_code, without_key(_message(error), self._key)
        name, host = self.endpoint.name, self.endpoint.host
        if status in (401, 403):
            return EndpointUnusable(self._refused(status))
        if status == 429 and "insufficient_quota" in said:
            return EndpointUnusable(f"{host} answers no more for this key: the account has no credit left.")
        if status in _PASSING or status >= 500:
            return _later(error, host, said)
        if 300 <= status < 400:
            return EndpointUnusable(
                f"{host} sends its callers elsewhere, which is not followed. Use the other address."
            )
        if status in (400, 413, 422) and any(word in said.lower() for word in _TOO_LONG):
            return TooLong(said)
        if status == 404 and self.endpoint.model.lower() in said.lower():
            known = self.models()
            there = f" There is: {', '.join(known[:12])}." if known else ""
            return EndpointUnusable(f"{host} has no model '{self.endpoint.model}' (asked by '{name}').{there}")
        if status == 402:
            return EndpointUnusable(f"{host} wants to be paid first ({said[:_SAID]}).")
        return NotUnderstood(f"{host} refused the request ({status}: {said[:_SAID]})")

    def _refused(self, status: int) -> str:
        if not self.endpoint.key_env:
            return (
                f"{self.endpoint.host} asks for a key ({status}). Set a variable to it and name that: touchstone llm "
                f"add {self.endpoint.name} ... --key-env NAME"
            )
        return f"{self.endpoint.host} does not take the key in {self.endpoint.key_env} ({status}). Set the right one."


def _bound(response: Any, timeout_s: float) -> None:
    """Bound a response that is about to be read, in bytes and in seconds."""
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            end, size = time.monotonic() + timeout_s, 0
            for chunk in self._stream:
                size += len(chunk)
                if size > MOST_BYTES or time.monotonic() > end:
                    raise httpx2.ReadError("endless")
                yield chunk

        def close(self) -> None:
            self._stream.close()

    response.stream = Bounded(response.stream)


def _document(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise TryAgain(NOT_OPENAI)
    return found


def _message(error: "APIStatusError") -> str:
    """Return an endpoint's own words for an error, with its code."""
    body = error.body if isinstance(error.body, dict) else {}
    said = body.get("message") or body.get("detail") or body.get("error") or error.response.text
    return " ".join(f"{said} {body.get('code') or ''}".split())


def _cut(cause: BaseException | None) -> str:
    kind = type(cause).__name__
    if kind in ("ConnectError", "ConnectTimeout"):
        return "cannot be reached"
    return "sent an endless answer" if str(cause) == "endless" else "cut the connection"


def _later(error: "APIStatusError", host: str, said: str) -> Exception:
    """Return the error of an endpoint that is busy or out of order."""
    wait_s = _retry_after_s(error.response.headers.get("retry-after", ""))
    if wait_s > MOST_WAITED_S:
        return EndpointUnusable(f"{host} wants to be left alone for {wait_s / 60:,.0f} minutes. Go on then.")
    busy = error.status_code == 429
    details = f"{error.status_code}: {said[:80]}" if said else str(error.status_code)
    return TryAgain(f"{'was too busy' if busy else 'was out of order'} ({details})", wait_s)


def _retry_after_s(said: str) -> float:
    """Return the seconds of a Retry-After header: a number, or a date."""
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
