"""A finished run's model, ready to answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from core import catalog
from core.data.images.model_input import read_image
from core.errors import CheckpointUnusable, DataError, RunNotReady, UserError
from core.preprocessing.abilities import RemarkingPreprocessor
from core.preprocessing.encoder_device import compute_on
from core.serving.rows import ColumnReader, Decimal, table_of
from core.specs import DataInfo, Images, Inputs, Preprocessor, TaskSpec, Texts
from core.specs.contender import NO_ORIGINAL, Checkpoint
from core.training.generation import CharacterPreprocessor, stream

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor, nn

    from core.training.checkpoint import ModelCard

BEST, LAST = Path("checkpoints") / "best", Path("checkpoints") / "last"  # within a run's folder
BATCH = 256
_ANSWERS = {
    "label": "This model names labels and does nothing else. Use: touchstone predict RUN",
    "number": "This model answers with numbers and does nothing else. Use: touchstone predict RUN --csv FILE",
    "text": "This model writes text. Use: touchstone generate RUN --prompt TEXT",
}
_CUT = (
    "The text fills all {places:,} places (tokens) that this model reads: of a longer one it reads the beginning and "
    "the end alone."
)
Input = str | Path | bytes | NDArray[np.uint8] | Mapping[str, Any]


@dataclass(frozen=True)
class Prediction:
    """What the model says about one input."""

    label: str
    score: float  # how sure it is, 0 to 1
    scores: dict[str, float]  # by label, the likeliest first
    remarks: tuple[str, ...] = ()  # sentences: what of the input the model does not know or has not read


@dataclass(frozen=True)
class NumberPrediction:
    """The number that the model gives for one input."""

    value: float  # in the units of the numbers that it has learnt from
    remarks: tuple[str, ...] = ()  # sentences: what of the input the model does not know, so that it is less sure


@dataclass(frozen=True, eq=False)
class Predictor:
    """A model with everything that it needs to answer."""

    card: "ModelCard"
    task: TaskSpec
    info: DataInfo
    preprocessor: Preprocessor
    module: "nn.Module"
    device: str

    def predict(self, inputs: Sequence[Input]) -> list[Prediction]:
        """Return the label of each input, in order.

        Args:
            inputs: Texts; for pictures, their files, the bytes of files, or (H, W, C) arrays of 0 to 255; for tables,
                rows as dictionaries by column, whose numbers may be texts.

        Raises:
            UserError: The model does something else than naming labels.
            DataError: An input is not what the model expects.
        """
        self._check_answers_with("label")
        return [
            self._prediction(row, remarks)
            for logits, said in self._answers(inputs)
            for row, remarks in zip(logits.softmax(-1).numpy(), said, strict=True)
        ]

    def predict_numbers(self, inputs: Sequence[Input], decimal_hint: Decimal = ".") -> list[NumberPrediction]:
        """Return the number for each input, in order.

        Args:
            inputs: As for `predict`.
            decimal_hint: The decimal sign of numbers in texts, where a column's own do not tell.

        Raises:
            UserError: The model does something else than answering with numbers.
            DataError: An input is not what the model expects.
        """
        self._check_answers_with("number")
        return [
            self._number(value, remarks)
            for values, said in self._answers(inputs, decimal_hint)
            for value, remarks in zip(values.tolist(), said, strict=True)
        ]

    def _number(self, value: float, remarks: tuple[str, ...]) -> NumberPrediction:
        if not self.info.target_low < value < self.info.target_high:
            said = f"The answer would lie far outside of the numbers it was trained on, so it stops at {value:.6g}."
            remarks = (*remarks, said)
        return NumberPrediction(value, remarks)

    def _check_answers_with(self, kind: str) -> None:
        if self.task.output_kind != kind:
            raise UserError(_ANSWERS[self.task.output_kind])

    def _answers(
        self, inputs: Sequence[Input], decimal_hint: Decimal = "."
    ) -> "Iterator[tuple[Tensor, list[tuple[str, ...]]]]":
        """Yield each batch's answers, (B, ...) float32, and remarks on its inputs."""
        for examples in self._batches(inputs, decimal_hint):
            rows = self.preprocessor.transform(examples)
            yield self._answer(rows), self._remarks(examples, rows)

    def _answer(self, rows: NDArray[Any]) -> "Tensor":
        """Return what the model computes for rows, (B, ...) float32 on the CPU."""
        import torch

        with torch.inference_mode():
            answers: Tensor = self.module(torch.as_tensor(rows).to(self.device))
        return answers.float().cpu()

    def _remarks(self, examples: Inputs, rows: NDArray[Any]) -> list[tuple[str, ...]]:
        """Return what of each input the model does not know."""
        if isinstance(self.preprocessor, RemarkingPreprocessor):
            return self.preprocessor.remarks(examples)
        is_tokens = self.task.input_kind == "text" and rows.ndim == 2 and rows.dtype.kind in "iu" and rows.shape[1] > 1
        full = rows[:, -1] != self.info.padding_id if is_tokens else np.zeros(len(rows), np.bool_)
        return [(_CUT.format(places=rows.shape[1]),) if is_full else () for is_full in full]

    def read(self, inputs: Sequence[Input], decimal_hint: Decimal = ".") -> Inputs:
        """Return inputs as the data set holds its own: images, texts or a table.

        Raises:
            DataError: An input is not what the model expects.
        """
        if self.task.input_kind == "table":  # read as a whole: how a column writes its numbers shows in all of them
            return table_of(inputs, cast(ColumnReader, self.preprocessor), decimal_hint, self.info.units)
        return self._examples(inputs)

    def _batches(self, inputs: Sequence[Input], decimal_hint: Decimal) -> Iterator[Inputs]:
        starts = range(0, len(inputs), BATCH)
        if self.task.input_kind == "table":
            table = cast("pd.DataFrame", self.read(inputs, decimal_hint))
            yield from (table.iloc[start : start + BATCH] for start in starts)
        else:
            yield from (self._examples(inputs[start : start + BATCH]) for start in starts)

    def _examples(self, inputs: Sequence[Input]) -> Images | Texts:
        if self.task.input_kind == "text":
            if not all(isinstance(text, str) for text in inputs):
                raise DataError("This model reads texts.")
            return cast(Texts, tuple(inputs))
        if any(isinstance(image, Mapping) for image in inputs):
            raise DataError("This model looks at images, not at rows of a table.")
        images = [p if isinstance(p, np.ndarray) else read_image(_source(p), self.info) for p in inputs]
        return np.stack(images)

    def _prediction(self, probabilities: NDArray[np.float32], remarks: tuple[str, ...]) -> Prediction:
        order = np.argsort(-probabilities, kind="stable")
        scores = {self.info.labels[k]: float(probabilities[k]) for k in order}
        label = self.info.labels[order[0]]
        return Prediction(label, scores[label], scores, remarks)

    def generate(self, prompt: str, **settings: Any) -> str:
        """Return what the model writes after the prompt; settings as in `core.training.generation.generate`.

        Raises:
            UserError: The model names labels instead of writing text.
            InvalidSetting: A setting is out of its bounds.
        """
        return "".join(self.stream(prompt, **settings))

    def stream(self, prompt: str, **settings: Any) -> Iterator[str]:
        """Yield what the model writes after the prompt, one character after the other.

        Raises:
            UserError: The model names labels instead of writing text.
            InvalidSetting: A setting is out of its bounds.
        """
        self._check_answers_with("text")
        reader = cast(CharacterPreprocessor, self.preprocessor)
        return stream(self.module, reader, prompt, device=self.device, **settings)


