"""What a model has learnt from, as far as explanations compare with it."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from core.data.prepare.prepare_dataset import kept_arrays
from core.data.store.dataset_store import DatasetStore
from core.data.store.load_version import load_version
from core.errors import DataError, TouchstoneError
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor
from core.serving.predictor import Predictor
from core.settings import Settings
from core.specs import Inputs, LoadedDataset, SplitName

if TYPE_CHECKING:
    from core.training.checkpoint import ModelCard

FOLDER = "explanation"  # of a run, in which what takes long is kept
ROWS = 64  # training examples that stand for "not known"
GONE = (
    "The data that this model was trained on is not here any more, so nothing can be compared with it. Import the data "
    "set again, or restore it from the trash."
)


@dataclass(frozen=True)
class Home:
    """Where a run and its data are.

    Args:
        run_folder: The run's.
        datasets: The folder of the imported data sets.
        cache: The folder of what can be made again.
    """

    run_folder: Path
    datasets: Path
    cache: Path

    @classmethod
    def of(cls, run_folder: Path) -> "Home":
        """Return the home that a run's folder is in."""
        settings = Settings(home=run_folder.parent.parent)
        return cls(run_folder, settings.datasets_folder, settings.cache_folder)

    def kept(self, name: str) -> Path:
        """Return a file of the run in which an explanation is kept."""
        folder = self.run_folder / FOLDER
        folder.mkdir(exist_ok=True)
        return folder / name

    def data(self, card: "ModelCard") -> LoadedDataset:
        """Return the data that a model was trained on.

        Raises:
            DataError: It is not here any more, or has changed.
        """
        return _data(self.datasets, self.cache, card.dataset, card.task, card.dataset_fingerprint)

    def rows(self, predictor: Predictor, split: SplitName) -> NDArray[Any] | None:
        """Return what a slow encoder made of a split for training, (N, F).

        Raises:
            DataError: The data is not here any more.
        """
        if not isinstance(predictor.preprocessor, SlowPreprocessor | DescribingPreprocessor):
            return None
        kept = kept_arrays(self.cache, self.data(predictor.card), predictor.preprocessor)
        return None if kept is None else kept[f"{split}-inputs"]

    def background(self, predictor: Predictor) -> Inputs:
        """Return a few training examples that stand for all.

        Raises:
            DataError: They are not here any more.
        """
        return self.data(predictor.card).examples["train"].sample(ROWS, 0).inputs


@lru_cache(maxsize=4)
def _data(datasets: Path, cache: Path, name: str, task: str, fingerprint: str) -> LoadedDataset:
    store = DatasetStore(datasets, cache)
    try:
        found = load_version(store.find(name, task, fingerprint), cache)
    except (TouchstoneError, OSError) as error:
        raise DataError(GONE) from error
    if found.version.fingerprint != fingerprint:
        raise DataError(GONE)
    return found
