"""`touchstone runs ...`: look at runs, stop, resume, delete and restore them."""

from typing import Annotated

import typer

from core.bootstrap import open_service
from core.cli.output import AsJson, RunId, print_json, print_table, score_of
from core.runs import Run
from core.service import Service

app = typer.Typer(help="Look at runs, stop, resume, delete and restore them.", no_args_is_help=True)


@app.command("list")
def list_runs(
    trash: Annotated[bool, typer.Option(help="What is in the trash instead.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    service = open_service()
    found = service.runs(trashed=trash, limit=limit)
    if as_json:
        print_json([service.document(run.id) for run in found])
        return
    if not found:
        print("The trash is empty." if trash else "There is no run yet. Start one: touchstone train --dataset digits")
        return
    rows = [(r.id, r.name, r.status, r.stage, _score(service, r), f"{r.created_at:%Y-%m-%d %H:%M}") for r in found]
    print_table(("RUN", "NAME", "STATUS", "STAGE", "TEST SCORE", "CREATED (UTC)"), rows)


@app.command()
def show(run: RunId, as_json: AsJson = False) -> None:
    """Show everything known of one run."""
    service = open_service()
    document = service.document(run)
    if as_json:
        print_json(document)
        return
    scores = {"test", "baselines", "config", "artifacts", "versions"}
    print_table(("", ""), [(key, value) for key, value in document.items() if key not in scores])
    found = service.run(run)
    by_source = {"this model": found.test, **found.baselines}
    rows = [
        (source, metric, f"{s.value:.4f}", f"{s.ci_low:.4f} to {s.ci_high:.4f}")
        for source, by_metric in by_source.items()
        for metric, s in by_metric.items()
    ]
    if rows:
        print()
        print_table(("ON THE TEST SPLIT", "METRIC", "VALUE", "95 % INTERVAL"), rows)


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
    _answer(service, service.stop_run(run), "will stop after its step" if service.run(run).pid else "stopped", as_json)


@app.command()
def resume(run: RunId, as_json: AsJson = False) -> None:
    """Let a stopped, interrupted or failed run go on from its last checkpoint."""
    service = open_service()
    _answer(service, service.resume_run(run), "is queued again", as_json)


@app.command()
def delete(run: RunId, as_json: AsJson = False) -> None:
    """Move a run to the trash."""
    service = open_service()
    service.delete(run)
    _answer(service, service.run(run), "is in the trash; bring it back with: touchstone runs restore " + run, as_json)


@app.command()
def restore(run: RunId, as_json: AsJson = False) -> None:
    """Bring a run back from the trash."""
    service = open_service()
    service.restore(run)
    _answer(service, service.run(run), "is back", as_json)


def _answer(service: Service, run: Run, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(service.document(run.id))
    else:
        print(f"{run.name} ({run.id}) {sentence}.")


def _score(service: Service, run: Run) -> str:
    task = service.tasks().get(run.task)
    return score_of(run, task.primary_metric) if task else "-"
