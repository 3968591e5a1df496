"""`touchstone runs ...`: look at runs; pause, stop, finish, resume, train longer, repeat, delete and restore them."""

from typing import Annotated

import typer

from core.cli.output import AsJson, RunId, print_json, print_table, score_of
from core.cli.run_marks import marks
from core.cli.targets import print_standing, short_standing
from core.cli.train import Changes, Name, WantedTarget, settings_from, target_from
from core.runs import CLONE, LONGER, NESTED, Lineage, Run
from core.services.bootstrap import open_service
from core.services.documents import documents
from core.services.run_search.fields import Fields
from core.services.run_search.filters import understand
from core.services.run_search.run_tags import RunTags
from core.services.run_search.unmatched import why_none
from core.services.run_service import Service

ON_THE_TEST = "ON THE TEST SPLIT"
app = typer.Typer(help="Look at runs; pause, stop, finish, resume and train them longer.", no_args_is_help=True)
marks(app)


@app.command("list")
def list_runs(
    trash: Annotated[bool, typer.Option(help="What is in the trash instead.")] = False,
    wanted: Annotated[
        str, typer.Option("--filter", help="Words, or comparisons: 'accuracy > 90% and model = resnet'.")
    ] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    service = open_service()
    every = service.runs(trashed=trash, limit=None if wanted else limit)
    fields = Fields(service, every, RunTags(service).baselines().values())
    chosen = understand(wanted, fields)
    found = chosen.of(every)[:limit]
    if as_json:
        print_json(documents(service, found))
        return
    if every and not found:
        print(f"No matching runs. {why_none(chosen, {}, every, fields)}")
        return
    if not found:
        print("The trash is empty." if trash else "There is no run yet. Start one: touchstone train --dataset digits")
        return
    standings = service.targets.results(found)
    rows = [
        (r.id, r.name, r.shown_status, r.stage, _score(service, r, fields), short_standing(standings.get(r.id)),
         f"{r.created_at:%Y-%m-%d %H:%M}")
        for r in found
    ]  # fmt: skip
    print_table(("RUN", "NAME", "STATUS", "STAGE", "TEST SCORE", "TARGET", "CREATED (UTC)"), rows)


@app.command()
def show(run: RunId, as_json: AsJson = False) -> None:
    """Show everything known of one run."""
    service = open_service()
    document = service.document(run)
    if as_json:
        print_json(document)
        return
    apart = {
        "target", "test", "baselines", "config", "artifacts", "versions", "estimate", "ancestors", "children", "answer",
    }  # fmt: skip
    print_table(("", ""), [(key, value) for key, value in document.items() if key not in apart])
    found = service.run(run)
    print_standing(service, found)
    _print_lineage(found, service.lineage(run))
    by_source = {"this model": found.test, **found.baselines}
    if found.validation:
        by_source["this model, validation split"] = found.validation
    rows = [
        (source, metric, f"{s.value:.4f}", f"{s.ci_low:.4f} to {s.ci_high:.4f}")
        for source, by_metric in by_source.items()
        for metric, s in by_metric.items()
    ]
    if rows:
        print()
        judged = service.report(run).get("judged") or {}
        where = f"ON ALL {judged['rows']:,} ROWS, {judged['folds']} FOLDS" if judged.get("folds") else ON_THE_TEST
        print_table((where, "METRIC", "VALUE", "95 % INTERVAL"), rows)
        if judged.get("why_not_folds"):
            print(f"\n{judged['why_not_folds']}")
    if document["answer"]:
        print()
        notes = [("Note", note, "") for note in document["answer"]["notes"]]
        stands_on = [(one["name"], one["value"], one["how"]) for one in document["answer"]["numbers"]]
        print_table(("WHAT THE VERDICT STANDS ON", "VALUE", "HOW IT WAS FOUND"), [*notes, *stands_on])


@app.command()
def metrics(run: RunId, as_json: AsJson = False) -> None:
    """Print the curves: {key: [[step, value, wall time]]}."""
    curves = open_service().metrics(run)
    if as_json:
        print_json(curves)
    else:
        rows = [(key, len(points), points[-1][0], f"{points[-1][1]:.5g}") for key, points in curves.items()]
        print_table(("CURVE", "POINTS", "LAST STEP", "LAST VALUE"), rows)


@app.command()
def log(run: RunId, as_json: AsJson = False) -> None:
    """Print what the run wrote."""
    service = open_service()
    text = service.log(run)
    if as_json:
        print_json({"run": service.run(run).id, "log": text})
    else:
        print(text, end="")


@app.command()
def stop(run: RunId, as_json: AsJson = False) -> None:
    """Ask a run to stop; what it has learnt is saved."""
    service = open_service()
    asked = service.stop_run(run)
    here = "will stop after its step" if asked.pid else "stopped"
    _answer(service, asked, here if asked.is_own else "is asked to stop: its script decides", as_json)


@app.command()
def pause(run: RunId, as_json: AsJson = False) -> None:
    """Ask a run to pause: memory and device are free, and `resume` goes on exactly there."""
    service = open_service()
    asked = service.pause_run(run)
    _answer(service, asked, "will pause after its step" if asked.pid else "is paused", as_json)


@app.command()
def finish(run: RunId, as_json: AsJson = False) -> None:
    """End the training of a run now, then judge and save what it has learnt; also of a stopped one."""
    service = open_service()
    _answer(service, service.finish_run(run), "ends its training now and is judged next", as_json)


@app.command()
def resume(run: RunId, as_json: AsJson = False) -> None:
    """Let a paused, stopped, interrupted or failed run go on from its last checkpoint."""
    service = open_service()
    _answer(service, service.resume_run(run), "is queued again", as_json)


@app.command()
def longer(
    run: RunId,
    epochs: Annotated[
        int, typer.Option(help="Epochs (passes over the training data); as many again if not given.")
    ] = 0,
    learning_rate: Annotated[
        float | None, typer.Option(help="As before if not given; a tenth of it where the run broke down.")
    ] = None,
    target: WantedTarget = "",
    as_json: AsJson = False,
) -> None:
    """Queue a new run that goes on from what this one has learnt; this one stays as it is."""
    service = open_service()
    parent = service.run(run)
    wanted = target_from(target, parent.task)
    child = service.train_longer(parent.id, epochs or parent.config.epochs, learning_rate, target=wanted)
    _answer(service, child, f"is queued and goes on from {parent.name}", as_json)


@app.command()
def again(
    run: RunId, changes: Changes = None, name: Name = "", target: WantedTarget = "", as_json: AsJson = False
) -> None:
    """Queue a new run with the settings of this one, changed where you say so; it begins from nothing."""
    service = open_service()
    config = service.clone_config(run, settings_from(changes or []))
    child = service.start_run(config, name, cloned_from=run, target=target_from(target, config.task))
    _answer(service, child, f"is queued with the settings of {service.run(run).name}", as_json)


@app.command()
def delete(run: RunId, as_json: AsJson = False) -> None:
    """Move a run to the trash."""
    service = open_service()
    service.delete(run)
    _answer(service, service.run(run), "is in the trash; restore it with: touchstone runs restore " + run, as_json)


@app.command()
def restore(run: RunId, as_json: AsJson = False) -> None:
    """Restore a run from the trash."""
    service = open_service()
    service.restore(run)
    _answer(service, service.run(run), "is back", as_json)


def _print_lineage(run: Run, lineage: Lineage) -> None:
    family = [*lineage.ancestors, run, *lineage.children]
    if len(family) == 1:
        return
    how = {LONGER: "trained longer from", CLONE: "with the settings of", NESTED: "a part of"}
    rows = [(r.id, how.get(r.parent_kind, "the first"), r.parent_id, r.name, r.shown_status) for r in family]
    print()
    print_table(("LINEAGE", "", "", "NAME", "STATUS"), rows)


def _answer(service: Service, run: Run, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(service.document(run.id))
    else:
        print(f"{run.name} ({run.id}) {sentence}.")


def _score(service: Service, run: Run, fields: Fields) -> str:
    task = service.tasks().get(run.task)
    if not run.is_own and (logged := fields.deciding(run)) is not None:
        return f"{logged.value:.4g} ({logged.name})"
    return score_of(run, task.primary_metric) if task else "-"