def _source(given: Any) -> Path | bytes:
    return given if isinstance(given, bytes) else Path(given)


def load_predictor(run_folder: Path, device: str = "cpu", checkpoint: Checkpoint = "best") -> Predictor:
    """Load a checkpoint of a run.

    Args:
        run_folder: The run's folder.
        device: Where to compute.
        checkpoint: Which weights; "original" is those that a pretrained model had before it was trained.

    Raises:
        RunNotReady: The run has saved no model yet.
        UserError: There is no such original.
        CheckpointUnusable: The checkpoint is truncated, altered or from another model.
        EncoderUnavailable: It needs another pretrained encoder than the one that is installed.
    """
    from core.training.checkpoint import load_state, load_weights, read_card, restore_module
    from core.training.device import answering_threads, choose_device

    choose_device("cpu", answering_threads())  # as many threads as its speed was measured with
    folder = run_folder / BEST
    if not folder.is_dir():
        raise RunNotReady("This run has saved no model yet. Wait until its first epoch is done.")
    card = read_card(folder)
    model = catalog.find_model(card.model)
    try:
        kind = catalog.preprocessors()[card.preprocessor["kind"]]
        preprocessor: Preprocessor = kind.from_state(card.preprocessor["state"])
        params = model.params(**card.params)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointUnusable(
            f"The model in {folder} was saved by a version of Touchstone whose '{card.model}' had other settings. "
            "Train it again, or use that version."
        ) from error
    known = card.data_info()
    info = replace(preprocessor.info(card.labels), ground=known.ground, units=known.units)
    task = catalog.find_task(card.task).on(info)
    module = model.build(params, info)
    if checkpoint == "last":
        restore_module(module, load_state(run_folder / LAST))
    elif checkpoint == "original":
        if model.load_pretrained is None or task.output_kind != "text":
            raise UserError(NO_ORIGINAL)
        model.load_pretrained(params, module)
    else:
        load_weights(folder, module)
    compute_on(device)
    return Predictor(card, task, info, preprocessor, module.to(device).eval(), device)
