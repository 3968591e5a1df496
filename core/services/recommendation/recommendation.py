"""A recommended model with its reason, and the circumstances that it is recommended for."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.specs import ModelSpec

# Minutes that people mean by an effort; the presets of the models for images end after these.
MINUTES: Mapping[str, float] = {"quick": 3.0, "balanced": 15.0, "best": 45.0}

USUAL_CORES = 2  # where nobody knows the device
_CORES = re.compile(r"\((\d+) cores?\)")


@dataclass(frozen=True)
class Circumstances:
    """What there is besides the data: time, and the device.

    Args:
        minutes: That a run may take; infinite where nobody bounds it.
        device: As the supervisor calls it: "cpu (2 cores)", "cuda:0 (NVIDIA H100)"; empty where nobody knows.
        are_chosen: Whether somebody chose these minutes.
    """

    minutes: float = MINUTES["quick"]
    device: str = ""
    are_chosen: bool = False

    @classmethod
    def of(cls, preset: str, minutes: float | None, device: str) -> "Circumstances":
        """Return the circumstances of a run.

        Args:
            preset: Its effort.
            minutes: That somebody chose, 0 for no limit; None where they are the preset's.
            device: See the class.
        """
        if minutes is None:
            return cls(MINUTES.get(preset, MINUTES["quick"]), device)
        return cls(minutes or math.inf, device, are_chosen=True)

    @property
    def has_gpu(self) -> bool:
        """Whether a GPU computes, which makes large models a matter of minutes."""
        return self.device.startswith(("cuda", "mps"))

    @property
    def cores(self) -> int:
        """Return how many cores compute, as the supervisor says it."""
        said = _CORES.search(self.device)
        return int(said[1]) if said else USUAL_CORES

    @property
    def on(self) -> str:
        """The time and the device as they stand in a sentence."""
        return f"in {self.minutes:g} min on this processor"


@dataclass(frozen=True)
class Recommendation:
    """What to begin with.

    Args:
        model: Its name.
        because: Why, a clause; empty where nothing of the data speaks for it.
        runner_up: The name of the next model to try; empty where there is none.
        rule: Which line of the table in core/README.md decided.
        against: Why a model does not suit this data, a sentence, by its name.
        titles: What models are called, by name.
    """

    model: str
    because: str = ""
    runner_up: str = ""
    rule: str = ""
    against: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The reason and the runner-up, as they follow the model's title."""
        runner_up = f"Runner-up: {self.titles.get(self.runner_up, self.runner_up)}." if self.runner_up else ""
        return " ".join(filter(None, [f"because {self.because}." if self.because else "", runner_up]))

    def after(self, model: str) -> str:
        """Return the model to try after this one; "" where there is none."""
        return next((name for name in (self.model, self.runner_up) if name not in ("", model)), "")


def ordered(
    models: Mapping[str, ModelSpec],
    names: Sequence[str],
    because: str,
    rule: str,
    against: Mapping[str, str] | None = None,
) -> Recommendation:
    """Return a recommendation of the first of these models, with the second as runner-up."""
    titles = {name: model.title for name, model in models.items()}
    return Recommendation(names[0], because, names[1] if len(names) > 1 else "", rule, against or {}, titles)
