"""Cached baselines with score intervals; they depend on data and seed, not the model."""

import hashlib
import json
import logging
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from core import catalog
from core.baselines import kept
from core.baselines.kept import KeptBaseline
from core.data.prepare.prepare_dataset import PreparedDataset
from core.errors import CheckpointUnusable
from core.files import write_text
from core.specs import Predictions, Score, TaskSpec
from core.specs.baseline import BaselineSpec
from core.store.rows import nan_to_null, null_to_nan
from core.worker.interruption import interruptible

LIBRARIES = ("numpy", "scikit-learn", "scipy")
FIELDS = ("nll", "targets", "predicted", "probabilities")
FITTED = "fitted"  # within the folder of the cache: the baselines themselves
Scores = dict[str, Score]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ladder:
    """The baselines that are fitted to a data set, and why others are not.

    Args:
        rungs: The simplest first.
        left_out: Sentences.
    """

    rungs: tuple[BaselineSpec, ...]
    left_out: tuple[str, ...] = ()

    @classmethod
    def of(cls, task: TaskSpec, data: PreparedDataset) -> "Ladder":
        """Return every rung of a task that can be fitted to this data here."""
        train, rungs, left_out = data.examples["train"], list[BaselineSpec](), list[str]()
        for spec in catalog.baselines(task.name).values():
            why = spec.missing(train) if spec.missing else ""
            if why:
                left_out.append(f"{spec.title} was not fitted: {why}")
            else:
                rungs.append(spec)
        return cls(tuple(rungs), tuple(left_out))


class Baselines:
    """The simple methods that a model is compared with, on the same test examples.

    Args:
        cache_folder: Where they are kept, under a hash of everything that they depend on.
        task: On this data.
        data: Its examples.
        seed: Of the run.
        ladder: Which of them; all that can be fitted if not given.
    """

    def __init__(
        self, cache_folder: Path, task: TaskSpec, data: PreparedDataset, seed: int, ladder: Ladder | None = None
    ) -> None:
        self._task, self._data, self._seed = task, data, seed
        self.ladder = ladder or Ladder.of(task, data)
        depends_on = [
            data.version.fingerprint, task.name, seed, repr(data.info.target_std), _code(), *map(version, LIBRARIES),
            *(spec.name for spec in self.ladder.rungs),
        ]  # fmt: skip
        key = hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()[:32]
        self._folder = cache_folder / "baselines" / key

    @property
    def are_known(self) -> bool:
        """Whether nothing needs to be fitted."""
        return (self._folder / "names.json").is_file()

    @property
    def kept(self) -> dict[str, KeptBaseline]:
        """What each kept one took and takes, by what it is called."""
        found = {}
        for spec in self.ladder.rungs:
            try:
                known = kept.read_facts(self._folder / FITTED / spec.name)
            except CheckpointUnusable:
                continue
            found[known.called] = known
        return found

    def keep(self, run_folder: Path) -> None:
        """Let a run have the fitted baselines; a full disk costs only them."""
        try:
            kept.link_into(self._folder / FITTED, run_folder)
        except OSError:
            _log.warning("The baselines are not kept with the run.", exc_info=True)

    def predictions(self, stop: threading.Event, count: Callable[[int, int], None]) -> dict[str, Predictions]:
        """Return each baseline's test predictions by name; missing ones are fitted and cached.

        Args:
            stop: Set by who asks to stop.
            count: Told how many are there, and of how many.

        Raises:
            StopRequested: Somebody asked to stop meanwhile.
        """
        if (known := self._read()) is not None:
            return known
        found: dict[str, Predictions] = {}
        count(0, len(self.ladder.rungs))
        with interruptible(stop):
            for spec in self.ladder.rungs:
                name, predictions = self._fit(spec)
                found[name] = predictions
                count(len(found), len(self.ladder.rungs))
        self._write(found)
        return found

    def _fit(self, spec: BaselineSpec) -> tuple[str, Predictions]:
        """Return a fitted baseline's name and test predictions; it is kept beside them."""
        examples, began = self._data.examples, time.perf_counter()
        fitted = spec.fit(examples["train"], examples["validation"], self._seed)
        took = time.perf_counter() - began
        try:
            kept.keep(spec, fitted, self._folder / FITTED / spec.name, took, examples["validation"], self._data.info)
        except OSError:
            _log.warning("A baseline is not kept.", exc_info=True)
            shutil.rmtree(self._folder / FITTED / spec.name, ignore_errors=True)
        return fitted.called, self._task.predictions_from(fitted.predict(examples["test"].inputs), examples["test"])

    def scores(self, name: str, examples: int, compute: Callable[[], Scores]) -> Scores:
        """Return a baseline's scores with confidence intervals on `examples` test examples, cached too.

        Args:
            name: Of the baseline.
            examples: On which it is judged: of a text it may lack some at the beginning.
            compute: Computes them where they are not known.
        """
        digest = hashlib.sha256(f"{name}\0{examples}".encode()).hexdigest()[:16]
        file = self._folder / f"scores-{digest}.json"
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
            return {metric: Score(*map(null_to_nan, values)) for metric, values in known.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            scores = compute()
        try:
            plain = {metric: [nan_to_null(value) for value in asdict(one).values()] for metric, one in scores.items()}
            write_text(file, json.dumps(plain))
        except OSError:
            _log.info("The scores of the baselines are not kept.", exc_info=True)
        return scores

    def _read(self) -> dict[str, Predictions] | None:
        try:
            names = json.loads((self._folder / "names.json").read_text(encoding="utf-8"))
            found = {}
            for place, name in enumerate(names):
                with np.load(self._folder / f"{place}.npz", allow_pickle=False) as arrays:
                    found[name] = Predictions(*(arrays[field] for field in FIELDS))
            return found
        except (OSError, ValueError, KeyError, EOFError):
            return None

    def _write(self, found: Mapping[str, Predictions]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self._folder) as draft:
                for place, predictions in enumerate(found.values()):
                    file = Path(draft) / f"{place}.npz"
                    np.savez(file, **{field: getattr(predictions, field) for field in FIELDS})
                    file.replace(self._folder / file.name)
            write_text(self._folder / "names.json", json.dumps(list(found)))
        except OSError:
            _log.warning("The baselines are not kept: the next run fits them again.", exc_info=True)


@cache
def _code() -> str:
    """Return a hash of the files that say how baselines are fitted and judged."""
    core = Path(catalog.__file__).parent
    rooms = ("baselines", "tasks", "preprocessing", "statistics")
    files = [file for room in rooms for file in (core / room).glob("*.py")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()
