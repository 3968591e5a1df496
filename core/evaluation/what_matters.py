"""What matters to a model on a test split, as it is kept."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from core.files import write_json

FILE = Path("explanation") / "what-matters.json"  # within a run's folder
Kind = Literal["columns", "regions", "words", "distances"]


@dataclass(frozen=True)
class Importance:
    """How much one part matters.

    Args:
        name: The word or column, or how far back; empty of a region of images.
        value: By how much the score is worse without it, on average; below 0 where it is better.
        low: Lower end of the 95 % interval.
        high: Its upper end.
        examples: In so many examples it was taken away.
    """

    name: str
    value: float
    low: float
    high: float
    examples: int


@dataclass(frozen=True)
class WhatMatters:
    """What matters to a model on a test split.

    Args:
        kind: What was changed.
        measure: What got worse: the title of the score, as it stands within a sentence.
        is_share: Whether it is a share, told as percent.
        score: It, before anything was changed.
        parts: What was changed, the most important first; of regions row by row.
        repeats: How often each was changed at random.
        examples: Of the test split, so many were asked.
        shape: Rows and columns of the regions; () otherwise.
        control: Of words: what the loss is where any word of the same text is taken away.
        mark: Of the model's weights that this was measured with.
        why_withdrawn: Why it may not be shown, a sentence; empty where it may.
    """

    kind: Kind
    measure: str
    is_share: bool
    score: float
    parts: tuple[Importance, ...]
    repeats: int
    examples: int
    shape: tuple[int, ...] = ()
    control: Importance | None = None
    mark: str = ""
    why_withdrawn: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the same as dictionaries and lists."""
        return asdict(self)

    def keep(self, run_folder: Path) -> None:
        """Write it into a run's folder."""
        (run_folder / FILE).parent.mkdir(exist_ok=True)
        write_json(run_folder / FILE, self.to_json())


def kept_what_matters(run_folder: Path) -> WhatMatters | None:
    """Return what was measured of a run; None without a whole file."""
    try:
        kept = json.loads((run_folder / FILE).read_text(encoding="utf-8"))
        kept["parts"] = tuple(Importance(**part) for part in kept["parts"])
        kept["control"] = Importance(**kept["control"]) if kept["control"] else None
        return WhatMatters(**kept | {"shape": tuple(kept["shape"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
