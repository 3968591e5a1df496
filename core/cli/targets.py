"""How runs stand against their targets, in commands."""

from core.evaluation.target_status import TargetResult
from core.evaluation.target_words import interval, wanted
from core.runs import Run
from core.services.run_service import Service


def short_standing(result: TargetResult | None) -> str:
    """Return the standing for a table, or a dash."""
    return "-" if result is None else str(result.status)


def print_standing(service: Service, run: Run) -> bool:
    """Print how a run stands against its target; return whether it has one."""
    result = service.targets.result(run)
    if result is None:
        return False
    whose = "" if run.target is not None else ", of its data set"
    score = interval(result)
    said = f"{result.status}{f', {score}' if score else ''}. {result.note}".strip()
    print(f"Target ({wanted(result.target)}{whose}): {said}")
    return True
