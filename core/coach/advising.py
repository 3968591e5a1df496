"""All rules on one run."""

import importlib
import pkgutil
from functools import cache

import numpy as np

from core.coach.evidence import SEVERITIES, Advice, Evidence, Line, Rule
from core.runs import Run
from core.store.metric_store import Point


@cache
def rules() -> dict[str, Rule]:
    """Return every rule by its code: a new file in the folder is a new rule."""
    package = importlib.import_module("core.coach.rules")
    found: dict[str, Rule] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        if (rule := getattr(module, "RULE", None)) is not None:
            if rule.code in found:
                raise RuntimeError(f"two files in {package.__name__} declare the rule '{rule.code}'")
            found[rule.code] = rule
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


def advise(evidence: Evidence) -> tuple[Advice, ...]:
    """Return what is worth saying, problems first."""
    found: dict[str, Advice] = {}
    for code, rule in rules().items():
        if (advice := rule.look(evidence)) is not None:
            found[code] = advice
    silent = {code for speaking in found for code in rules()[speaking].silences}
    left = [advice for code, advice in found.items() if code not in silent]
    return tuple(sorted(left, key=lambda advice: SEVERITIES.index(advice.severity)))  # stable: then by order


def line_of(points: list[Point]) -> Line:
    """Return a stored curve without what is no number."""
    steps = np.array([step for step, _, _ in points], dtype=np.int64)
    values = np.array([value for _, value, _ in points], dtype=np.float64)
    finite = np.isfinite(values)
    return Line(steps[finite], values[finite])


def is_worth_looking(run: Run) -> bool:
    """Return whether a run has learnt long enough to be judged."""
    return run.steps > 0
