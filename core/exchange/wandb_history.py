"""The run history in a W&B log: curves with their step metrics, and summary.

It is read record by record.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from core.exchange.external_run import Points
from core.exchange.normalise import LONGEST_NAME, MOST_HELD, bounded_name, bounded_value, listed, one_line

DEEPEST = 4  # of values within values
Path = tuple[str, ...]  # of a value within others
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_OWN = ("_step", "_timestamp", "_runtime", "_wandb")


class History:
    """One run while its logs are read."""

    def __init__(self, name: str) -> None:
        self.points = Points(one_line(name, LONGEST_NAME))
        self.run: Any = None
        self.exit_code: int | None = None
        self.last_time = 0.0
        self._config: dict[Path, object] = {}
        self._summary: dict[Path, object] = {}
        self._metrics: list[Any] = []  # what `define_metric` said, in its order
        self._over: dict[str, str] = {}  # the step metric of a name, once it was looked for
        self._last: dict[str, float] = {}  # of each name
        self._last_step = 0
        self._skipped: dict[str, set[str]] = defaultdict(set)

    def begin_part(self) -> None:
        """Begin another log of the same run."""
        self.exit_code = None
        self._metrics.clear()
        self._over.clear()

    def take(self, record: Any) -> None:
        """Take what a record says."""
        if record.HasField("history"):
            self._take_history(record.history)
        elif record.HasField("summary"):
            self._summarise(record.summary)
        elif record.HasField("run"):
            self.run = record.run
            self.points.run = one_line(record.run.display_name or record.run.run_id, LONGEST_NAME)
            self._configure(record.run.config)
            self._summarise(record.run.summary)
        elif record.HasField("config"):
            self._configure(record.config)
        elif record.HasField("metric"):
            if len(self._metrics) < MOST_HELD:
                self._metrics.append(record.metric)
            self._over.clear()
        elif record.HasField("exit"):
            self.exit_code = record.exit.exit_code
        elif record.HasField("stats"):
            self._skipped["measurements of the machine"].add("")
        elif record.HasField("output") or record.HasField("output_raw"):
            self._skipped["the console's output"].add("")

    def settings(self) -> dict[str, object]:
        """Return the configuration, and what the summary says in words."""
        found: dict[str, object] = {}
        for path, value in self._config.items():
            if not path[0].startswith("_wandb"):
                is_old = isinstance(value, Mapping) and set(value) == {"value", "desc"}  # of older versions
                found[".".join(path)] = value["value"] if isinstance(value, Mapping) and is_old else value
        plain, _ = _without_media(self._summary)
        texts = {path: v for path, v in plain.items() if isinstance(v, str | list) and v not in _SPECIAL_TEXTS}
        return found | {f"summary.{'.'.join(path)}": v for path, v in texts.items() if path[0] not in _OWN}

    def add_summary(self) -> None:
        """Add summary numbers that no curve ends with as points at the last step."""
        plain, left = _without_media(self._summary)
        for kind, names in left.items():
            self._leave_out(kind, names)
        for path, value in plain.items():
            if path[0] in _OWN:
                continue
            for key, number in _numbers(".".join(path), value, 0):
                last = self._last.get(key)
                if last is None or not (last == number or (math.isnan(last) and math.isnan(number))):
                    self.points.add(
                        f"summary/{key}" if last is not None else key, self._last_step, number, self.last_time
                    )

    def said(self) -> tuple[str, ...]:
        """Return what was left out, and over which steps curves stand."""
        over: dict[str, list[str]] = defaultdict(list)
        for key, step in sorted(self._over.items()):
            if step and key in self._last:
                over[step].append(key)
        said = [f"{listed(keys)}: over {step}, as define_metric asks." for step, keys in over.items()]
        left = [
            kind + (f" ({listed(sorted(names))})" if names != {""} else "")
            for kind, names in sorted(self._skipped.items())
        ]
        return (*said, *([f"Left out: {', '.join(left)}."] if left else []))

    def _leave_out(self, kind: str, names: Iterable[str]) -> None:
        held = self._skipped[one_line(kind, LONGEST_NAME)]
        held.update(one_line(name, LONGEST_NAME) for name in names if len(held) < MOST_HELD)

    def _configure(self, config: Any) -> None:
        for path, value in _values(config.update).items():
            if path in self._config or len(self._config) < MOST_HELD:
                self._config[path] = value

    def _summarise(self, summary: Any) -> None:
        for item in summary.remove:
            gone = _path(item)
            self._summary = {path: v for path, v in self._summary.items() if path[: len(gone)] != gone}
        for path, value in _values(summary.update).items():
            self._summary = {p: v for p, v in self._summary.items() if p[: len(path)] != path}
            if len(self._summary) < MOST_HELD:
                self._summary[path] = value

    def _take_history(self, history: Any) -> None:
        values = _values(history.item)
        time, counted = values.get(("_timestamp",)), values.get(("_step",))
        sample_predictions = float(time) if isinstance(time, int | float) and math.isfinite(time) else self.last_time
        self.last_time = max(self.last_time, sample_predictions)
        step = counted if isinstance(counted, int) else history.step.num
        self._last_step = max(self._last_step, step)
        plain, left = _without_media(values)
        for kind, names in left.items():
            self._leave_out(kind, names)
        numbers: dict[str, float] = {}
        for path, value in plain.items():
            if path[0] not in _OWN:
                found = dict(_numbers(".".join(path), value, 0))
                numbers |= found
                if not found and value is not None and value != {}:
                    self._leave_out("texts" if isinstance(value, str) else "lists", (".".join(path),))
        self._last |= numbers
        for key, number in numbers.items():
            axis = self._step_metric(key)
            own = self._last.get(axis, math.nan)
            if math.isfinite(own):
                self.points.add_over(axis, own, key, step, number, sample_predictions)
            else:
                self.points.add(key, step, number, sample_predictions)

    def _step_metric(self, key: str) -> str:
        """Return a metric's step metric name; empty for W&B's own steps."""
        if key not in self._over:
            exact = [metric for metric in self._metrics if metric.name == key]
            like = [metric for metric in self._metrics if metric.glob_name and fnmatchcase(key, metric.glob_name)]
            said = [name for metric in [*exact[::-1], *like[::-1]] if (name := self._named(metric))]
            self._over[key] = said[0] if said and said[0] != key and said[0] not in _OWN else ""
        return self._over[key]

    def _named(self, metric: Any) -> str:
        at = metric.step_metric_index  # older versions give its place, from 1
        return str(metric.step_metric or (self._metrics[at - 1].name if 0 < at <= len(self._metrics) else ""))


_SPECIAL_TEXTS = tuple(_SPECIAL)


def _path(item: Any) -> Path:
    return tuple(item.nested_key) or (item.key,)


def _values(items: Sequence[Any]) -> dict[Path, Any]:
    return {tuple(map(bounded_name, _path(item))): bounded_value(_value(item.value_json)) for item in items}


def _without_media(values: Mapping[Path, Any]) -> tuple[dict[Path, Any], dict[str, set[str]]]:
    """Return values without media such as images and tables, and media names by kind.

    W&B writes such a thing as several values, one of them its `_type`; older versions as one.
    """
    kinds = {path[:-1]: str(value) for path, value in values.items() if path[-1] == "_type"}
    kinds |= {
        path: str(value["_type"]) for path, value in values.items() if isinstance(value, dict) and "_type" in value
    }
    left: dict[str, set[str]] = defaultdict(set)
    for path, kind in kinds.items():
        left[kind].add(".".join(path))
    plain = {
        path: value
        for path, value in values.items()
        if not any(path[:length] in kinds for length in range(1, len(path) + 1))
    }
    return plain, left


def _numbers(key: str, value: object, depth: int) -> Iterator[tuple[str, float]]:
    if isinstance(value, bool):
        yield key, float(value)
    elif isinstance(value, int | float):
        yield key, _as_float(value)
    elif isinstance(value, str) and value in _SPECIAL:
        yield key, _SPECIAL[value]
    elif isinstance(value, Mapping) and "_type" not in value and depth < DEEPEST:
        for name, inner in value.items():
            yield from _numbers(f"{key}.{name}", inner, depth + 1)


def _as_float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
