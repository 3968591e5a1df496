"""From a dataset's id to local files: found, downloaded and cached for offline use."""

import shutil
from collections.abc import Iterator
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from core.data.hub.connection import NeedsScript, NotOurFiles, OtherFormat, prepare, wanted
from core.data.hub.download_record import FetchedSet, fetched_sets
from core.data.hub.splits import our_splits
from core.data.staging import ImportCancelled, Progress
from core.data.wording import listed
from core.errors import DataError
from core.hub import Unreachable, in_words, not_the_hub, soon
from core.specs.dataset_types import HubSet

CONVERTED = "refs/convert/parquet"  # where the hub keeps a plain copy of sets, also of those that are programs
FORMATS = ("parquet", "csv", "json", "text", "imagefolder", "arrow")  # data alone: nothing in them is ever run
SPACE_FACTOR = 2.5  # of a set's size: its files, and the version that is made of them
_OWN = (
    "name",
    "version",
    "data_dir",
    "data_files",
    "description",
    "features",
)  # of a builder's settings: not its format


def find_set(hub_id: str, config: str, known: HubSet | None, cache: Path) -> FetchedSet:
    """Ask the hub for a dataset; if unreachable, return the earlier download.

    Args:
        hub_id: Of the set.
        config: Its configuration; empty for the only one.
        known: What we know of it.
        cache: The folder that keeps everything that is fetched.

    Raises:
        DataError: The hub cannot be reached and nothing is here, or the set cannot be had; the message says which.
    """
    prepare(cache)
    try:
        return _ask(hub_id, config, known)
    except Unreachable as error:
        if before := FetchedSet.recall(cache, hub_id, config):
            return before
        raise offline(str(error), cache) from error


def download(found: FetchedSet, cache: Path, progress: Progress) -> None:
    """Fetch every file that is not here yet, and remember the set.

    Raises:
        DataError: The connection was lost, or the disk is too small.
        ImportCancelled: Nothing of this set is left behind if it was not here before.
    """
    if found.is_here(cache):
        found.remember(cache)
        return
    _check_space(found, cache)
    progress.stage("Downloading", found.size_bytes, "bytes")
    meter = _Meter(progress)
    try:
        with in_words(wanted(found.id)):
            _download_all(found, meter)
    except ImportCancelled:
        _forget(found, cache)
        raise
    except Unreachable as error:
        whole = f" of {found.size_bytes / 1e6:,.1f}" if found.size_bytes else ""
        raise DataError(
            f"The connection to the hub was lost after {meter.done / 1e6:,.1f}{whole} MB ({error}). Try again: files "
            "that arrived whole are not fetched twice."
        ) from error
    found.remember(cache)


def offline(reason: str, cache: Path) -> DataError:
    """Return what to say where the hub cannot be reached."""
    here = fetched_sets(cache)
    already = f"Already here: {listed(here)}." if here else "Nothing was fetched from the hub to this machine yet."
    return DataError(
        f"The hub cannot be reached from this machine ({reason}). Connect to the internet and try again, or import the "
        f"data as a file. {already}"
    )


def _ask(hub_id: str, config: str, known: HubSet | None) -> FetchedSet:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RevisionNotFoundError

    api = HfApi()
    with in_words(wanted(hub_id)):
        try:
            info = soon(lambda: api.dataset_info(hub_id, files_metadata=True))
        except (JSONDecodeError, LookupError, TypeError, AttributeError) as error:
            raise not_the_hub() from error
        if "/" not in info.id:
            raise wanted(hub_id).unknown()
        if info.gated:
            api.auth_check(info.id, repo_type="dataset")
        try:
            return _described(info, config, known)
        except NotOurFiles as refused:
            try:
                converted = api.dataset_info(info.id, revision=CONVERTED, files_metadata=True)
            except RevisionNotFoundError:
                raise refused from None
            return _described(converted, config, known, is_converted=True)


def _described(info: Any, config: str, known: HubSet | None, is_converted: bool = False) -> FetchedSet:
    """Return how `datasets` interprets a dataset's card and files, without reading any data."""
    builder = _builder(info, config, is_converted)
    kind = type(builder).__module__.split(".")[2]  # datasets.packaged_modules.<format>.<format>
    if kind not in FORMATS:
        raise OtherFormat(info.id, kind)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    files = {
        str(part): [_within(address, info.sha) for address in addresses]
        for part, addresses in (builder.config.data_files or {}).items()
    }
    splits, left_out = our_splits(files, known.split_map if known else {})
    used = {part: files[part] for part in splits}
    features = builder.info.features
    card = info.card_data or {}
    return FetchedSet(
        id=info.id,
        config=config,
        revision=info.sha,
        licence=_licence(card.get("license") if hasattr(card, "get") else None),
        format=kind,
        format_options=dict(_changed(builder.config)),
        features=features.to_dict() if features else None,
        files=used,
        splits=splits,
        left_out=left_out,
        rows={str(name): split.num_examples or 0 for name, split in (builder.info.splits or {}).items()},
        size_bytes=sum(sizes.get(name, 0) for names in used.values() for name in names),
    )


