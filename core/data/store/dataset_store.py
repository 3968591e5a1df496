"""The imported datasets: a folder each, a version a sub-folder; files are authoritative.

`<name>/dataset.json` says which version is in use; `<name>/versions/<fingerprint>/` never changes once it is there;
`<name>/packs/` holds picture files that several versions share, `<name>/splits.arrow` where every row stands that there
ever was.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from core import catalog
from core.data.locks import changing
from core.data.rows import FEATURE, UNUSED, read_rows, without_given, write_rows
from core.data.splits.row_groups import GROUP, with_folders
from core.data.splits.split_record import read_record, write_record
from core.data.staging import Progress, StagedDataset
from core.data.store.build_version import DIVIDED, VersionInput, finish, ordered_labels
from core.data.store.cleanup import DRAFT, marked, owned
from core.data.store.folds import bonds_of
from core.data.store.load_examples import load_examples
from core.data.store.manifest import DatasetCard, Manifest, name_from, write_findings, write_json
from core.data.store.targets import read_target
from core.data.store.version import CARD, FINDINGS_FILE, MANIFEST, ROWS, Version, card_of, load_everything, manifest_of
from core.data.store.version_split import Past
from core.data.task_kinds import DOCUMENTS
from core.errors import DataError, UnknownName, UserError
from core.specs import DatasetSpec
from core.specs.dataset_types import ImportOptions, VersionInfo

FOLDER_DIGITS = 16  # of the fingerprint, in a version's folder


class DatasetStore:
    """Every brought data set, by name.

    Args:
        folder: Where they are; one sub-folder each.
        cache_folder: Where decoded pictures are kept.
    """

    def __init__(self, folder: Path, cache_folder: Path) -> None:
        self.folder, self._cache, self.locks = folder, cache_folder, cache_folder / "locks"

    # --- reading ---

    def cards(self, *, trashed: bool = False) -> list[DatasetCard]:
        """Return what is there, the newest first; or what is in the trash."""
        files = sorted(self.folder.glob(f"*/{CARD}")) if self.folder.is_dir() else []
        cards = [card_of(file) for file in files]
        return sorted((c for c in cards if (c.deleted_at is not None) == trashed), key=_age, reverse=True)

    def has(self, name: str) -> bool:
        """Return whether an imported dataset has this name, in the trash or not."""
        return name == name_from(name) and (self.folder / name / CARD).is_file()

    def card(self, name: str) -> DatasetCard:
        """Return what a data set says of itself.

        Raises:
            UnknownName: There is none of this name.
        """
        if not self.has(name):
            raise UnknownName("data set", name, [*catalog.datasets(), *(card.name for card in self.cards())])
        file = self.folder / name / CARD
        return card_of(file)

    def version(self, name: str, fingerprint: str = "") -> Version:
        """Open a version of a data set; without a fingerprint the one in use.

        Raises:
            UnknownName: There is no such data set, or no such version of it.
        """
        card = self.card(name)
        mark = fingerprint or card.head
        folder = self._versions(name) / mark[:FOLDER_DIGITS]
        if not (folder / MANIFEST).is_file():
            raise UnknownName(f"version of {name}", mark, [v.fingerprint for v in self.versions(name)])
        return Version(folder, manifest_of(folder / MANIFEST))

    def versions(self, name: str) -> list[VersionInfo]:
        """Return every version of a data set, the newest first."""
        self.card(name)
        infos = [manifest_of(file).info for file in self._versions(name).glob(f"*/{MANIFEST}")]
        return sorted(infos, key=lambda info: info.created_at, reverse=True)

    def find(self, name: str, task: str | None = None, fingerprint: str = "") -> DatasetSpec:
        """Return a data set, built in or brought, as something that can be loaded.

        Raises:
            UnknownName: There is none of this name.
            UserError: It is for another task, or in the trash.
        """
        if not self.has(name):
            self._must_be_known(name, task)
            return catalog.find_dataset(name, task)
        card = self.card(name)
        if card.deleted_at is not None and not fingerprint:
            raise UserError(f"The data set '{name}' is in the trash. Restore it first: touchstone data restore {name}")
        if task is not None and card.task != task:
            raise UserError(f"The data set '{name}' is for {card.task}, not for {task}.")
        version = self.version(name, fingerprint)
        return DatasetSpec(
            name=name,
            title=card.title,
            task=card.task,
            summary=f"{version.manifest.info.examples:,} examples. {version.manifest.info.change}.",
            licence=card.licence,
            source=card.source,
            load=lambda: load_everything(version),
            open=lambda: replace(
                load_examples(version.rows, version.manifest, version.packs, self._cache, card.licence, card.source),
                bonds=bonds_of(version.rows, version.manifest),
            ),
        )

    def _must_be_known(self, name: str, task: str | None) -> None:
        known = [*catalog.datasets(task), *(c.name for c in self.cards() if task in (None, c.task))]
        if name not in catalog.datasets():
            raise UnknownName("data set", name, known)

    # --- changing ---

    def add(self, staged: StagedDataset, options: ImportOptions, change: str, progress: Progress) -> VersionInfo:
        """Create a version from a reader's draft, completely or not at all.

        Raises:
            DataError: It cannot be trained on, or the name is taken.
        """
        staged.close()
        name = name_from(options.add_to or options.name)
        self._must_be_free(name, staged.task, bool(options.add_to))
        with changing(self.locks, name, progress):
            self._must_be_free(name, staged.task, bool(options.add_to))  # somebody else may have been quicker
            return self._add(name, staged, options, change, progress)

    def _add(
        self, name: str, staged: StagedDataset, options: ImportOptions, change: str, progress: Progress
    ) -> VersionInfo:
        is_new, pack = not self.has(name), f"{uuid4().hex[:12]}.pack"
        try:
            with marked(self.folder / name, pack):
                given = self._version_input(name, staged, options, change, pack)
                if options.target:
                    read_target(options.target, staged.task, ordered_labels(given))
                info = self._put(given, progress)
                self._point_to(name, info, options, given.past.salt or info.fingerprint)
        except BaseException:
            (self.folder / name / "packs" / pack).unlink(missing_ok=True)
            if is_new:
                shutil.rmtree(self.folder / name, ignore_errors=True)
            raise
        return info

    def _version_input(
        self, name: str, staged: StagedDataset, options: ImportOptions, change: str, pack: str
    ) -> VersionInput:
        """Return a draft's rows, their pictures in place."""
        packs, rows = self.folder / name / "packs", read_rows(staged.rows_file)
        packs.mkdir(parents=True, exist_ok=True)
        if "pack" in rows.column_names:
            if staged.pack_file.exists():
                shutil.move(staged.pack_file, packs / pack)
            named = pa.array([pack] * rows.num_rows, pa.string())
            rows = rows.set_column(rows.column_names.index("pack"), "pack", named)
        if "pack" in rows.column_names and options.group_column:
            rows, staged.facts["group_column"] = with_folders(rows), options.group_column
        if options.divide_anew:
            rows = without_given(rows)
        if options.add_to:
            rows = _together(self.version(name).rows, rows, name)
        parent, past = self.card(name).head if self.has(name) else "", self._past(name, staged.facts)
        found = tuple(staged.findings)
        return VersionInput(name, staged.task, rows, packs, change, parent, staged.labels, staged.facts, found, past)

    def _past(self, name: str, facts: Mapping[str, Any]) -> Past:
        """Return what is known of a dataset's rows, for a version with these facts."""
        if not self.has(name) or DOCUMENTS.fits(self.card(name).task):
            return Past()
        used, card = self.version(name), self.card(name)
        if is_divided_otherwise(facts, used.manifest.facts):
            return Past()
        infos = self.versions(name)
        marks = dict.fromkeys([card.head, *(info.fingerprint for info in infos)])
        record = read_record(self.folder / name, card.task, (self.version(name, mark).rows for mark in marks))
        return Past(card.salt or infos[-1].fingerprint, record, used.rows, used.manifest.facts)

    def revise(
        self,
        name: str,
        fingerprint: str,
        edit: Callable[[Version], pa.Table],
        change: str,
        progress: Progress,
    ) -> VersionInfo:
        """Create and select a new version from an older one, which stays unchanged.

        Args:
            name: The data set.
            fingerprint: The older version; empty is the one in use.
            edit: From the older version to the rows of the new one.
            change: What happened, for the list of versions.
            progress: Told how far it is; may cancel.

        Raises:
            DataError: What would be left cannot be trained on.
        """
        with changing(self.locks, name, progress):
            return self._revise(self.version(name, fingerprint), edit, change, progress)

    def _revise(
        self, old: Version, edit: Callable[[Version], pa.Table], change: str, progress: Progress
    ) -> VersionInfo:
        info = old.manifest.info
        name = info.name
        progress.stage("Putting it right", 0, "rows")
        facts, packs, rows = old.manifest.facts, old.packs, edit(old)
        past = replace(self._past(name, facts), before=old.rows, facts=facts)
        if "split" not in rows.column_names:  # what the edit was made for: to divide everything anew
            past = Past()
        given = VersionInput(name, info.task, rows, packs, change, info.fingerprint, info.labels, facts, past=past)
        if not given.rows.num_rows:
            raise DataError("Nothing would be left. The data set stays as it is.")
        made = self._put(given, progress)
        self._point_to(name, made, salt=past.salt or made.fingerprint)
        return made

    def use(self, name: str, fingerprint: str) -> None:
        """Use another version from now on."""
        info = self.version(name, fingerprint).manifest.info
        self._point_to(name, info)

    def change_card(self, name: str, **changes: object) -> None:
        """Change what a data set says of itself: title, licence, source, deleted_at."""
        write_json(self.folder / name / CARD, self.card(name).model_copy(update=changes))

    def remove(self, name: str) -> None:
        """Remove a data set and its files for good."""
        self.card(name)
        doomed = self.folder / f".removed-{name}-{uuid4().hex[:8]}"
        (self.folder / name).rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)

    def _versions(self, name: str) -> Path:
        return self.folder / name / "versions"

    def _must_be_free(self, name: str, task: str, adding: bool) -> None:
        if name in catalog.datasets():
            raise DataError(f"The name '{name}' belongs to a built-in data set. Choose another one.")
        if adding and not self.has(name):
            self.card(name)
        if self.has(name) and self.card(name).deleted_at is not None:
            raise DataError(f"A data set named '{name}' is in the trash. Restore it, or choose another name.")
        if self.has(name) and (card := self.card(name)).task != task:
            raise DataError(f"There is a data set named '{name}' already, for {card.task}. Choose another name.")

    def _put(self, given: VersionInput, progress: Progress) -> VersionInfo:
        """Write a version's folder completely or not at all; keep an identical one."""
        made = finish(given, progress)
        rows, manifest = made.rows, made.manifest
        if made.record is not None:  # before the version: one that was begun and never ended does no harm there
            write_record(self.folder / given.name, made.record)
        folder = self._versions(given.name) / manifest.info.fingerprint[:FOLDER_DIGITS]
        if (folder / MANIFEST).is_file() and not _is_divided_alike(Version(folder, manifest), rows):
            manifest = _told_apart(manifest, rows)
            folder = folder.with_name(manifest.info.fingerprint[:FOLDER_DIGITS])
        if (folder / MANIFEST).is_file():
            return manifest_of(folder / MANIFEST).info
        staged = folder.with_name(owned(DRAFT))
        staged.mkdir(parents=True)
        try:
            progress.stage("Saving", 0, "rows")
            write_rows(staged / ROWS, rows)
            write_findings(staged / FINDINGS_FILE, made.findings)
            write_json(staged / MANIFEST, manifest)
            staged.rename(folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return manifest.info

    def _point_to(
        self, name: str, info: VersionInfo, options: ImportOptions | None = None, salt: str | None = None
    ) -> None:
        chosen = options or ImportOptions()
        target = read_target(chosen.target, info.task) if chosen.target else None
        if self.has(name):
            more = {"salt": salt, "target": target}
            self.change_card(name, head=info.fingerprint, **{key: value for key, value in more.items() if value})
            return
        card = DatasetCard(
            name=name,
            title=chosen.title or name.replace("-", " ").capitalize(),
            task=info.task,
            licence=chosen.licence or "Not stated",
            source=chosen.source or info.change,
            head=info.fingerprint,
            target=target,
            salt=info.fingerprint,
            created_at=datetime.now(UTC),
        )
        write_json(self.folder / name / CARD, card)


def is_divided_otherwise(facts: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Return whether a group or time split is new, requiring a resplit of all."""
    by_group = facts.get("group_column") and facts["group_column"] != before.get("group_column")
    by_time = facts.get("time_column") and facts["time_column"] != before.get("time_column")
    return bool(by_group or by_time)


def _is_divided_alike(version: Version, rows: pa.Table) -> bool:
    return bool(version.rows.column("split").equals(rows.column("split")))


def _told_apart(manifest: Manifest, rows: pa.Table) -> Manifest:
    """Return the manifest with a new fingerprint, for known content on other sides."""
    split = rows.column("split").fill_null(-1).to_numpy().astype("<i1").tobytes()
    mark = hashlib.sha256(manifest.info.fingerprint.encode() + split).hexdigest()
    return manifest.model_copy(update={"info": replace(manifest.info, fingerprint=mark)})


def _together(old: pa.Table, new: pa.Table, name: str) -> pa.Table:
    if UNUSED not in old.column_names or UNUSED not in new.column_names:  # made before rows had it
        old, new = (rows.drop_columns([UNUSED] if UNUSED in rows.column_names else []) for rows in (old, new))
    ours = [column for column in old.column_names if column not in DIVIDED]
    if GROUP in new.column_names and GROUP not in ours:
        raise DataError(
            f"'{name}' has no groups, so none can be added to it. Leave out --group, or import everything once more "
            "with it, under another name."
        )
    if set(ours) != set(new.column_names):
        raise DataError(
            f"These examples have other columns than those of '{name}', so they cannot be added to it."
            f"{_apart(old.select(ours), new)}"
        )
    added = new.select(ours).cast(old.select(ours).schema)
    return pa.concat_tables([old.select([*ours, "split"]), added], promote_options="default")  # no split of new ones


def _apart(old: pa.Table, new: pa.Table) -> str:
    """Return which of the user's columns differ, and what to do."""
    more = [n.removeprefix(FEATURE) for n in new.column_names if n not in old.column_names and n.startswith(FEATURE)]
    less = [n.removeprefix(FEATURE) for n in old.column_names if n not in new.column_names and n.startswith(FEATURE)]
    skip = f" Leave out what is new: {' '.join(f'--skip {column}' for column in more)}." if more else ""
    return skip + (f" What is missing: {', '.join(less)}." if less else "")


def _age(card: DatasetCard) -> datetime:
    return card.created_at
