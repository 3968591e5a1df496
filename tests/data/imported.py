"""Small brought data sets, made without a reader."""

from collections.abc import Iterable
from pathlib import Path

from core.data.rows import TEXT_ROWS
from core.data.staging import StagedDataset
from core.data.store.dataset_store import DatasetStore
from core.specs.dataset_types import ImportOptions, VersionInfo
from tests.data.silent import Silent

SUBJECTS = ("parcel", "support", "app", "invoice", "screen", "driver", "price", "manual", "refund", "keyboard")
GOOD = ("lovely {}, came early and works well", "the {} is a joy to use every day", "very happy about this {} again")
BAD = ("the {} arrived broken and late", "nobody answers about my {}, awful", "I regret the {} and want my money")


def reviews() -> list[tuple[str, str]]:
    """Return 60 different sentences, half of them positive."""
    good = [(line.format(subject), "positive") for line in GOOD for subject in SUBJECTS]
    return good + [(line.format(subject), "negative") for line in BAD for subject in SUBJECTS]


def import_texts(
    dataset_store: DatasetStore, folder: Path, rows: Iterable[tuple[str, ...]], name: str = "reviews", add_to: str = ""
) -> VersionInfo:
    """Make a data set of (text, label) or (text, label, given split)."""
    folder.mkdir(parents=True, exist_ok=True)
    staged = StagedDataset(folder, "text-classification", facts={"format": "made by a test"})
    writer = staged.rows(TEXT_ROWS)
    for number, (text, label, *given) in enumerate(rows, start=1):
        writer.add(text=text, label=label, given=given[0] if given else "", source=number)
    options = ImportOptions(task="text-classification", name=name, add_to=add_to)
    return dataset_store.add(staged, options, "Imported from reviews.csv", Silent())
