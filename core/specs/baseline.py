"""Simple methods that a model is compared with, and fitted ones."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from numpy.typing import NDArray

from core.specs import Examples, Inputs


class SlowEncoder(Protocol):
    """A frozen encoder; see `core.preprocessing.abilities.SlowPreprocessor`."""

    kind: ClassVar[str]

    def state(self) -> dict[str, Any]:
        """Return which one it is, as JSON."""


class FittedBaseline(Protocol):
    """A baseline that has learnt from a training split."""

    @property
    def called(self) -> str:
        """The field's name of it, such as "word TF-IDF + logistic regression"."""

    @property
    def tuned_on(self) -> str:
        """What its settings were chosen on, a clause; empty if none were."""

    def predict(self, inputs: Inputs) -> NDArray[Any]:
        """Return (N, K) probabilities, (N,) numbers, or (C - 1,) nats.

        Nats are of each next character, where texts go on.
        """

    def save(self, folder: Path) -> None:
        """Write everything that `load` needs, without code, into an empty folder."""


@dataclass(frozen=True)
class BaselineSpec:
    """A simple method; one file in `core/baselines/` each.

    Args:
        name: Of its folder, and in RUN+NAME.
        title: As people read it.
        purpose: What it is for, a sentence.
        tasks: That it can do.
        rung: Its place in the ladder; simple ones first.
        fit: (training split, validation split, seed). Only a method with `sees_validation` looks at the latter.
        load: From a folder that `save` wrote.
        seconds: What fitting it to these examples takes, where a sample would not tell; None is timed on a sample.
        most_examples: That it learns from; None is all.
        missing: Why it cannot be fitted to these examples here, a sentence; empty where it can. (training split)
        encoder: The frozen one whose features it weighs, for a training split; None of others. Where its features are
            not at hand and take longer than is allowed, the method is left out.
        sees_validation: Whether a setting of its own is chosen on the validation split.
    """

    name: str
    title: str
    purpose: str
    tasks: tuple[str, ...]
    rung: int
    fit: Callable[[Examples, Examples, int], FittedBaseline]
    load: Callable[[Path], FittedBaseline]
    seconds: Callable[[Examples], float] | None = None
    most_examples: int | None = None
    missing: Callable[[Examples], str] | None = None
    encoder: Callable[[Examples], SlowEncoder] | None = None
    sees_validation: bool = False

    @property
    def is_costly(self) -> bool:
        """Whether it is left out where it takes longer than is allowed."""
        return self.encoder is not None

    @property
    def learns_from_fewer(self) -> bool:
        """Whether fewer training rows keep it within a short time budget."""
        return self.rung > 0 and self.encoder is None and self.seconds is None
