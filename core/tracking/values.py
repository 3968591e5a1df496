"""Logged values converted to numbers, without waiting or errors in the loop."""

import math
import operator
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Refuse = Callable[[str, str], None]  # told of the name of a value that is left out, and why

MOST_DEPTH = 8  # of dictionaries in dictionaries; one that holds itself ends here
LONGEST_KEY = 200  # characters
LAST_STEP = 2**53  # beyond it browsers cannot tell one step from the next
_PLAIN = (float, int)
# What other people's numbers raise when they are none: an array of several values, a deleted buffer, a lost GPU.
_REFUSALS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class _Unfit:
    """A value that is not one number, with the reason in its place."""

    def __init__(self, why: str) -> None:
        self.why = why


class _OnDevice:
    """A future number on a GPU: its copy, and the event that completes it."""

    def __init__(self, tensor: Any) -> None:
        self._copy = tensor.detach().clone()  # queued behind what computes it: costs a launch, waits for nothing
        self._done = sys.modules["torch"].cuda.Event() if tensor.is_cuda else None
        if self._done is not None:
            self._done.record(sys.modules["torch"].cuda.current_stream(tensor.device))

    def __float__(self) -> float:
        if self._done is not None:
            self._done.synchronize()
        return float(self._copy.item())


def kept(metrics: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an immutable snapshot of metrics; half a microsecond for plain numbers.

    The caller may use its dictionary and its arrays again: what can be changed in place is read now. A tensor on a GPU
    is copied there, behind the work that computes it, so that the loop never waits for the device.
    """
    try:
        copy = dict(metrics)
    except (TypeError, ValueError):
        kind = type(metrics).__name__
        return {"log": _Unfit(f'what is logged must be names with numbers, as in {{"loss": 0.5}}, not a {kind}')}
    for value in copy.values():
        if type(value) not in _PLAIN:
            return {key: _kept(value, MOST_DEPTH) for key, value in copy.items()}
    return copy


def _kept(value: Any, depth: int) -> Any:
    if type(value) in _PLAIN:
        return value
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    try:
        if isinstance(value, Mapping):
            if not depth:
                return _Unfit("dictionaries lie too deep in each other")
            return {key: _kept(part, depth - 1) for key, part in dict(value).items()}
        if torch is not None and isinstance(value, torch.Tensor):
            if value.numel() != 1:
                return _Unfit(f"it is a tensor of {value.numel():,} numbers, not one; log its mean, for example")
            return value.item() if value.is_cpu else _OnDevice(value)
        if numpy is not None and isinstance(value, numpy.ndarray):
            if value.size != 1:
                return _Unfit(f"it is an array of {value.size:,} numbers, not one; log its mean, for example")
            return value.item()
    except _REFUSALS:
        return _Unfit(f"it is a {type(value).__name__} that cannot be read as a number")
    return value


def step_of(step: Any) -> float | None:
    """Return a step as a number, an int if whole; None (counted) if invalid."""
    try:
        return operator.index(step)
    except TypeError:
        pass
    try:
        number = math.nan if isinstance(step, str | bytes) else float(step)
    except _REFUSALS:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def numbers(metrics: Mapping[Any, Any], refuse: Refuse, above: str = "") -> Iterator[tuple[str, float]]:
    """Yield names and numbers of `kept` metrics; nested dictionaries become names like `train/loss`.

    Args:
        metrics: What was kept.
        refuse: Called for every value that is no number.
        above: What the names begin with.
    """
    for name, value in metrics.items():
        key = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from numbers(value, refuse, f"{key}/")
        elif not key.strip() or len(key) > LONGEST_KEY or "\x00" in key:
            refuse(readable(key[:LONGEST_KEY]), f"a name has 1 to {LONGEST_KEY} characters")
        elif not key.isascii() and readable(key) != key:
            refuse(readable(key), "its name has halves of characters, which no file can hold")
        elif (number := _number(value)) is not None:
            yield key, number
        else:
            refuse(key, value.why if isinstance(value, _Unfit) else f"it is a {type(value).__name__}, not a number")


def readable(text: str) -> str:
    """Return a text that can be written: halves of characters (surrogates) become question marks."""
    return text.encode("utf-8", "replace").decode()


def _number(value: Any) -> float | None:
    if type(value) is float:
        return value
    if isinstance(value, str | bytes | _Unfit):  # a text that looks like a number is not meant as one
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number beyond the largest float
        return math.inf if value > 0 else -math.inf
    except _REFUSALS:
        return None
