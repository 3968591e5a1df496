"""Download of models from the hub: fetched once, verified by hash, and cached."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core import hub
from core.errors import UserError
from core.pretrained.files import (
    CONFIG,
    IMAGES,
    INDEX,
    TOKENIZER,
    TOKENIZER_CONFIG,
    WEIGHTS,
    check_files,
    check_listing,
    read_config,
    weight_files,
)

Note = Callable[[str, int, int], None]  # a sentence, bytes done, bytes in all (0 if unknown)
SMALL = (CONFIG, TOKENIZER, TOKENIZER_CONFIG, IMAGES, INDEX)
ROOM = 200_000_000  # bytes that stay free on the disk
WHOLE = "whole.json"  # what was fetched, written last


class HubError(UserError):
    """Raised where a model cannot be had from the hub; says why."""


@dataclass(frozen=True)
class HubFile:
    """One model file on the hub: its size and SHA-256, small ones' git hash."""

    name: str
    size: int
    hash: str


@dataclass(frozen=True)
class HubModel:
    """One revision of a model on the hub, with its files used here."""

    name: str  # "owner/name"
    revision: str  # the commit
    files: tuple[HubFile, ...]

    @property
    def size_bytes(self) -> int:
        """All of its files that are used."""
        return sum(file.size for file in self.files)

    def folder(self, cache: Path) -> Path:
        """Return where its files lie once they are here."""
        return _place(self.name, cache) / self.revision


def recall(name: str, cache: Path) -> HubModel | None:
    """Return a completely cached model, else None; reads only names and sizes."""
    try:
        kept = json.loads((_place(name, cache) / WHOLE).read_text(encoding="utf-8"))
        model = HubModel(kept["name"], kept["revision"], tuple(HubFile(**file) for file in kept["files"]))
        sizes = {file.name: (model.folder(cache) / file.name).stat().st_size for file in model.files}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return model if all(sizes[file.name] == file.size for file in model.files) else None


def fetch_model(
    name: str, cache: Path, needs_tokenizer: bool, check_config: Callable[[Path], None], note: Note
) -> Path:
    """Fetch what a run needs of a model, and return its folder.

    The configuration comes first, so that a model that cannot be used costs no download.

    Args:
        name: The model on the hub, "owner/name".
        cache: The folder that keeps everything that is fetched.
        needs_tokenizer: Whether it reads texts.
        check_config: Raises where the configuration in a folder is of a model that cannot be used.
        note: Takes a sentence, the bytes that are here, and those in all.

    Raises:
        HubError: The hub or the model cannot be reached, or a file is not what the hub says of it.
        UnusableModel: The model's files are of a kind that is not used here.
    """
    from filelock import FileLock

    hub.prepare()
    _place(name, cache).mkdir(parents=True, exist_ok=True)
    note(f"Asking {hub.host()} for '{name}'", 0, 0)
    try:
        with hub.in_words(_wanted(name)), FileLock(_place(name, cache) / "lock"):
            if here := recall(name, cache):  # another run was quicker
                return here.folder(cache)
            listing = _ask(name)
            names = {file.name for file in listing}
            check_listing(name, names, needs_tokenizer)
            model = _select(name, listing, names)
            _check_space(model, cache)
            return _download(model, cache, check_config, note)
    except hub.Unreachable as error:
        raise HubError(
            f"The hub cannot be reached, or the connection was lost ({error}). Connect to the internet and start the "
            "run again: what has arrived is not fetched twice. Or copy the model's folder to this machine, and give "
            "its path as the source."
        ) from error


@dataclass(frozen=True)
class _Listed(HubFile):
    revision: str = ""


def _ask(name: str) -> list[_Listed]:
    """Return every file of a model, with the commit."""
    from huggingface_hub import HfApi

    api = HfApi(endpoint=hub.endpoint())
    try:
        info = hub.soon(lambda: api.model_info(name, files_metadata=True))
        if info.gated:
            api.auth_check(name)
        if not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", str(info.sha)):  # it will name a folder
            raise hub.not_the_hub()
        return [_listed(file, str(info.sha)) for file in info.siblings or ()]
    except (json.JSONDecodeError, LookupError, TypeError, AttributeError) as error:
        raise hub.not_the_hub() from error


