"""A finished run's model on the test split of a built-in data set."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import UserError
from core.intake.versions import load_version
from core.runs import Score
from core.serving.predictor import BATCH, Predictor, load_predictor
from core.specs import DatasetSpec, Examples
from core.training.evaluation import outcomes_of, score

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

    def to_json(self) -> dict[str, Any]:
        """Return the same as dictionaries and lists."""
        return asdict(self)


def evaluate_on(run_folder: Path, dataset: DatasetSpec, seed: int = 0, device: str = "cpu") -> Evaluation:
    """Judge a finished run's model on the test split of a data set: its own, or another with the same labels.

    Args:
        run_folder: The run's folder.
        dataset: What to judge it on.
        seed: Of the bootstrap.
        device: Where to compute.

    Raises:
        UserError: The data set is for another task, or has other labels.
        RunNotReady: The run has saved no model yet.
    """
    predictor = load_predictor(run_folder, device)
    card = predictor.card
    if dataset.task != card.task:
        raise UserError(f"This model is for {card.task}, but the data set '{dataset.name}' is for {dataset.task}.")
    loaded = load_version(dataset)
    test = _with_labels_of(predictor, loaded.examples["test"], dataset.name)
    inputs, judge = predictor.preprocessor.transform(test.inputs), getattr(predictor.preprocessor, "judge", None)
    outcomes = outcomes_of(
        predictor.task,
        predictor.module,
        inputs,
        test.targets,
        device,
        BATCH,
        context=predictor.info.input_shape[0],
        padding_id=predictor.info.padding_id,
    )
    if judge is not None:  # from tokens to characters
        outcomes = judge(outcomes, inputs)
    if predictor.task.judged is not None:  # without what only gives context
        outcomes = predictor.task.judged(outcomes, test)
    changed = dataset.name == card.dataset and loaded.version.fingerprint != card.dataset_fingerprint
    return Evaluation(
        dataset.name,
        loaded.version.fingerprint,
        "test",
        loaded.version.split_sizes["test"],
        score(predictor.task, outcomes, seed),
        _HAS_CHANGED.format(name=dataset.name) if changed else "",
    )


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
