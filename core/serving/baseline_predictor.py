"""A baseline that a run has kept, ready to answer as its model does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import catalog
from core.baselines import kept
from core.baselines.ngram_text import LONGEST, NGramText
from core.data.images.resize import shape
from core.errors import CheckpointUnusable
from core.preprocessing.characters import CharacterPreprocessor
from core.preprocessing.encoder_device import compute_on
from core.serving.predictor import BEST, Input, Predictor
from core.serving.rows import Decimal
from core.specs import DataInfo, Inputs, Preprocessor
from core.specs.baseline import FittedBaseline

if TYPE_CHECKING:
    from torch import Tensor

LEAST = 1e-38  # a probability whose logarithm is still a number


class AsItIs:
    """A preprocessor that leaves everything to the baseline."""

    kind: ClassVar[str] = "as-it-is"

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return nothing: the baseline reads the inputs."""
        return np.zeros((len(inputs), 0))

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return only the labels."""
        return DataInfo(labels, ())

    def state(self) -> dict[str, Any]:
        """Return nothing: there is nothing to make again."""
        return {}


@dataclass(frozen=True, eq=False)
class BaselinePredictor(Predictor):
    """A baseline with everything that it needs to answer."""

    fitted: FittedBaseline = field(kw_only=True)

    def _answers(
        self, inputs: Sequence[Input], decimal_hint: Decimal = "."
    ) -> "Iterator[tuple[Tensor, list[tuple[str, ...]]]]":
        """Yield logarithms of probabilities, (B, K), or numbers, (B,), and remarks."""
        import torch

        for examples in self._batches(inputs, decimal_hint):
            answers = np.asarray(self.fitted.predict(self._sized(examples)), dtype=np.float64)
            if self.task.output_kind == "label":
                answers = np.log(np.maximum(answers, LEAST))
            yield torch.from_numpy(answers), self._remarks(examples, np.zeros((len(examples), 0)))

    def _sized(self, examples: Inputs) -> Inputs:
        """Return images at the size that the baseline has learnt from."""
        if not isinstance(examples, np.ndarray):
            return examples
        channels, height, width = self.info.given_shape
        if examples.shape[1:] == (height, width, channels):
            return examples
        return np.stack([shape(Image.fromarray(image.squeeze()), width, height, channels) for image in examples])


def load_baseline_predictor(run_folder: Path, name: str, device: str = "cpu") -> BaselinePredictor:
    """Load a baseline of a run.

    Args:
        run_folder: Of the run.
        name: Of the baseline: the catalogue's, or what it is called in results.
        device: Where a pretrained encoder of a baseline computes.

    Raises:
        UserError: The run has kept no such baseline.
        CheckpointUnusable: Its files or the run's card are gone or damaged.
    """
    from torch import nn

    from core.training.checkpoint import read_card

    known = kept.find(run_folder, name)
    fitted, card = kept.load(run_folder, known.name), read_card(run_folder / BEST)
    task = catalog.find_task(card.task)
    info = DataInfo(known.labels, known.input_shape, channel_mean=known.channel_mean, ground=known.ground)
    preprocessor: Preprocessor = AsItIs()
    module: nn.Module = nn.Identity()
    if isinstance(fitted, NGramText):
        characters = "".join(map(chr, fitted.vocabulary.tolist()))
        preprocessor = CharacterPreprocessor(characters, LONGEST)
        module = fitted.module()
    elif task.input_kind == "table":  # columns are read as the run's model reads them
        preprocessor = _columns_of(card.preprocessor["kind"], card.preprocessor["state"], run_folder)
        info = replace(preprocessor.info(known.labels), units=known.units)
    compute_on(device)
    return BaselinePredictor(card, task.on(info), info, preprocessor, module.eval(), device, fitted=fitted)


def _columns_of(kind: str, state: Mapping[str, Any], run_folder: Path) -> Preprocessor:
    try:
        return cast(Preprocessor, catalog.preprocessors()[kind].from_state(state))
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointUnusable(
            f"The run in {run_folder} was saved by a version of Touchstone that read columns in another way. "
            "Train it again, or use that version."
        ) from error