def _listed(file: Any, revision: str) -> _Listed:
    digest = (file.lfs or {}).get("sha256") if file.lfs else file.blob_id
    return _Listed(str(file.rfilename), int(file.size or 0), str(digest or ""), revision)


def _select(name: str, listing: list[_Listed], names: set[str]) -> HubModel:
    """Return the model with its small files and weights, sharded or not.

    Of sharded weights, the index names the files that are needed.
    """
    wanted = {*SMALL, WEIGHTS} if WEIGHTS in names else set(SMALL)
    if WEIGHTS in names:
        wanted.discard(INDEX)
    else:  # parts: model-00001-of-00002.safetensors; only those that the index names are kept below
        wanted |= {name for name in names if re.fullmatch(r"model-[\w.-]+\.safetensors", name)}
    files = tuple(HubFile(file.name, file.size, file.hash) for file in listing if file.name in wanted)
    return HubModel(name, listing[0].revision, tuple(sorted(files, key=lambda file: (file.name != CONFIG, file.size))))


def _check_space(model: HubModel, cache: Path) -> None:
    free = shutil.disk_usage(cache).free
    here = sum(file.stat().st_size for file in model.folder(cache).glob("*"))
    if model.size_bytes - here + ROOM > free:
        raise HubError(
            f"'{model.name}' needs {model.size_bytes / 1e9:,.1f} GB on the disk, but only {free / 1e9:,.1f} GB are "
            "free. Free some space, then start the run again, or choose a smaller model."
        )


def _download(model: HubModel, cache: Path, check_config: Callable[[Path], None], note: Note) -> Path:
    sentence, folder = f"Fetching '{model.name}' from {hub.host()}", model.folder(cache)
    fetched: list[HubFile] = []
    before = 0

    def advance(done: int) -> None:
        note(sentence, before + done, model.size_bytes)

    for file in model.files:
        if file.name.endswith(".safetensors") and file.name not in _weights(folder, model.name):
            continue
        _download_file(model, file, cache, advance)
        before += file.size
        fetched.append(file)
        if file.name == CONFIG:
            read_config(folder, model.name)
            check_config(folder)
    check_files(folder, model.name, needs_tokenizer=False)
    whole = HubModel(model.name, model.revision, tuple(fetched))
    (_place(model.name, cache) / WHOLE).write_text(json.dumps(asdict(whole)), encoding="utf-8")
    return folder


def _weights(folder: Path, name: str) -> set[str]:
    """Return the weight file names: those in the index, or the usual one.

    The index is downloaded by then.
    """
    return {file.name for file in weight_files(folder, name)} if (folder / INDEX).is_file() else {WEIGHTS}


def _download_file(model: HubModel, file: HubFile, cache: Path, advance: Callable[[int], None]) -> None:
    """Download one file, resuming an interrupted attempt, and verify its hash."""
    from huggingface_hub import hf_hub_url

    place = model.folder(cache) / file.name
    part = place.with_name(f"{file.name}.part")
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.is_file():
        with part.open("ab") as content:
            url = hf_hub_url(model.name, file.name, revision=model.revision, endpoint=hub.endpoint())
            hub.fetch(url, content, file.size, advance)
        if not _is_whole(part, file):
            part.unlink()
            raise HubError(
                f"The file {file.name} of '{model.name}' is not what the hub says that it is: it was altered on the "
                "way, or is damaged on the hub. It was not used, and was removed. Start the run again; if it happens "
                "again, choose another model."
            )
        part.rename(place)
    advance(file.size)


def _is_whole(place: Path, file: HubFile) -> bool:
    if place.stat().st_size != file.size:
        return False
    if len(file.hash) == 64:
        with place.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == file.hash
    content_of = place.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content_of) + content_of).hexdigest() == file.hash


def _wanted(name: str) -> hub.Wanted:
    return hub.Wanted(name, "model", f"{hub.endpoint()}/{name}", f"{hub.endpoint()}/models", HubError)


def _place(name: str, cache: Path) -> Path:
    return cache / name.replace("/", "--")
