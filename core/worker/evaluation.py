"""Evaluation of a trained model: once on the test split, beside baselines, with reports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from core.data.prepare.prepare_dataset import PreparedDataset
from core.evaluation.evaluate import Crossfitted, Evaluation, JudgedOn, evaluate, score
from core.evaluation.predictions_file import (
    StoredBaselines,
    StoredFolds,
    write_baselines,
    write_folds,
    write_predictions,
)
from core.specs import Predictions, SplitName, TaskSpec
from core.training.device import describe_device
from core.training.predictions import predict_split, windows_at_once
from core.worker.baselines import Baselines
from core.worker.report import ReportInput, write_report
from core.worker.stages import Stages

EVALUATION_BATCH = 256


@dataclass(frozen=True, eq=False)
class Found:
    """What is known before the test split is looked at.

    Args:
        baselines: Know their scores.
        fitted: What the baselines do on the test split.
        validation: What the model does on the validation split.
        in_folds: What was judged on every row, or why nothing was.
        target: Name of the column that is predicted, if it has one.
    """

    baselines: Baselines
    fitted: Mapping[str, Predictions]
    validation: Predictions
    in_folds: Crossfitted | str
    target: str = ""


@dataclass(frozen=True, eq=False)
class Judging:
    """A model at the end of its training."""

    task: TaskSpec
    data: PreparedDataset
    module: torch.nn.Module
    device: torch.device
    folder: Path
    stages: Stages
    seed: int

    def predictions(self, split: SplitName) -> Predictions:
        """Return what the model does on each example of a split."""
        data, context = self.data, self.task.context(self.module)
        arrays, info, read = data.arrays[split], data.info, reader_of(self.task, data, split)
        predictions = predict_split(
            self.task,
            self.module,
            arrays["inputs"],
            arrays["targets"],
            self.device,
            windows_at_once(context, info.vocabulary_size) if context else EVALUATION_BATCH,
            context,
            info.padding_id,
            self.stages.counter(self.task.judging.format(split=split)),
        )
        return self.clustered(predictions if read is None else read(predictions), split)

    def clustered(self, predictions: Predictions, split: SplitName) -> Predictions:
        """Return outcomes with the groups of their examples, where these have some."""
        groups = self.data.clusters.get(split)
        return predictions if groups is None else replace(predictions, groups=groups)

    def judge(self, found: Found) -> tuple[Evaluation, Predictions]:
        """Evaluate the model on the test split, once, and write its page's results."""
        predictions, labels = self.predictions("test"), self.data.version.labels
        crossfitted = None if isinstance(found.in_folds, str) else found.in_folds
        scores, seed = found.baselines.scores, self.seed
        evaluation = evaluate(self.task, predictions, found.fitted, labels, seed, found.target, scores, crossfitted)
        judged = evaluation.judged or JudgedOn(len(predictions.nll))
        judged = replace(judged, why_not_folds=found.in_folds if isinstance(found.in_folds, str) else "")
        evaluation = replace(evaluation, judged=judged, validation=score(self.task, found.validation, seed))
        self._keep(evaluation, predictions, crossfitted, found.baselines)
        self._keep_baselines(found.fitted, crossfitted)
        return evaluation, predictions

    def _keep(
        self, evaluation: Evaluation, predictions: Predictions, crossfitted: Crossfitted | None, baselines: Baselines
    ) -> None:
        everything, name = crossfitted.predictions if crossfitted else None, describe_device(self.device)
        write_report(
            ReportInput(
                self.task, evaluation, predictions, self.data, self.module, self.device, name, self.folder, self.seed,
                everything, {name: one.measures for name, one in baselines.kept.items()}, baselines.ladder.left_out,
            )
        )  # fmt: skip
        mark = self.data.version.fingerprint
        write_predictions(self.folder, mark, predictions)
        if crossfitted is not None:
            folds = crossfitted.folds
            kept = StoredFolds(mark, crossfitted.predictions, folds.number, folds.training_rows, folds.grouped)
            write_folds(self.folder, kept)

    def _keep_baselines(self, fitted: Mapping[str, Predictions], crossfitted: Crossfitted | None) -> None:
        """Write what the baselines answered, on the examples that scores and differences are of."""
        answered = dict(crossfitted.baselines) if crossfitted else dict(fitted)
        if crossfitted is None and self.task.bootstrap_block == 1:
            answered = {name: self.clustered(one, "test") for name, one in answered.items()}
        kept = StoredBaselines(self.data.version.fingerprint, answered, in_folds=crossfitted is not None)
        write_baselines(self.folder, kept)


def reader_of(task: TaskSpec, data: PreparedDataset, split: SplitName) -> Callable[[Predictions], Predictions] | None:
    """Return the conversion from token to evaluated character predictions; None if unneeded."""
    by_character, select = getattr(data.preprocessor, "judge", None), task.judged
    if by_character is None and select is None:
        return None

    def read(predictions: Predictions) -> Predictions:
        if by_character is not None:
            predictions = by_character(predictions, ids=data.arrays[split]["inputs"])
        return predictions if select is None else select(predictions, data.examples[split])

    return read
