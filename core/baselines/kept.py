"""Baselines that a run keeps, each in a folder with what it took."""

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core import catalog
from core.errors import CheckpointUnusable, UserError
from core.preprocessing.remembered import forgetting
from core.specs import DataInfo, Examples, Inputs
from core.specs.baseline import BaselineSpec, FittedBaseline

FOLDER, FACTS = "baselines", "card.json"  # within a run's folder; within a baseline's
TIMED, TIMED_S = 40, 0.4  # answers that are timed one by one, as many as fit the seconds
TIMED_CHARACTERS = 200  # of a text that goes on


@dataclass(frozen=True)
class KeptBaseline:
    """What is known of a fitted baseline beside its own files.

    Args:
        name: The catalogue's.
        title: As people read it.
        called: What it has become, as in results.
        tuned_on: What its settings were chosen on; empty where it has none.
        fit_s: Seconds that fitting took.
        p50_ms: Milliseconds for one answer by itself, the median; of texts that go on, for one character.
        p95_ms: The same, of the slowest of twenty.
        size_bytes: Of its files.
        labels: That it answers with.
        input_shape: Of images that it reads: (C, H, W).
        channel_mean: Of the training images, in 0..1.
        ground: Of images: what lies below them where they are transparent.
        units: Of a table's columns.
    """

    name: str
    title: str
    called: str
    tuned_on: str
    fit_s: float
    p50_ms: float
    p95_ms: float
    size_bytes: int
    labels: tuple[str, ...] = ()
    input_shape: tuple[int, ...] = ()
    channel_mean: tuple[float, ...] = ()
    ground: int = 255
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def measures(self) -> dict[str, Any]:
        """What stands beside its scores in a report."""
        return {
            "name": self.name, "fit_s": self.fit_s, "p50_ms": self.p50_ms, "p95_ms": self.p95_ms,
            "size_bytes": self.size_bytes, "tuned_on": self.tuned_on,
        }  # fmt: skip


def keep(
    spec: BaselineSpec,
    fitted: FittedBaseline,
    folder: Path,
    fit_s: float,
    examples: Examples,
    info: DataInfo,
    fitted_on: int = 0,
) -> KeptBaseline:
    """Write a fitted baseline into a folder, with what it takes.

    Args:
        spec: Of the catalogue.
        fitted: By it.
        folder: Is made anew.
        fit_s: Seconds that fitting took.
        examples: Some that it has not seen, to time it on.
        info: Of the data.
        fitted_on: How many examples it has learnt from.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fitted.save(folder)
    half, most = answer_ms(fitted, examples)
    if spec.encoder is not None:  # what an encoder takes is its own, also where its features were at hand
        fit_s = max(fit_s, half / 1_000 * fitted_on)
    shape = examples.inputs.shape if isinstance(examples.inputs, np.ndarray) else ()
    size = sum(file.stat().st_size for file in folder.iterdir())
    known = KeptBaseline(
        spec.name, spec.title, fitted.called, fitted.tuned_on, fit_s, half, most, size, tuple(examples.labels),
        (shape[3], shape[1], shape[2]) if shape else (), info.channel_mean or _brightness(examples), info.ground,
        dict(info.units),
    )  # fmt: skip
    (folder / FACTS).write_text(json.dumps(asdict(known)), encoding="utf-8")
    return known


def _brightness(examples: Examples) -> tuple[float, ...]:
    """Return the mean of each channel, in 0..1; nothing where there are no images."""
    if not isinstance(examples.inputs, np.ndarray) or not len(examples):
        return ()
    return tuple(float(one) for one in np.asarray(examples.inputs[:TIMED]).mean((0, 1, 2)) / 255)


def answer_ms(fitted: FittedBaseline, examples: Examples) -> tuple[float, float]:
    """Return the milliseconds of one answer by itself: median and 95th percentile."""
    times, began = [], time.perf_counter()
    for place in range(min(len(examples), TIMED)):
        one, answers = _alone(examples, place)
        start = time.perf_counter()
        with forgetting():
            fitted.predict(one)
        times.append((time.perf_counter() - start) / answers)
        if time.perf_counter() - began > TIMED_S:
            break
    times = times[1:] or times  # the first one pays for what is loaded
    if not times:
        return 0.0, 0.0
    return tuple(float(1_000 * each) for each in np.quantile(times, (0.5, 0.95)))  # type: ignore[return-value]


def _alone(examples: Examples, place: int) -> tuple[Inputs, int]:
    """Return one input and its number of answers; characters, where texts go on."""
    one = examples.select(np.array([place])).inputs
    if examples.labels or len(examples.targets) or not isinstance(one, tuple):
        return one, 1
    text = one[0][:TIMED_CHARACTERS]
    return (text,), max(len(text) - 1, 1)


def kept_in(run_folder: Path) -> list[KeptBaseline]:
    """Return what a run has kept, the simplest first; older runs kept nothing."""
    found = [read_facts(file.parent) for file in (run_folder / FOLDER).glob(f"*/{FACTS}")]
    rungs = {name: place for place, name in enumerate(catalog.baselines())}
    return sorted((one for one in found if one.name in rungs), key=lambda one: rungs[one.name])


def read_facts(folder: Path) -> KeptBaseline:
    """Return what is known of a kept baseline.

    Raises:
        CheckpointUnusable: It is gone or damaged.
    """
    with _whole(folder):
        known = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        lists = {name: tuple(known[name]) for name in ("labels", "input_shape", "channel_mean")}
        return KeptBaseline(**known | lists)


@contextmanager
def _whole(folder: Path) -> Iterator[None]:
    """Say in words that a kept baseline's files are gone or damaged."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointUnusable(
            f"The baseline in {folder} is gone or damaged. Train the run again to fit it anew."
        ) from error


def find(run_folder: Path, name: str) -> KeptBaseline:
    """Return the facts of a run's baseline, by either of its names.

    Raises:
        UserError: The run has kept no such baseline.
    """
    known = kept_in(run_folder)
    for one in known:
        if name in (one.name, one.called):
            return one
    if not known:
        raise UserError("This run has kept no baseline. Runs that are trained from now on keep those they fit.")
    names = ", ".join(one.name for one in known)
    raise UserError(f"This run has kept no baseline called '{name}'. It has: {names}.")


def load_baseline(folder: Path) -> FittedBaseline:
    """Return the fitted baseline of a folder.

    Raises:
        CheckpointUnusable: Its files are gone, damaged or from another version.
    """
    spec = catalog.find_baseline(read_facts(folder).name)
    with _whole(folder):
        return spec.load(folder)


def load(run_folder: Path, name: str) -> FittedBaseline:
    """Return a run's fitted baseline.

    Raises:
        UserError: The run has kept no such baseline.
        CheckpointUnusable: Its files are gone, damaged or from another version.
    """
    return load_baseline(run_folder / FOLDER / find(run_folder, name).name)


def link_into(kept: Path, run_folder: Path) -> None:
    """Link a folder's baselines into a run: all or none."""
    staged, place = run_folder / f".{FOLDER}", run_folder / FOLDER
    for folder in (staged, place):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, staged, copy_function=_link)
    staged.rename(place)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)
