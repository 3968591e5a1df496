"""`touchstone train`: queues a run, and follows it to the end where it is asked to."""

import time
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from core import catalog
from core.cli.output import AsJson, print_json
from core.cli.recipes import recipe_config
from core.cli.targets import print_standing
from core.errors import InvalidSetting, UserError
from core.runs import Run, RunStatus
from core.services.bootstrap import open_service
from core.services.recipes import find_recipe
from core.services.recommendation import recommended
from core.services.recommendation.recommendation import Circumstances
from core.services.run_service import Service
from core.services.verdict import verdict_of
from core.specs.config import TrainConfig
from core.specs.target import NONE, UNDECIDED, Target

POLL_S = 0.3
Changes = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting; may be repeated.")
]
Evaluation = Annotated[
    str,
    typer.Option(
        help="Confidence in the score: quick-look (one split), every-row (five more trainings, every row is judged "
        "once) "
        "or auto (every-row where it takes under a minute)."
    ),
]
Name = Annotated[str, typer.Option(help="What to call the run.")]
WantedTarget = Annotated[
    str,
    typer.Option(
        "--target", metavar="TARGET",
        help="How good it must be to be useful: 'accuracy 90%', 'recall of CLASS 80% at precision 90%', 'mae 200', "
        "'better than 82%' (what is reached today), 'none'. If not given, as before, else that of the data set.",
    ),
]  # fmt: skip


def train(
    dataset: Annotated[str, typer.Option(help="The data set's name; see: touchstone data list")] = "",
    recipe: Annotated[str, typer.Option(help="A named configuration; see: touchstone recipes")] = "",
    task: Annotated[str, typer.Option(help="The task's name; taken from the data set if not given.")] = "",
    model: Annotated[str, typer.Option(help="The model's name; the recommended one if not given.")] = "",
    preset: Annotated[str, typer.Option(help="quick, balanced or best.")] = "",
    changes: Changes = None,
    name: Name = "",
    evaluation: Evaluation = "",
    target: WantedTarget = "",
    wait: Annotated[bool, typer.Option(help="Follow the run to its end.")] = False,
    as_json: AsJson = False,
) -> int:
    """Queue a run."""
    service = open_service()
    settings = settings_from(changes or []) | ({"evaluation": evaluation} if evaluation else {})
    config = chosen_config(service, recipe, dataset, task, model, preset, settings)
    run = service.start_run(config, name, target=target_from(target, config.task))
    say = Console(stderr=True, highlight=False)
    say.print(f"Run {run.id} ({run.name}) is queued.", markup=False)
    if wait:
        run = _follow(service, run, say)
    if as_json:
        print_json(service.document(run.id))
    elif wait:
        found = verdict_of(service, run)
        print(run.verdict or run.reason if found is None else found.text)
        print_standing(service, run)
    else:
        print(run.id)
    return 0 if not wait or run.status is RunStatus.SUCCEEDED else 1


def chosen_config(
    service: Service, recipe: str, dataset: str, task: str, model: str, preset: str, changes: dict[str, str]
) -> TrainConfig:
    """Return the configuration that the options of a command choose.

    Raises:
        UserError: They name nothing to learn from, or contradict each other.
    """
    if recipe:
        if task or model or preset:
            raise UserError(f"The recipe '{recipe}' says task, model and preset itself. Leave them out, or the recipe.")
        return recipe_config(service, find_recipe(recipe), dataset, changes)
    if not dataset:
        raise UserError("Say what to learn from: --dataset NAME (see: touchstone data list), or --recipe NAME.")
    task = task or service.dataset_service.find(dataset).task
    if model:
        return service.make_config(task, dataset, model, preset or "quick", changes)
    catalog.find_task(task)
    around = Circumstances.of(preset or "quick", _minutes(changes), service.worker.info().device)
    found = recommended(service.dataset_service, dataset, task, around)
    config = service.make_config(task, dataset, found.model, preset or "quick", changes)
    if found.why:  # a mistake is said alone
        said = f"Model: {found.model}, {found.why} Choose another with --model; see: touchstone models list"
        Console(stderr=True, highlight=False).print(said, markup=False)
    return config


def _minutes(changes: Mapping[str, str]) -> float | None:
    """Return the time budget that somebody set; None where nobody did, or no number."""
    try:
        return float(changes["time_budget_min"])
    except (KeyError, ValueError):  # what is no number has its sentence when the settings are checked
        return None


def settings_from(changes: list[str]) -> dict[str, str]:
    """Return the settings of `--set KEY=VALUE` by name.

    Raises:
        InvalidSetting: One is written in another way.
    """
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
                time.sleep(POLL_S)
                service.watch()
                run = service.run(run.id)
                bar.update(line, description=str(run.stage), completed=run.steps, total=run.steps_total or None)
    except KeyboardInterrupt:
        say.print(f"No longer watching; the run goes on. Stop it with: touchstone runs stop {run.id}")
        raise
    say.print(f"Run {run.id}: {run.status}.")
    return run


def target_from(text: str, task: str) -> Target | None:
    """Return what `--target` means for a task; None where nothing was said."""
    if text.strip().lower() == NONE:
        return UNDECIDED
    return Target.parse(text, catalog.find_task(task)) if text else None
