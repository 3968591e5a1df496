"""Choice of the kept weights: the latest not distinguishably worse than the best.

The validation split decides what can be distinguished.

The single best of many looks at a few hundred rows is the luckiest one: the earlier, the less is learnt. Over twelve
small data sets the latest within one standard error was better on the test split, and the earliest worse
(`make bench` section `checkpoint`).

Source:
    Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984, section 3.4.3: the rule of one
    standard error. Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992: where the loss has
    one minimum, the end of a falling learning rate is an average of what came before.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.training.checkpoint import Best

ERRORS = 1.0  # standard errors that later weights may score less
ERRORS_OF_CONVEX = 2.0  # where the loss has one minimum, which descent can only come nearer to
ROUNDING = 1e-9
DEARER = 1.25  # times the loss at the best score: later weights that are much surer of their mistakes are not as good


@dataclass(frozen=True, eq=False)
class Choice:
    """What the looks so far say; each look returns the next one.

    Args:
        best: The best score.
        rows: (N,) of which that score is the mean, the higher the better; None where it is the mean of nothing.
        kept: The look whose weights are kept.
    """

    best: Best | None = None
    rows: NDArray[np.float64] | None = None
    kept: Best | None = None

    def after(
        self, found: Best, rows: NDArray[np.float64] | None, direction: Literal["max", "min"], *, convex: bool
    ) -> "Choice":
        """Return the choice after one more look.

        Args:
            found: Its score.
            rows: (N,) as above.
            direction: Of the metric.
            convex: Whether the loss has one minimum.
        """
        if better(direction, self.best, found) is found:
            return Choice(found, rows, found)
        return replace(self, kept=found) if self._as_good(found, rows, convex) else self

    def _as_good(self, found: Best, rows: NDArray[np.float64] | None, convex: bool) -> bool:
        if self.best is None or rows is None or self.rows is None or not 1 < len(rows) == len(self.rows):
            return False
        if not convex and found.loss > DEARER * self.best.loss:
            return False
        less = self.rows - rows
        error = float(less.std(ddof=1)) / np.sqrt(len(less))
        # One answer less is one standard error exactly: what rounding makes of it must not decide.
        return bool(less.mean() <= (ERRORS_OF_CONVEX if convex else ERRORS) * error * (1 + ROUNDING))


def better(direction: Literal["max", "min"], known: Best | None, found: Best) -> Best:
    """Return the better of two evaluations; ties go to lower loss, then the earlier."""
    if known is None:
        return found
    sign = 1 if direction == "max" else -1
    return found if (sign * found.metric, -found.loss) > (sign * known.metric, -known.loss) else known
