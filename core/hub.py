"""Hub requests for datasets and models: short timeouts, no telemetry, readable errors."""

import errno
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO, Literal, TypeVar
from urllib.parse import urlsplit

from core.errors import DataError, UserError

ENDPOINT = "https://huggingface.co"
FIRST_ANSWER_S = 8.0  # until the hub must have answered for the first time, name look-up and all
ANSWER_S = 10  # that a later request may wait
CHUNK = 1 << 18  # bytes between two steps of the progress
MOST_FAILURES = 5  # of a download, one after the other without a byte between them
NOT_THE_HUB = "something else answers in its place, perhaps a proxy or a network's login page"
# What the operating system's reason is in words; anything else is "no connection".
_REASONS = (
    (re.compile(r"name resolution|getaddrinfo|Name or service|nodename", re.IGNORECASE), "its name is not found"),
    (re.compile(r"refused", re.IGNORECASE), "it refuses the connection"),
    (re.compile(r"certificate|SSL|TLS", re.IGNORECASE), "the connection is not trusted, perhaps because of a proxy"),
    (re.compile(r"timed? ?out|Timeout", re.IGNORECASE), "it does not answer"),
)

Answer = TypeVar("Answer")


class Unreachable(DataError):
    """The hub does not answer; the message is the reason alone."""


@dataclass(frozen=True)
class Wanted:
    """Something that is asked of the hub, and how to speak of it.

    Args:
        name: On the hub.
        kind: What it is.
        page: Its address.
        catalogue: The address where such are found.
        error: What to raise.
        no_files: Makes the error to raise where the hub has it, but no file of it that was asked for; None says that
            the hub does not know it.
    """

    name: str
    kind: Literal["data set", "model"]
    page: str
    catalogue: str
    error: type[UserError]
    no_files: Callable[[], UserError] | None = None

    def gated(self) -> UserError:
        """Return what to say of what only some people may fetch."""
        return self.error(
            f"'{self.name}' is only given to people whom its owner knows. Ask for access on its page ({self.page}), "
            "make a token under Settings, Access Tokens, and start Touchstone with the environment variable HF_TOKEN "
            "set to it. Touchstone never stores the token."
        )

    def unknown(self) -> UserError:
        """Return what to say of a name that the hub does not know."""
        return self.error(
            f"The hub has no {self.kind} '{self.name}' that everybody may see. Check the spelling on {self.catalogue}. "
            "If it is private, start Touchstone with the environment variable HF_TOKEN set to a token that may read it."
        )

    def not_written(self, error: OSError) -> UserError:
        """Return what to say where the disk does not take it."""
        again = "start the run again" if self.kind == "model" else "download it again"
        if error.errno == errno.ENOSPC:
            return self.error(f"The disk became full while '{self.name}' was fetched. Free some space, then {again}.")
        return self.error(
            f"'{self.name}' did not arrive whole, or cannot be written to this machine's disk. "
            f"{'Start the run again' if self.kind == 'model' else 'Try again'}; if it happens again, check the disk's "
            "space and rights."
        )


def prepare() -> None:
    """Import and configure huggingface_hub: no telemetry, no other protocol, short waits."""
    for name in ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_UPDATE_CHECK"):
        os.environ.setdefault(name, "1")
    from huggingface_hub import constants

    # Set as attributes too: the environment is read at import, and another part may have imported it before.
    constants.HF_HUB_ETAG_TIMEOUT = constants.HF_HUB_DOWNLOAD_TIMEOUT = ANSWER_S
    constants.HF_HUB_DISABLE_TELEMETRY = constants.HF_HUB_DISABLE_XET = True
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)


