"""Evaluation of a finished model on a test split, including already seen examples."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.data.store.load_version import load_version
from core.errors import UserError
from core.evaluation.evaluate import predict_split, score
from core.serving.predictor import BATCH, Predictor, load_predictor
from core.serving.seen import Seen, seen_of, without
from core.specs import DatasetSpec, Examples, Predictions, Score
from core.specs.judged import judged_characters

FEWEST_NEW = 10  # examples (of a text: characters) that a score without what was met before is made of
_HAS_CHANGED = (
    "'{name}' has changed since this model was trained, so some of these examples may be among those that it has "
    "learnt from."
)


@dataclass(frozen=True)
class Evaluation:
    """How a model does on one data set."""

    dataset: str
    dataset_fingerprint: str
    split: str
    examples: int  # characters for text generation
    scores: dict[str, Score]
    note: str  # what to know before believing it; else empty
    trained_on: int = 0  # of the examples, those that are the same as one in the training split, or nearly
    steered_by: int = 0  # of the others, those in the validation split, by which the best state was chosen
    exactly: int = 0  # of both, those that are quite the same
    new_scores: Mapping[str, Score] | None = None  # without these; None where there are none, or too few are left

    def to_json(self) -> dict[str, Any]:
        """Return the same as dictionaries and lists."""
        return asdict(self)


def evaluate_on(
    run_folder: Path,
    dataset: DatasetSpec,
    seed: int = 0,
    device: str = "cpu",
    learnt: Sequence[DatasetSpec] | None = None,
) -> Evaluation:
    """Evaluate a finished model on a dataset's test split.

    The dataset is its own, or another one with the same labels.

    Args:
        run_folder: The run's folder.
        dataset: What to judge it on.
        seed: Of the bootstrap.
        device: Where to compute.
        learnt: The data set versions that the model was trained on, as far as they are still there: what of the test
            split stands in these is counted, and the score without it given beside. None is not to look.

    Raises:
        UserError: The data set is for another task, or has other labels.
        RunNotReady: The run has saved no model yet.
    """
    predictor = load_predictor(run_folder, device)
    card, task = predictor.card, predictor.task
    if dataset.task != card.task:
        raise UserError(f"This model is for {card.task}, but the data set '{dataset.name}' is for {dataset.task}.")
    loaded = load_version(dataset)
    test = _with_labels_of(predictor, loaded.examples["test"], dataset.name)
    every = _predictions(predictor, test, device)
    if "test" in loaded.clusters:
        every = replace(every, groups=loaded.clusters["test"])

    def judged(examples: Examples) -> Predictions:
        return every if task.judged is None else task.judged(every, examples)

    changed = dataset.name == card.dataset and loaded.version.fingerprint != card.dataset_fingerprint
    evaluation = Evaluation(
        dataset.name,
        loaded.version.fingerprint,
        "test",
        loaded.version.split_sizes["test"],
        score(task, judged(test), seed),
        _HAS_CHANGED.format(name=dataset.name) if changed else "",
    )
    if learnt is None:
        return evaluation
    seen = seen_of(test, [load_version(each).examples for each in learnt])
    rest = every.select(np.flatnonzero(~seen.any)) if task.judged is None else judged(without(test, seen))
    counted = _counted(evaluation, seen, test)
    known = counted.trained_on + counted.steered_by
    if known and len(rest.nll) >= FEWEST_NEW:
        counted = replace(counted, new_scores=score(task, rest, seed))
    return replace(counted, note=_note(counted, not learnt, task.split_unit or "examples"))


def _predictions(predictor: Predictor, test: Examples, device: str) -> Predictions:
    """Return the predictions on each example; for texts, on all characters but the first."""
    inputs, judge = predictor.preprocessor.transform(test.inputs), getattr(predictor.preprocessor, "judge", None)
    predictions = predict_split(
        predictor.task,
        predictor.module,
        inputs,
        test.targets,
        device,
        BATCH,
        context=predictor.task.context(predictor.module),
        padding_id=predictor.info.padding_id,
    )
    return predictions if judge is None else judge(predictions, inputs)  # from tokens to characters


def _counted(evaluation: Evaluation, seen: Seen, test: Examples) -> Evaluation:
    """Return an evaluation with counts of seen examples, of a text the judged characters."""
    counts = judged_characters(len(seen.any), test.unjudged)
    return replace(
        evaluation,
        trained_on=int((seen.trained & counts).sum()),
        steered_by=int((seen.steered & ~seen.trained & counts).sum()),
        exactly=int((seen.exact & counts).sum()),
    )


def _note(found: Evaluation, is_unknown: bool, things: str) -> str:
    """Return what to know before believing an evaluation."""
    if is_unknown:
        gone = (
            "The data that this model was trained on is not here any more, so nobody can tell whether it knows these."
        )
        return f"{found.note} {gone}".strip()
    known = found.trained_on + found.steered_by
    if not known:
        return found.note
    parts = [
        f"{count:,} {what}"
        for count, what in ((found.trained_on, "were trained on"), (found.steered_by, "chose the best state"))
        if count
    ]
    said = f"Of {found.examples:,} {things}, {' and '.join(parts)} ({found.exactly:,} exactly, else nearly the same)"
    if found.new_scores is None:
        return f"{said}: hardly any are new, so this says how well it remembers."
    return f"{said}, so this score flatters. Believe the one without them."


def _with_labels_of(predictor: Predictor, test: Examples, name: str) -> Examples:
    """Return the examples with their targets numbered as the model numbers them."""
    known = predictor.info.labels
    if set(known) != set(test.labels):
        raise UserError(
            f"The model's labels are {', '.join(known)}, but those of '{name}' are {', '.join(test.labels)}. "
            "Choose a data set with the same labels."
        )
    if not known:
        return test
    number = np.array([known.index(label) for label in test.labels], dtype=np.int64)
    return Examples(test.inputs, number[test.targets], known)
