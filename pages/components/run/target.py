"""The target of a run, below its answer."""

from functools import partial

from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import TaskSpec
from pages.components.widgets.target_line import target_line


def run_target(run: Run, task: TaskSpec) -> None:
    """Show a run's target, and offer to change it at once, without retraining."""
    service = shared_service()
    targets, whose = service.targets, "" if run.target is not None else ", as of its data"
    save = partial(service.set_target, run.id)
    target_line(task, targets.labels(run), f"target-of-{run.id}", targets.of(run), targets.unit(run), save, whose)
