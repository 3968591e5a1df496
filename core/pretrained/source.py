"""The source of a pretrained model: a local folder, or a hub name.

A model from the hub is fetched once.
"""

import re
from collections.abc import Callable
from pathlib import Path

from core.errors import InvalidSetting
from core.pretrained.files import UnusableModel, check_files
from core.pretrained.hub import HubError, Note, fetch_model, recall
from core.settings import Settings

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_ADDRESS = re.compile(r"https?://[^/]+/([^/?#]+/[^/?#]+)")
EXAMPLE = "distilbert/distilbert-base-uncased"


def models_folder() -> Path:
    """Return the folder that keeps every model that was fetched."""
    return Settings().cache_folder / "models"


def chosen_folder(source: str) -> Path | None:
    """Return the folder that a source names; None for a hub name."""
    source = source.strip()
    if source.startswith(("~", "/", "./", "../")) or "\\" in source or Path(source).is_absolute():
        return Path(source).expanduser().absolute()
    return None


def check_source(source: str, needs_tokenizer: bool, example: str = EXAMPLE) -> None:
    """Make sure, quickly and without the network, that a source can be meant.

    Args:
        source: What the user wrote.
        needs_tokenizer: Whether the model reads texts.
        example: A name on the hub that would do.

    Raises:
        InvalidSetting: It is empty, or neither a folder nor a name.
        UnusableModel: The model is on this machine and cannot be used.
    """
    if not source.strip():
        raise InvalidSetting(
            "source",
            f"is empty. Write the folder of a model on this machine, or a model's name on the Hugging Face hub, such "
            f"as {example}.",
        )
    if folder := chosen_folder(source):
        if not folder.is_dir():
            raise UnusableModel(f"There is no folder {folder} on this machine. Check the source's spelling.")
        check_files(folder, source.strip(), needs_tokenizer)
    elif Path(source.strip()).is_dir():  # a process with another working folder would not find it
        whole = Path(source.strip()).absolute()
        raise InvalidSetting("source", f"is a folder, but not written from the root. Write its whole path: {whole}")
    elif kept := recall(hub_name(source), models_folder()):
        check_files(kept.folder(models_folder()), kept.name, needs_tokenizer)


def hub_name(source: str) -> str:
    """Return a model's name on the hub from what a user typed or pasted.

    Raises:
        InvalidSetting: It cannot be one.
    """
    address = _ADDRESS.match(source.strip())
    name = address[1] if address else source.strip().strip("/")
    if not _ID.fullmatch(name) or ".." in name or "--" in name:
        raise InvalidSetting(
            "source",
            f"is neither a whole path to a folder nor a name on the hub: '{source}'. A name looks like '{EXAMPLE}': an "
            "owner, a slash and a name, as the address of its page ends. A path begins with a slash.",
        )
    return name


def fetch_source(source: str, needs_tokenizer: bool, check_config: Callable[[Path], None], note: Note) -> None:
    """Bring a model to this machine, if it is not there.

    Args:
        source: A folder or a name on the hub.
        needs_tokenizer: Whether the model reads texts.
        check_config: Raises where the configuration in a folder is of a model that cannot be used.
        note: Takes a sentence, the bytes that are here, and those in all.

    Raises:
        HubError: It cannot be had from the hub.
        UnusableModel: It cannot be used here.
    """
    check_source(source, needs_tokenizer)
    folder = chosen_folder(source)
    if folder is None and (kept := recall(hub_name(source), models_folder())):
        folder = kept.folder(models_folder())
    if folder is None:
        fetch_model(hub_name(source), models_folder(), needs_tokenizer, check_config, note)
    else:
        check_config(folder)


def local_folder(source: str) -> Path:
    """Return the folder of a source's files, which are here.

    Raises:
        HubError: They are not, or not any more.
        InvalidSetting: The source is neither a folder nor a name.
    """
    if folder := chosen_folder(source):
        return folder
    if kept := recall(hub_name(source), models_folder()):
        return kept.folder(models_folder())
    raise HubError(f"The model '{source}' is not on this machine. Start a run with it: that fetches it from the hub.")
