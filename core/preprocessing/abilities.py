"""What some preprocessors can do besides transforming: asked with `isinstance`."""

from typing import Any, ClassVar, Protocol, runtime_checkable

from numpy.typing import NDArray

from core.specs import Examples, Inputs


@runtime_checkable
class TrainingPreprocessor(Protocol):
    """A preprocessor with separate treatment of its training examples, against target leakage."""

    def transform_training(self, train: Examples) -> NDArray[Any]:
        """Return the array of the training examples, as `transform` does that of others."""


@runtime_checkable
class SlowPreprocessor(Protocol):
    """A preprocessor slow per example, so arrays are made, counted and kept in parts."""

    doing: str  # what it does, and to which things: "Encoding texts"
    kind: ClassVar[str]
    part: int  # examples of a part: about a second

    @property
    def width(self) -> int:
        """Numbers that describe an example, float32."""

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return the numbers of each example, (N, width)."""

    def state(self) -> dict[str, Any]:
        """Return everything that they depend on, as JSON."""


@runtime_checkable
class DescribingPreprocessor(Protocol):
    """A slow preprocessor that adds its own values beside an encoder's features."""

    encoder: SlowPreprocessor

    def beside(self, described: NDArray[Any], inputs: Inputs) -> NDArray[Any]:
        """Return whole rows from what the encoder said, (N, width)."""


@runtime_checkable
class RemarkingPreprocessor(Protocol):
    """A preprocessor that can tell what of an input the model has never met."""

    def remarks(self, inputs: Inputs) -> list[tuple[str, ...]]:
        """Return, for each of N inputs, sentences about what is unknown; mostly empty."""
