"""`touchstone train`: queues a run, and follows it to the end where it is asked to."""

import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from core import catalog
from core.bootstrap import open_service
from core.cli.output import AsJson, print_json
from core.errors import InvalidSetting
from core.runs import Run, RunStatus
from core.service import Service

LOOK_S = 0.3


def train(
    dataset: Annotated[str, typer.Option(help="The data set's name; see: touchstone data list")],
    task: Annotated[str, typer.Option(help="The task's name; taken from the data set if not given.")] = "",
    model: Annotated[str, typer.Option(help="The model's name; the task's usual one if not given.")] = "",
    preset: Annotated[str, typer.Option(help="quick, balanced or best.")] = "quick",
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting; may be repeated.")
    ] = None,
    name: Annotated[str, typer.Option(help="What to call the run.")] = "",
    wait: Annotated[bool, typer.Option(help="Follow the run to its end.")] = False,
    as_json: AsJson = False,
) -> int:
    """Queue a run."""
    service = open_service()
    task = task or service.shelf.find(dataset).task
    model = model or catalog.find_task(task).demo[1]
    config = service.make_config(task, dataset, model, preset, _settings(changes or []))
    run = service.start_run(config, name)
    say = Console(stderr=True, highlight=False)
    say.print(f"Run {run.id} ({run.name}) is queued.", markup=False)
    if wait:
        run = _follow(service, run, say)
    if as_json:
        print_json(service.document(run.id))
    elif wait:
        print(run.verdict or run.reason)
    else:
        print(run.id)
    return 0 if not wait or run.status is RunStatus.SUCCEEDED else 1


def _settings(changes: list[str]) -> dict[str, str]:
    settings = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or not key.strip():
            raise InvalidSetting(change, "must be written as KEY=VALUE, for example: --set epochs=5")
        settings[key.strip()] = value.strip()
    return settings


def _follow(service: Service, run: Run, say: Console) -> Run:
    """Show the run's progress until it ends; Ctrl-C leaves it running."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=say, transient=not say.is_terminal) as bar:
            line = bar.add_task(str(run.stage), total=None)
            while run.status.is_active:
                time.sleep(LOOK_S)
                service.watch()
                run = service.run(run.id)
                bar.update(line, description=str(run.stage), completed=run.steps, total=run.steps_total or None)
    except KeyboardInterrupt:
        say.print(f"No longer watching; the run goes on. Stop it with: touchstone runs stop {run.id}")
        raise
    say.print(f"Run {run.id}: {run.status}.")
    return run
