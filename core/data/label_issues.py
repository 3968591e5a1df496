"""Labels that a trained model has good reason to doubt."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from core.data.rows import FEATURE
from core.data.splits.row_identity import cell_keys
from core.data.store.load_examples import SPLIT_NUMBERS
from core.data.store.manifest import read_json, write_json
from core.data.wording import counted, shown, thing
from core.specs import Predictions, SplitName
from core.specs.dataset_types import Finding, LabelFlipTest, LabelIssue, VersionInfo

FEWEST = 20  # examples that a model has not learnt from; of fewer, nothing can be said
SURE = 0.5  # probability of another class from which a label is doubted
CODE = "probable-mislabels"
KEPT_FILE = "kept-labels.json"  # in a data set's folder: a decision is about examples, not about one version
EXAMPLES = 5  # that a finding holds
COLUMNS = 4  # by which a row of a table is told


class Mislabel(NamedTuple):
    """A label that is probably wrong.

    Args:
        position: Of the example among those that were judged.
        given: Its label, an index.
        suggested: What the model says that it is, an index.
        confidence: The probability that the model gives to that, 0 to 1.
    """

    position: int
    given: int
    suggested: int
    confidence: float


def probable_mislabels(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> list[Mislabel]:
    """Return probably wrong labels, surest first; none if the model knows too little.

    By confident learning (Northcutt, Jiang, Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
    2021): a label is doubted where the model is as sure of another class as it is on that class's own examples.

    Args:
        labels: (N,) from 0 to K - 1, as given.
        probabilities: (N, K) that a model gave to examples that it has not learnt from; anything else finds nothing,
            since a model knows the labels by heart that it has learnt.
    """
    classes = probabilities.shape[1] if probabilities.ndim == 2 else 0
    finite = np.isfinite(probabilities).all(axis=1) if classes else np.zeros(len(labels), dtype=np.bool_)
    judged = np.flatnonzero(finite & (labels >= 0) & (labels < classes))
    # A class that no judged example has cannot be compared with: it is left out, and the others share its part.
    present, given = np.unique(labels[judged], return_inverse=True)
    if len(judged) < FEWEST or len(present) < 2:
        return []
    chances = probabilities[np.ix_(judged, present)]
    chances = chances / np.maximum(chances.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)

    guessed = np.bincount(given).max() / len(given)
    if (chances.argmax(axis=1) == given).mean() <= guessed:
        return []  # a model that is no better than always answering the largest class

    from cleanlab.filter import find_label_issues

    places = find_label_issues(
        labels=given, pred_probs=chances, return_indices_ranked_by="self_confidence", filter_by="both", n_jobs=1
    )
    found = [
        Mislabel(int(judged[i]), int(present[given[i]]), int(present[chances[i].argmax()]), float(chances[i].max()))
        for i in places
    ]
    return [mislabel for mislabel in found if mislabel.suggested != mislabel.given and mislabel.confidence >= SURE]


def describe_mislabels(judged: Mapping[SplitName, Predictions], labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return, as JSON, the probably wrong labels in splits the model never learnt from.

    Args:
        judged: What the model did on each example, by split; never on "train".
        labels: The names of the classes.

    Returns:
        The surest first: "split", "place" (position within the split), "given", "suggested" and "confidence".
    """
    splits = list(judged)
    begins = np.cumsum([0, *(len(judged[name].targets) for name in splits)])
    targets = np.concatenate([judged[name].targets for name in splits])
    probabilities = np.concatenate([judged[name].probabilities for name in splits])
    described = []
    for found in probable_mislabels(targets, probabilities):
        number = int(np.searchsorted(begins, found.position, side="right")) - 1
        described.append(
            {
                "split": splits[number],
                "place": found.position - int(begins[number]),
                "given": labels[found.given],
                "suggested": labels[found.suggested],
                "confidence": found.confidence,
            }
        )
    return described


def rows_of(described: Sequence[Mapping[str, Any]], rows: pa.Table) -> list[int]:
    """Return where the examples of `describe_mislabels` are in the model's training version.

    The examples of a split are the rows of that split in their order (`core.data.store.load_examples`).
    """
    split = rows.column("split").to_numpy()
    positions = {name: np.flatnonzero(split == number) for name, number in SPLIT_NUMBERS.items()}
    return [int(positions[one["split"]][one["place"]]) for one in described]


# --- for people, who decide ---


