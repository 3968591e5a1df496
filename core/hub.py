"""How the hub is asked, for data sets and for models alike: short waits, no telemetry, reasons in words."""

import logging
import os
import re
import threading
from collections.abc import Callable
from typing import TypeVar

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


def prepare_dataset_store() -> None:
    """Import the hub's library and set it up for this process: no telemetry, no other protocol, short waits."""
    for name in ("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_UPDATE_CHECK"):
        os.environ.setdefault(name, "1")
    from huggingface_hub import constants

    # Set as attributes too: the environment is read at import, and another part may have imported it before.
    constants.HF_HUB_ETAG_TIMEOUT = constants.HF_HUB_DOWNLOAD_TIMEOUT = ANSWER_S
    constants.HF_HUB_DISABLE_TELEMETRY = constants.HF_HUB_DISABLE_XET = True
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)


def soon(
    ask: Callable[[], Answer], no_answer: Callable[[str], Exception], host: str, wait_s: float = FIRST_ANSWER_S
) -> Answer:
    """Return what a request gives, if it gives it soon: looking up a name can block for minutes otherwise.

    Args:
        ask: Makes the request; what it raises is raised here.
        no_answer: Makes the error to raise, from the reason, where there is no answer in time.
        host: The name of the machine that is asked.
        wait_s: How long to wait.
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
        raise no_answer(f"{host}: no answer within {wait_s:.0f} seconds")
    return answers[0]


def reason(error: BaseException) -> str:
    """Return in words why there was no connection."""
    said = f"{type(error).__name__} {error} {error.__cause__}"
    return next((words for pattern, words in _REASONS if pattern.search(said)), "no connection")
