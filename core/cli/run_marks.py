"""`touchstone runs tag|star|archive|baseline`: what people say of runs."""

from typing import Annotated

import typer

from core.cli.output import AsJson, RunId, print_json
from core.cli.targets import print_standing
from core.cli.train import target_from
from core.errors import UserError
from core.services.bootstrap import open_service
from core.services.run_search.run_tags import RunTags
from core.services.run_service import Service

Off = Annotated[bool, typer.Option("--off", help="Take it back.")]


def marks(app: typer.Typer) -> None:
    """Add these commands to those of runs."""
    for command in (tag, star, archive, baseline, target):
        app.command()(command)


def tag(
    run: RunId,
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG...", help="Tags to give it.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to remove; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give a run tags, or take some from it."""
    service = open_service()
    RunTags(service).tag([service.run(run).id], tags or [], remove or [])
    said = ", ".join(service.run(run).tags)
    _answer(service, run, f"has the tags {said}" if said else "has no tags", as_json)


def star(run: RunId, off: Off = False, as_json: AsJson = False) -> None:
    """Mark a run as a favourite."""
    service = open_service()
    RunTags(service).star([service.run(run).id], not off)
    _answer(service, run, "has no star" if off else "is starred", as_json)


def archive(run: RunId, off: Off = False, as_json: AsJson = False) -> None:
    """Put a run away: it is kept, but the dashboard lists it under Archived."""
    service = open_service()
    RunTags(service).archive([service.run(run).id], not off)
    is_away = service.run(run).archived_at is not None
    _answer(service, run, "is archived" if is_away else "is in the list" if off else "still works and stays", as_json)


def baseline(run: RunId, off: Off = False, as_json: AsJson = False) -> None:
    """Measure the other runs of its task against this run."""
    service = open_service()
    run_tags, found = RunTags(service), service.run(run)
    if not off:
        run_tags.set_baseline(found.id)
    elif run_tags.baselines().get(found.task) == found.id:
        run_tags.forget_baseline(found.task)
    _answer(service, run, "is not the baseline" if off else "is the baseline of its task", as_json)


def target(
    run: RunId,
    wanted: Annotated[
        str, typer.Argument(metavar="TARGET", help="Such as 'accuracy 90%', or none; see train --help.")
    ] = "",
    off: Off = False,
    as_json: AsJson = False,
) -> None:
    """Hold a run to a target, or see how it stands; --off takes its own away, so that its data set's counts."""
    service = open_service()
    found = service.run(run)
    if wanted and off:
        raise UserError("Give a target or --off, not both.")
    if wanted:
        service.set_target(found.id, target_from(wanted, found.task))
    elif off:
        service.set_target(found.id, None)
    found = service.run(found.id)
    if as_json:
        print_json(service.document(found.id))
    elif not print_standing(service, found):
        print(f"{found.name} ({found.id}) has no target. Set one: touchstone runs target {found.id} 'accuracy 90%'")


def _answer(service: Service, run_id: str, sentence: str, as_json: bool) -> None:
    run = service.run(run_id)
    if as_json:
        print_json(service.document(run.id))
    else:
        print(f"{run.name} ({run.id}) {sentence}.")