def label_issue_finding(
    doubted: Sequence[LabelIssue], info: VersionInfo, rows: pa.Table, trial: LabelFlipTest | None = None
) -> Finding:
    """Return what a run doubts as a finding among those of the doctor.

    Args:
        doubted: At least one, as positions in the version.
        info: The version.
        rows: Of the version.
        trial: How far the run can be trusted; None of a run that ended before that was measured.
    """
    judged = info.split_sizes.get("validation", 0) + info.split_sizes.get("test", 0)
    seem = "seems" if len(doubted) == 1 else "seem"
    first = _said_of(rows.take(pa.array([one.position for one in doubted[:EXAMPLES]], pa.int64())))
    return Finding(
        code=CODE,
        severity="warning",
        count=len(doubted),
        examples=tuple(
            f"{shown(text or '')}: {one.given}, rather {one.suggested} ({100 * one.confidence:.0f} % sure)"
            for text, one in zip(first, doubted, strict=False)
        ),
        message=f"{counted(len(doubted), thing(info.task, 1))} {seem} to have a wrong label, says '{doubted[0].run}'.",
        why="A wrong label teaches the opposite, and in the test it counts a right answer as a mistake. The model "
        f"looked only at {thing(info.task)} that it had not learnt from, about {judged:,} here. "
        f"{expected_precision(trial, thing(info.task))}",
        rows=tuple(one.position for one in doubted),
    )


def _said_of(rows: pa.Table) -> list[str | None]:
    """Return what to call each row: its name, its text, or its first cells."""
    for name in ("name", "text"):
        if name in rows.column_names:
            return list(rows.column(name).to_pylist())
    names = [name for name in rows.column_names if name.startswith(FEATURE)][:COLUMNS]
    cells = rows.select(names).to_pylist()
    return [", ".join(f"{name.removeprefix(FEATURE)} {value}" for name, value in row.items()) for row in cells]


def expected_precision(trial: LabelFlipTest | None, things: str = "examples") -> str:
    """Return a text on how many doubted labels are probably wrong, with its source."""
    if trial is None or not trial.doubted:
        return "How many of them are truly wrong was not measured, so you decide about each."
    share, often = 100 * trial.flipped / (trial.examples * trial.draws), f", {trial.draws} times over"
    return (
        f"Expected precision: {100 * trial.precision:.0f} %. In a trial, {share:.0f} % of the labels of "
        f"{trial.examples:,} {trial.among} {things} were flipped on purpose{often if trial.draws > 1 else ''}: of the "
        f"{trial.doubted:,} that {trial.judge} doubted, {trial.found:,} were flipped ones. Labels that were wrong "
        "before count against it there; but real mistakes are seldom random and harder to see. So you decide."
    )


def labels_known_as(rows: pa.Table, positions: Sequence[int]) -> list[str]:
    """Return each example's key by its content and label, the same in every version."""
    some = rows.take(pa.array(positions, pa.int64()))
    pairs = zip(_content(some).to_pylist(), some.column("label").to_pylist(), strict=True)
    return [hashlib.sha256(_bytes(what) + b"\0" + _bytes(label)).hexdigest()[:32] for what, label in pairs]


def remaining_label_issues(doubted: Sequence[LabelIssue], old: pa.Table, new: pa.Table) -> list[LabelIssue]:
    """Return a run's doubts as another version's positions, without removed or relabelled examples."""
    if not doubted:
        return []
    positions = [one.position for one in doubted]
    sought = pc.is_in(_content(new), value_set=_content(old.take(pa.array(positions))).combine_chunks())
    places = np.flatnonzero(sought.to_numpy()).tolist()
    found = dict(zip(reversed(labels_known_as(new, places)), reversed(places), strict=True))
    keys = zip(doubted, labels_known_as(old, positions), strict=True)
    return [replace(one, position=found[key]) for one, key in keys if key in found]


def in_their_splits(doubted: Sequence[LabelIssue], rows: pa.Table) -> list[LabelIssue]:
    """Return doubted labels with the split that each of them is in."""
    names = {number: name for name, number in SPLIT_NUMBERS.items()}
    numbers = rows.column("split").take(pa.array([one.position for one in doubted], pa.int64())).to_pylist()
    return [replace(one, split=names.get(number, "")) for one, number in zip(doubted, numbers, strict=True)]


class KeptLabels(BaseModel):
    """Labels a user has reviewed and keeps for good: keys of `labels_known_as`."""

    model_config = ConfigDict(frozen=True)

    keys: frozenset[str] = frozenset()


def kept_labels(folder: Path) -> frozenset[str]:
    """Return the labels of a data set that a person has decided to keep."""
    file = folder / KEPT_FILE
    return read_json(file, KeptLabels).keys if file.is_file() else frozenset()


def keep_labels(folder: Path, keys: Iterable[str]) -> None:
    """Replace what a person has decided to keep."""
    write_json(folder / KEPT_FILE, KeptLabels(keys=frozenset(keys)))


def _content(rows: pa.Table) -> pa.ChunkedArray:
    """Return each row's content key without its label: pixels, text or cells."""
    for name in ("pixels", "text"):
        if name in rows.column_names:
            return rows.column(name)
    return pa.chunked_array([pa.array(cell_keys(rows).tolist(), pa.binary())])


def _bytes(value: str | bytes | None) -> bytes:
    return value if isinstance(value, bytes) else (value or "").encode("utf-8", "surrogatepass")