def _builder(info: Any, config: str, is_converted: bool) -> Any:
    from datasets import load_dataset_builder

    if any(file.rfilename == f"{info.id.split('/')[1]}.py" for file in info.siblings or ()):
        raise NeedsScript(info.id)
    place = f"hf://datasets/{info.id}"  # never a folder of this name that happens to lie here
    if is_converted:
        folders = sorted(
            {file.rfilename.split("/")[0] for file in info.siblings if file.rfilename.endswith(".parquet")}
        )
        if config not in folders and (config or len(folders) != 1):
            raise _which(info.id, config, folders)
        return load_dataset_builder(place, revision=info.sha, data_dir=config or folders[0])
    try:
        return load_dataset_builder(place, config or None, revision=info.sha)
    except ValueError as error:
        if "Config name is missing" in str(error) or "BuilderConfig" in str(error):
            from datasets import get_dataset_config_names

            raise _which(info.id, config, get_dataset_config_names(place, revision=info.sha)) from error
        raise DataError(
            f"The files of '{info.id}' are not described in a way that can be read. Download what you need from its "
            f"page, https://huggingface.co/datasets/{info.id}, and import it as a file."
        ) from error


def _which(hub_id: str, config: str, configs: list[str]) -> DataError:
    if config:
        return DataError(f"'{hub_id}' has no configuration '{config}'. It has {listed(configs)}.")
    return DataError(f"'{hub_id}' holds several sets. Choose one of its configurations: {listed(configs)}.")


def _within(address: str, revision: str) -> str:
    """Return a file's name within its set, from an address such as hf://datasets/owner/name@revision/data/x.csv."""
    _, found, name = address.partition(f"@{revision}/")
    if not found or "::" in name or ".." in name.split("/"):
        raise DataError("The set points to files that lie outside it, which are not fetched.")
    return name


def _changed(settings: Any) -> Iterator[tuple[str, Any]]:
    """Yield the non-default format settings of a dataset's card, such as a delimiter."""
    usual = vars(type(settings)())
    for name, value in vars(settings).items():
        if name not in _OWN and value != usual.get(name) and isinstance(value, str | int | float | bool | list):
            yield name, value


def _licence(stated: Any) -> str:
    if isinstance(stated, list):
        stated = ", ".join(map(str, stated))
    return str(stated) if stated and stated not in ("unknown", "other") else "not stated"


def _check_space(found: FetchedSet, cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    needed, free = int(found.size_bytes * SPACE_FACTOR), shutil.disk_usage(cache).free
    if needed > free:
        raise DataError(
            f"'{found.id}' needs about {needed / 1e9:,.1f} GB on the disk (its files, and the version made of them), "
            f"but only {free / 1e9:,.1f} GB are free. Free some space, then download it again."
        )


class _Meter:
    """Adds up the bytes of many downloads; made as huggingface_hub makes its progress bars."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.done = 0  # bytes of this set

    def __call__(self, **_: Any) -> "_Meter":
        return self

    def update(self, count: float | None = 1) -> None:
        """Add bytes; negative where a file is begun anew."""
        self.done += int(count or 0)
        self._progress.advance(self.done)

    def close(self) -> None:
        """Do nothing: the next file goes on."""

    def __enter__(self) -> "_Meter":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _download_all(found: FetchedSet, meter: _Meter) -> None:
    from huggingface_hub import hf_hub_download

    bars: Any = meter  # only ever called, as the class of a progress bar would be
    for name in (name for names in found.files.values() for name in names):
        meter.update(0)
        hf_hub_download(found.id, name, repo_type="dataset", revision=found.revision, tqdm_class=bars)


def _forget(found: FetchedSet, cache: Path) -> None:
    """Remove an incompletely downloaded dataset, unless another state of it was downloaded."""
    if not any((cache / "sets" / found.id.lower().replace("/", "--")).glob("*.json")):
        shutil.rmtree(found.folder(cache).parents[1], ignore_errors=True)