def endpoint() -> str:
    """Return the hub's address: the public one, or a company's own (`HF_ENDPOINT`)."""
    return (os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/")


def host() -> str:
    """Return the name of the machine that is asked."""
    return urlsplit(endpoint()).hostname or endpoint()


def soon(ask: Callable[[], Answer]) -> Answer:
    """Return a request's result within a time limit.

    A name lookup may block for minutes otherwise.

    Args:
        ask: Makes the request; what it raises is raised here.

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
    thread.join(FIRST_ANSWER_S)
    if errors:
        raise errors[0]
    if not answers:
        raise Unreachable(f"{host()}: no answer within {FIRST_ANSWER_S:.0f} seconds")
    return answers[0]


def not_the_hub() -> Unreachable:
    """Return what to raise where the answer is not one that the hub gives."""
    return Unreachable(f"{host()}: {NOT_THE_HUB}")


@contextmanager
def in_words(wanted: Wanted) -> Iterator[None]:
    """Turn what the hub's libraries raise into errors whose message a founder understands.

    Raises:
        Unreachable: The hub does not answer.
        UserError: Anything else, as what is wanted says.
    """
    transport = _transport().HTTPError
    try:
        yield
    except (transport, OSError, ValueError) as error:
        told = _in_words(wanted, error, transport)
        if told is None:
            raise
        raise told from error


def fetch(address: str, content: BinaryIO, size: int, advance: Callable[[int], None]) -> None:
    """Append to a file what it lacks of one on the hub, resuming.

    The library's own downloads begin anew in each process.

    Args:
        address: Of the file.
        content: What has arrived, opened to be appended to.
        size: Bytes that it will have.
        advance: Called with the bytes that are here.

    Raises:
        OSError: It ended too soon.
    """
    failures = 0
    while (begun := content.tell()) < size:
        try:
            _fetch_rest(address, content, advance)
            break
        except _transport().TransportError:
            failures = 1 if content.tell() > begun else failures + 1
            if failures > MOST_FAILURES:
                raise
            time.sleep(1)
    if content.tell() != size:
        raise OSError(f"{address} has {content.tell()} bytes, not {size}")


def _fetch_rest(address: str, content: BinaryIO, advance: Callable[[int], None]) -> None:
    from huggingface_hub import get_session, get_token
    from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]  # documented there

    headers = {"Accept-Encoding": "identity"}  # else bytes could not be counted
    if token := get_token():
        headers["Authorization"] = f"Bearer {token}"
    if content.tell():
        headers["Range"] = f"bytes={content.tell()}-"
    with get_session().stream("GET", address, headers=headers, timeout=ANSWER_S, follow_redirects=True) as answer:
        hf_raise_for_status(answer)
        if answer.status_code == 200:  # whatever was asked for, this is all of it
            content.seek(0)
            content.truncate()
        for chunk in answer.iter_bytes(CHUNK):
            content.write(chunk)
            advance(content.tell())


def _transport() -> Any:
    """Return the package that the library speaks HTTP with, whichever it is."""
    from huggingface_hub import get_session

    return import_module(type(get_session()).__module__.partition(".")[0])


def _in_words(wanted: Wanted, error: Exception, transport: type[Exception]) -> UserError | None:
    """Translate a library's error into ours; None if it is none of theirs."""
    from huggingface_hub import errors as theirs

    if isinstance(error, theirs.GatedRepoError):
        return wanted.gated()
    if type(error).__name__ == "DatasetNotFoundError":  # of `datasets`, which models need not load
        return wanted.gated() if "gated" in str(error) else wanted.unknown()
    if isinstance(error, theirs.RepositoryNotFoundError | theirs.HFValidationError):
        return wanted.unknown()
    if isinstance(error, theirs.OfflineModeIsEnabled):
        return Unreachable("HF_HUB_OFFLINE is set")
    if isinstance(error, theirs.HfHubHTTPError):
        return _status(wanted, error.response.status_code, "X-Error-Code" in error.response.headers)
    if isinstance(error, FileNotFoundError) and wanted.no_files and not isinstance(error, transport):
        return wanted.no_files()
    if isinstance(error, (transport, ConnectionError, FileNotFoundError)):
        # A file that is not found: the library did not get an answer, and looked for an older copy.
        return Unreachable(f"{host()}: {_reason(error)}")
    return wanted.not_written(error) if isinstance(error, OSError) else None


def _status(wanted: Wanted, status: int, is_hubs_own: bool) -> UserError:
    """Return the sentence for an error response; the hub's own code decides first."""
    if status == 429:
        return wanted.error(
            "The hub asks to wait: too many requests came from this network. Try again in some minutes."
        )
    if status >= 500:
        return wanted.error(f"The hub is in trouble (error {status}). It is not your doing: try again later.")
    if not is_hubs_own:
        return Unreachable(f"{host()}: {NOT_THE_HUB}, error {status}")
    if status in (401, 403):
        return wanted.gated()
    return (wanted.no_files or wanted.unknown)()


def _reason(error: BaseException) -> str:
    """Return in words why there was no connection."""
    said = f"{type(error).__name__} {error} {error.__cause__}"
    return next((words for pattern, words in _REASONS if pattern.search(said)), "no connection")
