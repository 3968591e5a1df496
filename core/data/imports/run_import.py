"""An import from source to version: reader, disk check, reading; all or nothing."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core import catalog
from core.data.archives import is_archive, peek
from core.data.checks.support.check_context import CheckContext
from core.data.checks.support.runner import checks, repair
from core.data.disk_space import require_space, size_of
from core.data.images.sources import refuse_without_images
from core.data.readers.registry import find_reader
from core.data.splits.row_groups import refuse_groups
from core.data.staging import Progress, ReaderSpec, StagedDataset
from core.data.store.append import addition, appended, checked_examples
from core.data.store.build_version import similar, without_clusters
from core.data.store.cleanup import sweep
from core.data.store.dataset_store import DatasetStore
from core.data.store.manifest import name_from
from core.data.store.relabel import checked_labels, correction, relabelled
from core.data.store.targets import read_target
from core.data.store.version import Version
from core.errors import DataError
from core.specs.dataset_types import Guess, ImportOptions, SourcePreview, VersionInfo

SPACE_FACTOR = 2.5  # rows and pack beside the source, and a little air


def the_source(path: Path) -> Path:
    """Return the intended source: the only file of an upload's folder, else the path."""
    if path.is_dir():
        inside = [child for child in path.iterdir() if not child.name.startswith(".")]
        if len(inside) == 1:
            return the_source(inside[0]) if inside[0].is_dir() or inside[0].is_file() else path
    return path


def preview_source(path: Path, options: ImportOptions) -> SourcePreview:
    """Return what a source seems to be.

    Raises:
        DataError: It cannot be read at all.
    """
    source = the_source(path)
    reader = find_reader(source, options.layout, options.task)
    preview = _preview(reader, source, options)
    return replace(preview, thumbnails=reader.thumbnails(source, preview.options)) if reader.thumbnails else preview


def _preview(reader: ReaderSpec, source: Path, options: ImportOptions) -> SourcePreview:
    if options.task:
        catalog.find_task(options.task)
    preview = reader.preview(source, options)
    refuse_without_images(preview, source.name)
    if preview.kind != "table":
        refuse_groups(preview.kind, options.group_column)
    _refuse_another_task(preview, source, options.task)
    if options.target and not preview.problem:
        read_target(options.target, preview.options.task)
    chosen = preview.options.model_copy(update={"name": options.name or name_from(source.name)})
    if preview.kind == "pictures" and chosen.layout and is_archive(source):
        from core.data.images.layout_specs import possible  # with it comes every reader of tables

        preview = replace(preview, layouts=possible(peek(source), chosen.layout))
    return replace(preview, options=chosen)


def _refuse_another_task(preview: SourcePreview, source: Path, task: str) -> None:
    """Raise a `DataError` rather than import for another task than requested."""
    if task and preview.options.task != task:
        known = [
            f"{catalog.find_task(name).title} ({name})"
            for name in dict.fromkeys((preview.options.task, *preview.tasks))
        ]
        raise DataError(
            f"{source.name} ({preview.format}) cannot be used for the task {task}. "
            f"It could be for: {', '.join(known)}. "
            f"{catalog.find_task(task).needs} Choose one of these tasks, or none to have it guessed."
        )


def run_import(
    dataset_store: DatasetStore,
    path: Path,
    options: ImportOptions,
    progress: Progress,
    staging_folder: Path,
    guesses: Sequence[Guess] = (),
) -> VersionInfo:
    """Import a source; afterwards all of it is there, or nothing.

    Args:
        dataset_store: Where the version goes.
        path: A file or folder.
        options: What the user decided; the rest is guessed.
        progress: Told how far it is; may cancel.
        staging_folder: An empty or absent folder for what is half done, removed at the end.
        guesses: What `options` were completed with, where somebody saw them before; else they are made here.

    Raises:
        DataError: The source cannot be used; nothing is left behind.
        ImportCancelled: Nothing is left behind either.
    """
    sweep(dataset_store.folder)
    source = the_source(path)
    options = _like_the_others(dataset_store, options, source.name, guesses)
    progress.stage("Looking", 0, "bytes")
    reader = find_reader(source, options.layout, options.task)
    preview = _preview(reader, source, options)
    chosen = preview.options
    require_space(dataset_store.folder, int(size_of(source) * SPACE_FACTOR))
    staging_folder.mkdir(parents=True, exist_ok=True)
    staged = StagedDataset(staging_folder, chosen.task)
    try:
        reader.read(source, chosen, staged, progress)
        staged.facts["guesses"] = [asdict(guess) for guess in guesses or preview.guesses]
        what = chosen.title if source.parent.name == ".collections" else source.name
        change = f"Added {what}" if chosen.add_to else f"Imported from {what}"
        return dataset_store.add(staged, chosen, change, progress)
    finally:
        close_quietly(staged)
        shutil.rmtree(staging_folder, ignore_errors=True)


