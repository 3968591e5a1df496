"""How the hub of models is reached: short waits, no telemetry, and every failure in words."""

import errno
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TypeVar
from urllib.parse import urlsplit

from core.errors import UserError

ENDPOINT = "https://huggingface.co"
FIRST_ANSWER_S = 8.0  # until the hub must have answered for the first time, name look-up and all
ANSWER_S = 10  # that a later request may wait
CHUNK = 1 << 18  # bytes between two steps of the progress
NOT_THE_HUB = "something else answers in its place, perhaps a proxy or a network's login page"
# What the operating system's reason is in words; anything else is "no connection".
_REASONS = (
    (re.compile(r"name resolution|getaddrinfo|Name or service|nodename", re.IGNORECASE), "its name is not found"),
    (re.compile(r"refused", re.IGNORECASE), "it refuses the connection"),
    (re.compile(r"certificate|SSL|TLS", re.IGNORECASE), "the connection is not trusted, perhaps because of a proxy"),
    (re.compile(r"timed? ?out|Timeout", re.IGNORECASE), "it does not answer"),
)

Answer = TypeVar("Answer")


class HubError(UserError):
    """A model cannot be had from the hub; the message says why and what to do."""


class Unreachable(HubError):
    """The hub does not answer; the message is the reason alone."""


def endpoint() -> str:
    """Return the hub's address: the public one, or a company's own (`HF_ENDPOINT`)."""
    return (os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/")


def host() -> str:
    """Return the name of the machine that is asked."""
    return urlsplit(endpoint()).hostname or endpoint()


def prepare() -> None:
    """Import the hub's library and set it up for this process: no telemetry, no bars, short waits."""
    for name in ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_UPDATE_CHECK"):
        os.environ.setdefault(name, "1")
    from huggingface_hub import constants

    # Set as attributes too: the environment is read at import, and another part may have imported it before.
    constants.HF_HUB_ETAG_TIMEOUT = constants.HF_HUB_DOWNLOAD_TIMEOUT = ANSWER_S
    constants.HF_HUB_DISABLE_TELEMETRY = constants.HF_HUB_DISABLE_XET = True
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)


def soon(ask: Callable[[], Answer], wait_s: float = FIRST_ANSWER_S) -> Answer:
    """Return what a request gives, if it gives it soon: looking up a name can block for minutes otherwise.

    Raises:
        Unreachable: There is no answer in time.
    """
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(ask())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="hub")
    thread.start()
    thread.join(wait_s)
    if errors:
        raise errors[0]
    if not answers:
        raise Unreachable(f"{host()}: no answer within {wait_s:.0f} seconds")
    return answers[0]


@contextmanager
def in_words(named: str) -> Iterator[None]:
    """Turn what the hub's library raises into `HubError`s.

    Args:
        named: The model that was asked for.

    Raises:
        Unreachable: The hub does not answer.
        HubError: Anything else.
    """
    httpx = import_module("huggingface_hub.utils").httpx  # whichever one the library uses
    try:
        yield
    except (httpx.HTTPError, OSError, ValueError) as error:
        told = _in_words(named, error, httpx.HTTPError)
        if told is None:
            raise
        raise told from error


def _in_words(named: str, error: Exception, transport: type[Exception]) -> HubError | None:
    """Return the error to raise in the place of one of the library; None if it is none of its own."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        return _gated(named)
    if isinstance(error, RepositoryNotFoundError | RevisionNotFoundError | HFValidationError):
        return _unknown(named)
    if isinstance(error, OfflineModeIsEnabled):
        return Unreachable("HF_HUB_OFFLINE is set")
    if isinstance(error, HfHubHTTPError):
        return _status(named, error.response.status_code, "X-Error-Code" in error.response.headers)
    if isinstance(error, (transport, ConnectionError, FileNotFoundError)):
        # A file that is not found: the library did not get an answer, and looked for an older copy.
        return Unreachable(f"{host()}: {_reason(error)}")
    if isinstance(error, ValueError):
        return Unreachable(f"{host()}: {NOT_THE_HUB}") if "JSON" in type(error).__name__ else None
    return _disk(named, error) if isinstance(error, OSError) else None


def _gated(named: str) -> HubError:
    return HubError(
        f"'{named}' is only given to people whom its owner knows. Ask for access on its page ({endpoint()}/{named}), "
        "make a token under Settings, Access Tokens, and start Touchstone with the environment variable HF_TOKEN set "
        "to it. Touchstone never stores the token."
    )


def _unknown(named: str) -> HubError:
    return HubError(
        f"The hub has no model '{named}' that everybody may see. Check the spelling on {endpoint()}/models. If it is "
        "private, start Touchstone with the environment variable HF_TOKEN set to a token that may read it."
    )


def _status(named: str, status: int, is_hubs_own: bool) -> HubError:
    """Return what to say of an answer that is an error; the hub itself gives each refusal a code."""
    if status == 429:
        return HubError("The hub asks to wait: too many requests came from this network. Try again in some minutes.")
    if status >= 500:
        return HubError(f"The hub is in trouble (error {status}). It is not your doing: try again later.")
    if not is_hubs_own:
        return Unreachable(f"{host()}: {NOT_THE_HUB}, error {status}")
    return _gated(named) if status in (401, 403) else _unknown(named)


def _reason(error: BaseException) -> str:
    said = f"{type(error).__name__} {error} {error.__cause__}"
    return next((words for pattern, words in _REASONS if pattern.search(said)), "no connection")


def _disk(named: str, error: OSError) -> HubError:
    if error.errno == errno.ENOSPC:
        return HubError(f"The disk became full while '{named}' was fetched. Free some space, then start the run again.")
    return HubError(
        f"'{named}' did not arrive whole, or cannot be written to this machine's disk. Start the run again; if it "
        "happens again, check the disk's space and rights."
    )
