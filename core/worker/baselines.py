"""Cached baselines with score intervals; they depend on data and seed, not the model."""

import hashlib
import json
import logging
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
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
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor
from core.preprocessing.remembered import remember
from core.specs import SPLITS, Examples, Predictions, Score, TaskSpec
from core.specs.baseline import BaselineSpec, SlowEncoder
from core.specs.config import TrainConfig
from core.store.rows import nan_to_null, null_to_nan
from core.worker.interruption import interruptible

LIBRARIES = ("numpy", "scikit-learn", "scipy")
FIELDS = ("nll", "targets", "predicted", "probabilities")
SHARE = 0.2  # of a time budget, for baselines on pretrained networks
FITTED = "fitted"  # within the folder of the cache: the baselines themselves
Scores = dict[str, Score]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ladder:
    """The baselines that are fitted to a data set, and why others are not.

    Args:
        rungs: The simplest first.
        left_out: Sentences.
        rows: Of the training split, from which those learn that are timed on a sample; 0 is all.
    """

    rungs: tuple[BaselineSpec, ...]
    left_out: tuple[str, ...] = ()
    rows: int = 0

    @classmethod
    def of(cls, task: TaskSpec, data: PreparedDataset, within_s: float) -> "Ladder":
        """Return every rung of a task that can be fitted to this data here.

        Args:
            task: What they shall do.
            data: On it.
            within_s: What one with a pretrained encoder may take whose features are not at hand; 0 is none of them.
        """
        train, rungs, left_out = data.examples["train"], list[BaselineSpec](), list[str]()
        for spec in catalog.baselines(task.name).values():
            if why := _why_not(spec, train, data, within_s):
                left_out.append(f"{spec.title} was not fitted: {why}")
            else:
                rungs.append(spec)
        return cls(tuple(rungs), tuple(left_out))

    def on(self, rows: int, every: int, minutes: float) -> "Ladder":
        """Return the same, learning from fewer rows, and the sentence that says so."""
        fewer = " and ".join(spec.title for spec in self.rungs if spec.learns_from_fewer)
        said = (
            f"{fewer}: learnt from {rows:,} of the {every:,} training examples, as all of them would take more than a "
            f"third of the time budget of {minutes:g} min. Give the run a longer one to compare with all."
        )
        return replace(self, rows=rows, left_out=(*self.left_out, said))


def _why_not(spec: BaselineSpec, train: Examples, data: PreparedDataset, within_s: float) -> str:
    """Return why a rung is left out, a sentence; empty where it is not."""
    if spec.encoder is None:
        return ""
    if not within_s:
        return "methods on pretrained networks are switched off (TOUCHSTONE_BASELINES_WITHIN_S is 0)."
    if spec.missing is not None and (why := spec.missing(train)):
        return why
    if (own := encoder_at_hand(data)) is not None and _same(own, spec.encoder(train)):
        return ""
    every = sum(map(len, data.examples.values()))
    seconds = (spec.seconds(train) if spec.seconds else 0.0) * every / max(len(train), 1)
    if seconds <= within_s:
        return ""
    return (
        f"it would take about {seconds:.0f} s on this processor, and {within_s:.0f} s of this run are kept for it. "
        "Give the run a longer time budget, or train a model on the same network."
    )


def allowed_s(config: TrainConfig, most_s: float) -> float:
    """Return what a baseline on a pretrained network may take of a run."""
    return min(most_s, SHARE * 60 * config.time_budget_min) if config.time_budget_min else most_s


def encoder_at_hand(data: PreparedDataset) -> SlowPreprocessor | None:
    """Return the frozen encoder whose features the run's own model learns from."""
    own: object = data.preprocessor
    own = own.encoder if isinstance(own, DescribingPreprocessor) else own
    return own if isinstance(own, SlowPreprocessor) else None


def _same(one: SlowPreprocessor, other: SlowEncoder) -> bool:
    return one.kind == other.kind and one.state() == other.state()


class Baselines:
    """The simple methods that a model is compared with, on the same test examples.

    Args:
        cache_folder: Where they are kept, under a hash of everything that they depend on.
        task: On this data.
        data: Its examples.
        seed: Of the run.
        ladder: Which of them; all that can be fitted if not given.
        within_s: See `Ladder.of`.
    """

    def __init__(
        self,
        cache_folder: Path,
        task: TaskSpec,
        data: PreparedDataset,
        seed: int,
        ladder: Ladder | None = None,
        within_s: float = 0.0,
    ) -> None:
        self._task, self._data, self._seed = task, data, seed
        self.ladder = ladder or Ladder.of(task, data, within_s)
        depends_on = [
            data.version.fingerprint, task.name, seed, repr(data.info.target_std), code_of_baselines(),
            *map(version, LIBRARIES), *(spec.name for spec in self.ladder.rungs),
            *([self.ladder.rows] if self.ladder.rows else []),
        ]  # fmt: skip
        key = hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()[:32]
        self._folder = cache_folder / "baselines" / key

    @property
    def are_known(self) -> bool:
        """Whether nothing needs to be fitted."""
        return (self._folder / "names.json").is_file()

    @property
    def weigh_features(self) -> bool:
        """Whether some will be fitted to features of a frozen encoder."""
        return not self.are_known and any(spec.encoder for spec in self.ladder.rungs)

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
        if self.weigh_features:
            _remember(self._data)
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
        examples = self._data.examples
        train = examples["train"]
        if self.ladder.rows and spec.learns_from_fewer:
            train = train.sample(self.ladder.rows, self._seed)
        began = time.perf_counter()
        fitted = spec.fit(train, examples["validation"], self._seed)
        took = time.perf_counter() - began
        try:
            learnt_from = min(len(train), spec.most_examples or len(train))
            folder = self._folder / FITTED / spec.name
            kept.keep(spec, fitted, folder, took, examples["validation"], self._data.info, learnt_from)
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


def _remember(data: PreparedDataset) -> None:
    """Let the rungs find the features that the run's own model learns from."""
    if (encoder := encoder_at_hand(data)) is not None and data.arrays:
        for split in SPLITS:
            remember(encoder, data.examples[split].inputs, data.arrays[split]["inputs"])


@cache
def code_of_baselines() -> str:
    """Return a hash of the files that say how baselines are fitted and judged."""
    core = Path(catalog.__file__).parent
    rooms = ("baselines", "tasks", "preprocessing", "statistics")
    files = [file for room in rooms for file in (core / room).glob("*.py")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()
