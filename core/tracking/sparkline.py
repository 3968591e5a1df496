"""A run's loss curve for tables: at most 40 numbers, in bounded memory."""

SPARKLINE_POINTS = 40
_MOST_KEPT = 4096
FAVOURITES = ("train/loss", "loss", "train_loss", "training_loss")
_ANY_LOSS, _ANYTHING, _NOTHING = 10, 20, 30


class Sparkline:
    """Curve of the training loss, else another loss, else the first logged curve."""

    def __init__(self, *, any_curve: bool = False) -> None:
        """Follow `train/loss` alone, or whatever comes nearest to it."""
        self._any_curve = any_curve
        self._key, self._rank = "", _NOTHING
        self._kept: list[float] = []
        self._every, self._seen, self._last = 1, 0, 0.0

    def add(self, key: str, value: float) -> None:
        """Take a point of any curve."""
        if key != self._key:
            if (rank := self._rank_of(key)) >= self._rank:
                return
            self._key, self._rank, self._kept, self._every, self._seen = key, rank, [], 1, 0
        if self._seen % self._every == 0:
            self._kept.append(value)
        self._seen, self._last = self._seen + 1, value
        if len(self._kept) > _MOST_KEPT:
            self._kept, self._every = self._kept[::2], 2 * self._every

    def values(self) -> list[float | None]:
        """Return the small curve, its first and last point included."""
        ends_elsewhere = self._seen and (self._seen - 1) % self._every
        return thin([*self._kept, self._last] if ends_elsewhere else self._kept)

    def _rank_of(self, key: str) -> int:
        if not self._any_curve:
            return 0 if key == FAVOURITES[0] else _NOTHING
        if key in FAVOURITES:
            return FAVOURITES.index(key)
        return _ANY_LOSS if "loss" in key.lower() else _ANYTHING


def thin(values: list[float], points: int = SPARKLINE_POINTS) -> list[float | None]:
    """Return at most `points` evenly spaced values, ends included; NaN is JSON's None."""
    if len(values) > points:
        values = [values[round(i * (len(values) - 1) / (points - 1))] for i in range(points)]
    return [v if v - v == 0 else None for v in values]
