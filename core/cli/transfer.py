"""`touchstone runs import` and `touchstone runs export`: from and to TensorBoard, MLflow, W&B and CSV."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, print_table
from core.exchange.export_runs import export
from core.exchange.formats import find_exporter
from core.exchange.import_runs import preview, run_import
from core.exchange.saving import in_words
from core.services.bootstrap import open_service


def add_to(app: typer.Typer) -> None:
    """Add both commands to those of runs."""
    app.command("import")(import_runs)
    app.command("export")(export_runs)


def import_runs(
    path: Annotated[Path, typer.Argument(help="A folder, a ZIP of one, or a file.")],
    format_name: Annotated[
        str, typer.Option("--format", help="tensorboard, mlflow, wandb or csv; found out if not given.")
    ] = "",
    project: Annotated[str, typer.Option(help="What the runs belong to; what they say themselves if not given.")] = "",
    only_preview: Annotated[bool, typer.Option("--look", help="Say what is there; write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import runs from TensorBoard, MLflow, Weights & Biases or a table; known ones are brought up to date."""
    service = open_service()
    if only_preview:
        found = preview(service, path, format_name)
        if as_json:
            print_json({"format": found.format, "runs": [asdict(r) for r in found.runs], "trouble": found.trouble})
            return
        rows = [(r.name, r.project, r.status, r.curves, f"{r.points:,}", r.known_as or "new") for r in found.runs]
        print_table(("NAME", "PROJECT", "STATUS", "CURVES", "POINTS", "HERE"), rows)
        _remark(sentence for r in found.runs for sentence in (*r.remarks, *map(in_words, r.guesses)))
        _say(found.trouble)
        return
    done = run_import(service, path, format_name, project=project)
    if as_json:
        print_json(vars(done))
        return
    known = {run_id: "brought up to date" for run_id in done.updated} | {run_id: "nothing new" for run_id in done.same}
    done_rows = [(run_id, service.run(run_id).name, known.get(run_id, "new")) for run_id in done.all]
    print_table(("RUN", "NAME", ""), done_rows)
    _remark((*done.news, *done.remarks))
    _say(done.trouble)
    if not done.all and not done.trouble:
        print("There was nothing to import.")


def export_runs(
    run: Annotated[list[str], typer.Argument(metavar="RUN...", help="The runs' eight characters.")],
    out: Annotated[Path, typer.Option(help="A folder that is new or empty.")],
    format_name: Annotated[str, typer.Option("--format", help="tensorboard or mlflow.")] = "tensorboard",
    as_json: AsJson = False,
) -> None:
    """Hand runs on to TensorBoard or MLflow."""
    count = export(open_service(), run, format_name, out)
    exporter = find_exporter(format_name)
    if as_json:
        print_json({"format": exporter.name, "folder": str(out), "runs": count})
        return
    print(f"{count} run{'s' * (count != 1)} written to {out}. To look at them, in this folder:\n{exporter.how_to_open}")


def _remark(sentences: Iterable[str]) -> None:
    """Say what was brought up to date, guessed, left out or changed on the way, each once."""
    for sentence in dict.fromkeys(sentences):
        print(f"- {sentence}")


def _say(trouble: tuple[str, ...]) -> None:
    for sentence in trouble:
        print(sentence, file=sys.stderr)
