"""How the hub of models is reached: short waits, no telemetry, and every failure in words."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TypeVar
from urllib.parse import urlsplit

from core import hub
from core.errors import UserError

ENDPOINT = "https://huggingface.co"

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


def soon(ask: Callable[[], Answer]) -> Answer:
    """Return what a request gives, if it gives it soon.

    Raises:
        Unreachable: There is no answer in time.
    """
    return hub.soon(ask, Unreachable, host())


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
        return Unreachable(f"{host()}: {hub.reason(error)}")
    if isinstance(error, ValueError):
        return Unreachable(f"{host()}: {hub.NOT_THE_HUB}") if "JSON" in type(error).__name__ else None
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
        return Unreachable(f"{host()}: {hub.NOT_THE_HUB}, error {status}")
    return _gated(named) if status in (401, 403) else _unknown(named)


def _disk(named: str, error: OSError) -> HubError:
    if error.errno == errno.ENOSPC:
        return HubError(f"The disk became full while '{named}' was fetched. Free some space, then start the run again.")
    return HubError(
        f"'{named}' did not arrive whole, or cannot be written to this machine's disk. Start the run again; if it "
        "happens again, check the disk's space and rights."
    )
