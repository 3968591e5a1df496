"""All datasets, built-in or imported, and their operations for pages and commands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from core import catalog
from core.data import label_issues
from core.data.imports.import_service import ImportService
from core.data.store.append import addition, checked_examples
from core.data.store.browse import BrowseItem, BrowsePage, Histogram, browse, histograms, thumbnail_of
from core.data.store.dataset_store import DatasetStore
from core.data.store.export_csv import csv_rows
from core.data.store.open_dataset import Dataset, open_dataset
from core.data.store.previews import DatasetPreview
from core.data.store.relabel import checked_labels, correction
from core.data.store.targets import set_target, target_of
from core.errors import UserError
from core.settings import Settings
from core.specs import DatasetSpec, Examples
from core.specs.dataset_types import DatasetEntry, Finding, Guess, LabelFlipTest, LabelIssue, VersionInfo
from core.specs.target import Target

LONGEST_TITLE = 80  # characters
TEXT_SAMPLE = 400  # texts
WRITING_BYTES = 40_000  # of a sample of documents
MOST_DOUBTED = 50  # labels; of those after them more are right than wrong
__all__ = ["BrowseItem", "BrowsePage", "DatasetPreview", "DatasetService", "Histogram"]


class DatasetService(ImportService):
    """Every data set by name."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.datasets_folder
        self.store = DatasetStore(folder, settings.cache_folder)
        super().__init__(folder)

    # --- what there is ---

    def entries(self, task: str | None = None, *, trashed: bool = False) -> list[DatasetEntry]:
        """Return datasets, of one task or all: built-in first, then imported, newest first."""
        imported = [card.name for card in self.store.cards(trashed=trashed) if task in (None, card.task)]
        return [self.entry(name) for name in (imported if trashed else [*catalog.datasets(task), *imported])]

    def has(self, name: str) -> bool:
        """Check whether a data set of this name exists, even in the trash."""
        return name in catalog.datasets() or self.store.has(name)

    def _open(self, name: str) -> Dataset:
        return open_dataset(self.store, name)

    def entry(self, name: str) -> DatasetEntry:
        """Return one data set.

        Raises:
            UnknownName: There is none of this name.
        """
        return self._open(name).entry()

    def find(self, name: str, task: str | None = None, fingerprint: str = "") -> DatasetSpec:
        """Return a data set as something that can be loaded.

        Raises:
            UnknownName: There is none of this name.
            UserError: It is for another task, or in the trash.
        """
        return self.store.find(name, task, fingerprint)

    def specs(self, task: str | None = None) -> dict[str, DatasetSpec]:
        """Return every loadable dataset by name, of one task or all."""
        return {entry.name: self.find(entry.name) for entry in self.entries(task)}

    def preview(self, name: str, fingerprint: str = "") -> DatasetPreview:
        """Return a look at a data set; quick after the first time."""
        return self._open(name).preview(fingerprint)

    def text_sample(self, name: str, fingerprint: str = "") -> tuple[str, ...]:
        """Return some hundred texts from all over a data set of texts with labels."""
        return self._open(name).text_sample(TEXT_SAMPLE, fingerprint)

    def rows_sample(self, name: str, fingerprint: str = "", most: int = 5_000) -> Examples:
        """Return training rows from all over a table."""
        return self._open(name).rows_sample(most, fingerprint)

    def writing_sample(self, name: str, fingerprint: str = "") -> str:
        """Return passages from all over documents."""
        return self._open(name).writing_sample(WRITING_BYTES, fingerprint)

    def text_words(self, name: str, fingerprint: str = "") -> Mapping[str, object]:
        """Return word statistics of labelled texts: words the training texts miss, and capitals."""
        return self._open(name).text_words(fingerprint)

    def versions(self, name: str) -> list[VersionInfo]:
        """Return every version of an imported dataset, newest first; empty for built-in ones."""
        return self._open(name).versions()

    def version(self, name: str, fingerprint: str = "") -> VersionInfo:
        """Return a version's metadata; without a fingerprint, that of the current version."""
        return self.store.version(name, fingerprint).manifest.info

    def head(self, name: str) -> str:
        """Return the fingerprint of the version in use; empty for a built-in data set."""
        return self._open(name).head

    def findings(self, name: str, fingerprint: str = "") -> list[Finding]:
        """Return what the data doctor found: errors, warnings, notes."""
        return self._open(name).findings(fingerprint)

    def facts(self, name: str, fingerprint: str = "") -> dict[str, object]:
        """Return the facts found at import: format, encoding, columns, label mapping."""
        return self._open(name).facts(fingerprint)

    def guesses(self, name: str, fingerprint: str = "") -> list[Guess]:
        """Return a version's import guesses; empty for built-in or older versions."""
        found = self.facts(name, fingerprint).get("guesses", ())
        return [Guess(**guess) for guess in found] if isinstance(found, list) else []

    # --- looking at examples ---

    def browse(
        self,
        name: str,
        fingerprint: str = "",
        *,
        label: str = "",
        split: str = "",
        search: str = "",
        rows: Iterable[int] = (),
        offset: int = 0,
        limit: int = 24,
    ) -> BrowsePage:
        """Return some examples of a brought data set.

        Args:
            name: The data set.
            fingerprint: Its version; empty is the one in use.
            label: Only those of this class.
            split: Only those of this split.
            search: Only those whose text or name holds these words, whatever their case.
            rows: Only these positions.
            offset: How many to pass over.
            limit: How many to return.
        """
        version = self.store.version(name, fingerprint)
        return browse(version, label, split, search, tuple(rows), offset, limit)

    def histograms(self, name: str, fingerprint: str = "") -> list[Histogram]:
        """Return how lengths and sizes of the examples are spread."""
        return _histograms(self.store, name, self.version(name, fingerprint).fingerprint)

    def image(self, name: str, position: int, fingerprint: str = "", largest: int = 256) -> bytes:
        """Return a small copy of one picture, as PNG or JPEG.

        Args:
            name: The data set.
            position: Of the picture in the version.
            fingerprint: The version; empty is the one in use.
            largest: Pixels of the longer side.
        """
        return thumbnail_of(self.store.version(name, fingerprint), position, largest)

    def test_examples(self, name: str, fingerprint: str, places: Sequence[int]) -> Examples:
        """Return test examples of any version of a data set by their positions."""
        return self._open(name).examples(fingerprint, "test", places)

    def export_rows(self, name: str, fingerprint: str = "") -> bytes:
        """Return texts or a table as CSV, safe to open in a spreadsheet."""
        return csv_rows(self.store.version(name, fingerprint))

    def label_issue_list(
        self, name: str, fingerprint: str, found: Sequence[Mapping[str, Any]], run: str
    ) -> list[LabelIssue]:
        """Return what a run doubts as positions in the version.

        Args:
            name: The data set.
            fingerprint: The version that the run was trained on.
            found: As `core.data.label_issues.describe_mislabels` wrote it.
            run: The run's name.
        """
        version = self.store.version(name, fingerprint)
        kept = self._kept(name)
        surest = found[: MOST_DOUBTED + len(kept)]
        positions = label_issues.rows_of(surest, version.rows)
        doubted = [
            LabelIssue(position, one["given"], one["suggested"], one["confidence"], run)
            for position, one, key in zip(
                positions, surest, label_issues.labels_known_as(version.rows, positions), strict=True
            )
            if key not in kept
        ]
        return label_issues.in_their_splits(doubted[:MOST_DOUBTED], version.rows)

    def remaining_label_issues(
        self, name: str, doubted: Sequence[LabelIssue], trained_on: str, fingerprint: str
    ) -> list[LabelIssue]:
        """Return a run's label issues as positions in a later version.

        Those corrected or removed since are left out.
        """
        if trained_on == fingerprint:
            return list(doubted)
        old, new = (self.store.version(name, mark).rows for mark in (trained_on, fingerprint))
        return label_issues.in_their_splits(label_issues.remaining_label_issues(doubted, old, new), new)

    def label_issue_finding(
        self, name: str, doubted: Sequence[LabelIssue], fingerprint: str = "", preflight: LabelFlipTest | None = None
    ) -> Finding:
        """Return a run's label issues, at least one, as a finding of the doctor."""
        version = self.store.version(name, fingerprint)
        return label_issues.label_issue_finding(doubted, version.manifest.info, version.rows, preflight)

    def lineage(self, name: str, fingerprint: str) -> list[str]:
        """Return the fingerprints of a version and its ancestors, newest first."""
        parents = {info.fingerprint: info.parent for info in self.versions(name)}
        line: list[str] = []
        while fingerprint in parents and fingerprint not in line:  # a fix and its undoing may lead in a circle
            line.append(fingerprint)
            fingerprint = parents[fingerprint]
        return line

    def keep_labels(self, name: str, positions: Sequence[int], fingerprint: str = "") -> None:
        """Keep labels as they are; no version ever doubts them again."""
        keys = label_issues.labels_known_as(self.store.version(name, fingerprint).rows, positions)
        label_issues.keep_labels(self.store.folder / name, self._kept(name) | set(keys))

    def kept_labels(self, name: str) -> int:
        """Return how many labels were kept although a model doubts them."""
        return len(self._kept(name))

    def suggest_again(self, name: str) -> None:
        """Forget which labels were kept: undo."""
        label_issues.keep_labels(self.store.folder / self.store.card(name).name, ())

    def _kept(self, name: str) -> frozenset[str]:
        return label_issues.kept_labels(self.store.folder / self.store.card(name).name)

    # --- changing ---

    def use_version(self, name: str, fingerprint: str) -> None:
        """Use this version from now on: undo, or redo."""
        self.store.use(name, fingerprint)

    def start_relabel(self, name: str, changes: Mapping[int, str], fingerprint: str = "") -> str:
        """Start a process that relabels rows in a new version; return its job id.

        Args:
            name: The data set.
            changes: The right label by position.
            fingerprint: The version that the positions are of; empty is the one in use.

        Raises:
            UserError: There is nothing to change, or a position that is not there.
        """
        clean = checked_labels(self.store.version(name, fingerprint), changes)
        asked = {"name": name, "changes": clean, "fingerprint": fingerprint or self.head(name)}
        return self.jobs.start("relabel", asked, correction(clean, self.store.version(name, fingerprint)))

    def start_append(self, name: str, examples: Sequence[Mapping[str, Any]]) -> str:
        """Start a process that adds training examples; return its job id.

        Raises:
            UserError: The answer of one is missing, or cannot be one.
        """
        asked = {"name": name, "examples": checked_examples(self.store.version(name), examples)}
        return self.jobs.start("append", asked, addition(examples))

    def retitle(self, name: str, title: str) -> None:
        """Give a brought data set another title.

        Raises:
            UserError: It has no characters, or too many.
        """
        clean = title.strip().replace("\x00", "")
        if not 0 < len(clean) <= LONGEST_TITLE:
            raise UserError(f"A title needs 1 to {LONGEST_TITLE} characters; this has {len(clean)}.")
        self.store.change_card(name, title=clean)

    def delete(self, name: str) -> None:
        """Move a brought data set to the trash, from which it can come back."""
        if self._open(name).is_built_in:
            raise UserError(f"'{name}' is built in and cannot be removed.")
        self.store.change_card(name, deleted_at=datetime.now(UTC))

    def restore(self, name: str) -> None:
        """Bring a data set back from the trash."""
        self.store.change_card(name, deleted_at=None)

    def empty_trash(self, keep: Iterable[str] = ()) -> int:
        """Delete the datasets in the trash with their files; return how many."""
        doomed = [card.name for card in self.store.cards(trashed=True) if card.name not in set(keep)]
        for name in doomed:
            self.store.remove(name)
        return len(doomed)

    def start_fix(self, name: str, code: str, fingerprint: str = "") -> str:
        """Start a process that fixes a finding in a new version; return job id."""
        finding = next((f for f in self.findings(name, fingerprint) if f.code == code), None)
        if finding is None or not finding.fix:
            raise UserError(f"There is nothing of the kind '{code}' to put right in '{name}'.")
        mark = fingerprint or self.head(name)
        return self.jobs.start("fix", {"name": name, "code": code, "fingerprint": mark}, finding.fix)

    def target(self, name: str) -> Target | None:
        """Return how good a model on a data set must be, if anybody said."""
        return target_of(self.store, name)

    def target_unit(self, name: str, fingerprint: str = "") -> str:
        """Return the unit of the numbers to predict; empty where none is known."""
        found = columns_in(self.facts(name, fingerprint), "target")
        return str(found[0].get("unit") or "") if found else ""

    def checked_target(self, name: str, target: Target) -> Target:
        """Return a target that a model on a data set could have.

        Raises:
            UserError: It does not fit the task or the classes, in a sentence.
        """
        entry = self.entry(name)
        target.checked(catalog.find_task(entry.task))
        return target.check_class(self.preview(name).version.labels) if target.label else target

    def set_target(self, name: str, target: Target | None) -> None:
        """Say how good a model on a data set must be; None forgets it.

        Raises:
            UserError: It does not fit the task or the classes, in a sentence.
        """
        set_target(self.store, name, None if target is None else self.checked_target(name, target))


@lru_cache(maxsize=32)
def _histograms(dataset_store: DatasetStore, name: str, fingerprint: str) -> list[Histogram]:
    return histograms(dataset_store.version(name, fingerprint))


def columns_in(facts: Mapping[str, object], role: str) -> list[dict[str, Any]]:
    """Return the columns of a role that a version's facts know.

    Args:
        facts: Of the version.
        role: "text", "target" ...
    """
    columns = facts.get("columns")
    return [one for one in columns if one.get("role") == role] if isinstance(columns, list) else []