def _like_the_others(
    dataset_store: DatasetStore, options: ImportOptions, file: str, guesses: Sequence[Guess]
) -> ImportOptions:
    """Return options that repeat earlier versions' unchosen background, groups and time split."""
    name = name_from(options.add_to or options.name or file)
    if not dataset_store.has(name):
        return options
    facts, changes = dataset_store.version(name).manifest.facts, dict[str, str]()
    if options.add_to and facts.get("ground"):
        changes["ground"] = str(facts["ground"])
    if facts.get("group_column") and not options.group_column:
        changes["group_column"] = str(facts["group_column"])
    is_open = not options.split_by or any(guess.about == "Split" for guess in guesses)
    if facts.get("split_by") and is_open and not (options.group_column or options.split_column):
        changes["split_by"] = str(facts["split_by"])
    return options.model_copy(update=changes)


def run_fix(dataset_store: DatasetStore, name: str, code: str, fingerprint: str, progress: Progress) -> VersionInfo:
    """Put one finding right in a new version; the older one stays.

    Raises:
        DataError: There is nothing to put right, or nothing would be left.
    """
    finding = next((f for f in dataset_store.version(name, fingerprint).findings if f.code == code), None)
    if finding is None or not finding.fix or code not in checks():
        raise DataError(f"There is nothing of the kind '{code}' to put right in '{name}'.")
    return dataset_store.revise(
        name, fingerprint, lambda old: repair(context(old, progress), code), finding.fix, progress
    )


def run_relabel(
    dataset_store: DatasetStore, name: str, changes: Mapping[int, str], fingerprint: str, progress: Progress
) -> VersionInfo:
    """Give rows other labels in a new version; the older one stays.

    Raises:
        UserError: There is nothing to change, or a position that is not there.
        DataError: What would be left cannot be trained on, such as a single class.
    """
    version = dataset_store.version(name, fingerprint)
    change = correction(checked_labels(version, changes), version)
    return dataset_store.revise(name, fingerprint, lambda old: relabelled(old, changes), change, progress)


def run_append(
    dataset_store: DatasetStore, name: str, examples: Sequence[Mapping[str, Any]], progress: Progress
) -> VersionInfo:
    """Add examples to the training split in a new version; the older one stays.

    Raises:
        UserError: The answer of one is missing.
        DataError: One cannot be read.
    """
    checked = checked_examples(dataset_store.version(name), examples)
    return dataset_store.revise(name, "", lambda old: appended(old, checked), addition(checked), progress)


def context(version: Version, progress: Progress) -> CheckContext:
    """Return a version as the data doctor sees it."""
    info, rows = version.manifest.info, without_clusters(version.rows)
    keys, near = similar(info.task, rows, progress)
    return CheckContext(info.task, rows, info.labels, keys, near, version.packs, version.manifest.facts)


def close_quietly(staged: StagedDataset) -> None:
    """Close a draft's files, also those that a broken import left in the middle."""
    for open_file in (staged.writer, staged.packs):
        if open_file is not None:
            open_file.abandon()


def run_hub_import(
    dataset_store: DatasetStore,
    hub_id: str,
    config: str,
    options: ImportOptions,
    progress: Progress,
    staging_folder: Path,
) -> VersionInfo:
    """Download a hub dataset; afterwards all of it is there, or nothing.

    Args:
        dataset_store: Where the version goes.
        hub_id: "owner/name", of a well-known set or any other.
        config: Of a set that has several; empty is its usual one.
        options: What the user decided; the rest is guessed.
        progress: Told how far it is; may cancel.
        staging_folder: An empty or absent folder for what is half done, removed at the end.

    Raises:
        DataError: It cannot be reached or used; nothing is left behind but what was downloaded.
        ImportCancelled: Nothing is left behind either.
    """
    from core.data.hub import preview_hub, read_hub

    progress.stage("Asking the hub", 0, "rows")
    cache = dataset_store.folder / ".hub"
    preview = preview_hub(hub_id, config, options, cache)
    chosen = preview.options
    named = chosen.model_copy(update={"name": chosen.name or name_from(hub_id.rpartition("/")[2])})
    staging_folder.mkdir(parents=True, exist_ok=True)
    staged = StagedDataset(staging_folder, named.task)
    try:
        read_hub(hub_id, config, named, cache, staged, progress)
        staged.facts["guesses"] = [asdict(guess) for guess in preview.guesses]
        return dataset_store.add(staged, named, f"Fetched {hub_id} from the hub", progress)
    finally:
        close_quietly(staged)
        shutil.rmtree(staging_folder, ignore_errors=True)
