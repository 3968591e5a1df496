"""How the hub is reached: short waits, no telemetry, and every failure in words."""

import errno
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from core import hub
from core.errors import DataError

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_ADDRESS = re.compile(r"^https?://[^/]+/datasets/([^/?#]+/[^/?#]+)")

Answer = TypeVar("Answer")


class Unreachable(DataError):
    """The hub does not answer."""


class NotOurFiles(DataError):
    """The set is not made of files that are read here; the hub may have a plain copy of it."""


class NeedsScript(NotOurFiles):
    """The set is a program, not files."""

    def __init__(self, hub_id: str) -> None:
        """Build the sentence."""
        super().__init__(
            f"'{hub_id}' is not made of data files but of a program that would have to run on this machine. Touchstone "
            "runs nobody's code. Look on the hub for a copy in Parquet, CSV or JSON, or bring the data as a file."
        )


class OtherFormat(NotOurFiles):
    """The set's files are of a kind that is not read here."""

    def __init__(self, hub_id: str, kind: str) -> None:
        """Build the sentence from what reads such files."""
        super().__init__(
            f"'{hub_id}' is made of files of the kind '{kind}', which Touchstone does not read. What is read: Parquet, "
            "CSV, JSON, texts, and pictures in folders. Look on the hub for such a copy, or bring the data as a file."
        )


def clean_id(written: str) -> str:
    """Return a hub id from what a user typed or pasted.

    Raises:
        DataError: It cannot be one.
    """
    address = _ADDRESS.match(written.strip())
    hub_id = address[1] if address else written.strip().strip("/")
    if not _ID.fullmatch(hub_id) or ".." in hub_id or "--" in hub_id:
        raise DataError(
            f"'{written}' is no name of a data set on the hub. Such names look like 'stanfordnlp/imdb': an owner, a "
            "slash and a name, as the address of its page ends."
        )
    return hub_id


def prepare(cache: Path) -> None:
    """Import the hub's libraries and set them up for this process.

    Args:
        cache: The folder that keeps everything that is fetched.
    """
    hub.prepare_dataset_store()
    import datasets
    from huggingface_hub import constants

    constants.HF_HUB_CACHE = str(cache / "files")
    datasets.config.USE_PARQUET_EXPORT = False  # it would ask a second server, for nothing that is needed here
    datasets.config.STREAMING_OPEN_MAX_RETRIES = datasets.config.STREAMING_READ_MAX_RETRIES = 2
    datasets.config.STREAMING_OPEN_RETRY_INTERVAL = datasets.config.STREAMING_READ_RETRY_INTERVAL = 1
    datasets.disable_progress_bars()
    logging.getLogger("datasets").setLevel(logging.CRITICAL)


def host() -> str:
    """Return the name of the machine that is asked."""
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).hostname or constants.ENDPOINT


def soon(ask: Callable[[], Answer]) -> Answer:
    """Return what a request gives, if it gives it soon.

    Raises:
        Unreachable: There is no answer in time.
    """
    return hub.soon(ask, Unreachable, host())


@contextmanager
def in_words(hub_id: str) -> Iterator[None]:
    """Turn what the hub's libraries raise into `DataError`s.

    Args:
        hub_id: What was asked for.

    Raises:
        Unreachable: The hub does not answer; the message is the reason alone.
        DataError: Anything else.
    """
    httpx = import_module("huggingface_hub.utils").httpx  # whichever one the library uses
    try:
        yield
    except (httpx.HTTPError, OSError, ValueError) as error:
        told = _in_words(hub_id, error, httpx.HTTPError)
        if told is None:
            raise
        raise told from error


def _in_words(hub_id: str, error: Exception, transport: type[Exception]) -> DataError | None:
    """Return the error to raise in the place of one of the libraries; None if it is none of theirs."""
    from datasets.exceptions import DatasetNotFoundError
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        return gated(hub_id)
    if isinstance(error, DatasetNotFoundError):
        return gated(hub_id) if "gated" in str(error) else unknown(hub_id)
    if isinstance(error, RepositoryNotFoundError | HFValidationError):
        return unknown(hub_id)
    if isinstance(error, OfflineModeIsEnabled):
        return Unreachable("HF_HUB_OFFLINE is set")
    if isinstance(error, HfHubHTTPError):
        return _status(hub_id, error.response.status_code, "X-Error-Code" in error.response.headers)
    if isinstance(error, (transport, ConnectionError)):
        return Unreachable(f"{host()}: {hub.reason(error)}")
    if isinstance(error, FileNotFoundError):
        return _no_files(hub_id)
    return DataError(_disk(hub_id, error)) if isinstance(error, OSError) else None


def gated(hub_id: str) -> DataError:
    """Return what to say of a set that only some people may fetch."""
    return DataError(
        f"'{hub_id}' is only given to people whom its owner knows. Ask for access on its page "
        f"(https://huggingface.co/datasets/{hub_id}), make a token under Settings, Access Tokens, and start Touchstone "
        "with the environment variable HF_TOKEN set to it. Touchstone never stores the token."
    )


def unknown(hub_id: str) -> DataError:
    """Return what to say of an id that the hub does not know."""
    return DataError(
        f"The hub has no data set '{hub_id}' that everybody may see. Check the spelling on huggingface.co/datasets. If "
        "it is private, start Touchstone with the environment variable HF_TOKEN set to a token that may read it."
    )


def _no_files(hub_id: str) -> DataError:
    return DataError(
        f"'{hub_id}' holds no files that can be read as a data set (Parquet, CSV, JSON, text, pictures in folders). "
        "Download what you need from its page, and bring it as a file."
    )


def _status(hub_id: str, status: int, is_hubs_own: bool) -> DataError:
    """Return what to say of an answer that is an error; the hub itself gives each refusal a code."""
    if status == 429:
        return DataError("The hub asks to wait: too many requests came from this network. Try again in some minutes.")
    if status >= 500:
        return DataError(f"The hub is in trouble (error {status}). It is not your doing: try again later.")
    if not is_hubs_own:
        return Unreachable(f"{host()}: {hub.NOT_THE_HUB}, error {status}")
    return gated(hub_id) if status in (401, 403) else _no_files(hub_id)


def _disk(hub_id: str, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk became full while '{hub_id}' was fetched. Free some space, then fetch it again."
    return (
        f"'{hub_id}' did not arrive whole, or cannot be written to this machine's disk. Try again; if it happens "
        "again, check the disk's space and rights."
    )
