"""What is said of a run that has ended, in words and as fields."""

import math
from dataclasses import dataclass, field
from typing import Any

from core.runs import Run, RunStatus

_TITLES = {
    RunStatus.SUCCEEDED: "✓ {} is done.",
    RunStatus.FAILED: "✗ {} failed.",
    RunStatus.STOPPED: "■ {} was stopped.",
    RunStatus.INTERRUPTED: "⚠ {} was interrupted.",
}


@dataclass(frozen=True)
class Message:
    """A message, ready to be put into the format of whoever gets it.

    Args:
        title: One line.
        lines: What else is to be said.
        url: Where the run can be looked at; empty where nobody knows.
        fields: The same for programs, as JSON.
    """

    title: str
    lines: tuple[str, ...] = ()
    url: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n".join(part for part in (self.title, *self.lines, self.url) if part)


def message_of(run: Run, said: str, dashboard: str = "") -> Message:
    """Return what is said of a run that has ended.

    Args:
        run: The run.
        said: Its verdict in a line; empty where it was not judged.
        dashboard: Where people reach the dashboard; empty is no link.
    """
    url = f"{dashboard}/run?run={run.id}" if dashboard else ""
    steps = (
        f"{run.steps:,} of {run.steps_total:,} steps, {_duration(run.train_time_s)} of training." if run.steps else ""
    )
    lines = [said or run.reason, steps]
    fields = {
        "run": run.id,
        "name": run.name,
        "status": run.status.value,
        "verdict": said,
        "reason": run.reason,
        "scores": {name: _score(s.value, s.ci_low, s.ci_high) for name, s in run.test.items()},
        "url": url,
    }
    title = _TITLES.get(run.status, "{} has ended.").format(harmless(run.name))
    return Message(title, tuple(harmless(line) for line in lines if line), url, fields)


def preflight_message(dashboard: str = "") -> Message:
    """Return what is sent to find out whether a webhook works."""
    lines = ("This is a test. From now on Touchstone tells you here when a run ends.",)
    return Message("✓ Touchstone can write here.", lines, dashboard, {"status": "test", "url": dashboard})


def harmless(text: str) -> str:
    """Return a text of anyone's without mentions and links in any chat."""
    return text.replace("@", "@\u200b").replace("<", "‹").replace(">", "›")


def _score(value: float, low: float, high: float) -> dict[str, float | None]:
    """Return a score as JSON can hold it."""
    numbers = {"value": value, "low": low, "high": high}
    return {name: number if math.isfinite(number) else None for name, number in numbers.items()}


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
