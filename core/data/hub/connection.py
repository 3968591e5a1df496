"""Which hub data sets can be had, and how errors name them."""

import logging
import re
from pathlib import Path

from core import hub
from core.errors import DataError

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_ADDRESS = re.compile(r"^https?://[^/]+/datasets/([^/?#]+/[^/?#]+)")


class NotOurFiles(DataError):
    """The dataset's files are of no supported kind; a plain copy may exist."""


class NeedsScript(NotOurFiles):
    """The set is a program, not files."""

    def __init__(self, hub_id: str) -> None:
        super().__init__(
            f"'{hub_id}' is not made of data files but of a program that would have to run on this machine. Touchstone "
            "runs nobody's code. Look on the hub for a copy in Parquet, CSV or JSON, or import the data as a file."
        )


class OtherFormat(NotOurFiles):
    """The set's files are of a kind that is not read here."""

    def __init__(self, hub_id: str, kind: str) -> None:
        super().__init__(
            f"'{hub_id}' is made of files of the kind '{kind}', which Touchstone does not read. What is read: Parquet, "
            "CSV, JSON, texts, and images in folders. Look on the hub for such a copy, or import the data as a file."
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
    """Import the hub's libraries and set them up for this process."""
    hub.prepare()
    import datasets
    from huggingface_hub import constants

    constants.HF_HUB_CACHE = str(cache / "files")
    datasets.config.USE_PARQUET_EXPORT = False  # it would ask a second server, for nothing that is needed here
    datasets.config.STREAMING_OPEN_MAX_RETRIES = datasets.config.STREAMING_READ_MAX_RETRIES = 2
    datasets.config.STREAMING_OPEN_RETRY_INTERVAL = datasets.config.STREAMING_READ_RETRY_INTERVAL = 1
    datasets.disable_progress_bars()
    logging.getLogger("datasets").setLevel(logging.CRITICAL)


def wanted(hub_id: str) -> hub.Wanted:
    """Return how to speak of a data set of the hub."""
    page = f"https://huggingface.co/datasets/{hub_id}"
    return hub.Wanted(hub_id, "data set", page, "huggingface.co/datasets", DataError, lambda: _no_files(hub_id))


def _no_files(hub_id: str) -> DataError:
    return DataError(
        f"'{hub_id}' holds no files that can be read as a data set (Parquet, CSV, JSON, text, images in folders). "
        "Download what you need from its page, and import it as a file."
    )
