"""`touchstone data ...`: the data sets, built in and imported."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from core import catalog
from core.cli.data_import import import_data
from core.cli.data_options import Label, Name, Target, TaskOption, Texts, text_columns
from core.cli.data_output import (
    dataset_document,
    plain_finding,
    print_columns,
    print_findings,
    print_guesses,
    print_recommended,
)
from core.cli.import_bar import follow
from core.cli.output import AsJson, print_json, print_table
from core.errors import UserError
from core.services.bootstrap import open_service
from core.services.dataset_service import DatasetService
from core.services.label_issues import label_issues_of
from core.services.run_service import Service
from core.settings import Settings
from core.specs.dataset_types import Finding, ImportOptions
from core.specs.target import Target as GoodEnough

app = typer.Typer(help="Import, look at and fix data sets.", no_args_is_help=True)


@app.command("list")
def list_data(
    task: Annotated[str, typer.Option(help="Only those of this task.")] = "",
    trashed: Annotated[bool, typer.Option("--trash", help="Those in the trash.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the data sets."""
    if task:
        catalog.find_task(task)
    service = open_service()
    documents = [
        dataset_document(service, entry.name)
        for entry in service.dataset_service.entries(task or None, trashed=trashed)
    ]
    if as_json:
        print_json(documents)
        return
    rows = [
        (d["name"], d["task"], ", ".join(d["labels"])[:60] or "-", " / ".join(map(str, d["splits"].values())),
         d["licence"])
        for d in documents
    ]  # fmt: skip
    print_table(("DATA SET", "TASK", "LABELS", "TRAIN / VALIDATION / TEST", "LICENCE"), rows)


app.command("import")(import_data)


@app.command("check")
def check(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A data set, or a file or folder that is not imported yet.")
    ],
    task: TaskOption = "",
    text_column: Texts = None,
    label_column: Label = "",
    target_column: Target = "",
    fix: Annotated[list[str] | None, typer.Option(help="Fix this finding in a new version; repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the data doctor finds."""
    service = open_service()
    known = service.dataset_service.has(name)
    if not known and Path(name).exists():
        if fix:
            raise UserError(
                f"{name} is not imported yet, so nothing of it can be changed. touchstone data import {name}"
            )
        options = ImportOptions(
            task=task, **text_columns(text_column), label_column=label_column, target_column=target_column
        )
        findings = _check_file(Path(name), options)
    else:
        service.dataset_service.entry(name)
        for code in fix or []:
            follow(service.dataset_service.jobs, service.dataset_service.start_fix(name, code))
        findings = service.dataset_service.findings(name)
        if label_issues := label_issues_of(service, name):
            findings.append(label_issues.finding)
    if as_json:
        print_json([plain_finding(finding) for finding in findings])
    else:
        print_findings(findings, name if known else "NAME")


@app.command("show")
def show(name: Name, as_json: AsJson = False) -> None:
    """Show what is known of a data set."""
    service = open_service()
    document = dataset_document(service, name)
    if as_json:
        print_json(document)
        return
    document["target"] = document["target"]["text"] if document["target"] else "none"
    rows = [(key, value) for key, value in document.items() if key not in ("versions", "classes", "facts")]
    rows += [("divided", document["facts"]["splits"])] if document["facts"].get("splits") else []
    print_table(("", ""), [(key, ", ".join(map(str, v)) if isinstance(v, list | tuple) else v) for key, v in rows])
    print_guesses(service.dataset_service.guesses(name))
    print_columns(document["facts"].get("columns", ()))
    print_recommended(service, name, document["task"])
    if document["classes"]:
        print_table(("CLASS", "EXAMPLES"), list(document["classes"].items()))
    if document["versions"]:
        versions = [(v["fingerprint"][:16], v["created_at"], v["examples"], v["change"]) for v in document["versions"]]
        print_table(("VERSION", "WHEN", "EXAMPLES", "WHAT HAPPENED"), versions)


@app.command("target")
def target(
    name: Name,
    wanted: Annotated[str, typer.Argument(metavar="TARGET", help="Such as 'accuracy 90%'; see train --help.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Take it away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how good a model on a data set must be to be useful; runs without a target of their own are held to it."""
    service = open_service()
    dataset_service = service.dataset_service
    if wanted and off:
        raise UserError("Give a target or --off, not both.")
    if wanted or off:
        task = catalog.find_task(dataset_service.entry(name).task)
        dataset_service.set_target(name, GoodEnough.parse(wanted, task) if wanted else None)
    known = dataset_service.target(name)
    _answer(service, name, f"{name} has the target {known.format()}." if known else f"{name} has no target.", as_json)


@app.command("use")
def use(
    name: Name,
    version: Annotated[str, typer.Argument(help="The first characters of its fingerprint.")],
    as_json: AsJson = False,
) -> None:
    """Use another version from now on: undo, or redo."""
    service = open_service()
    dataset_service = service.dataset_service
    mark = next(
        (v.fingerprint for v in dataset_service.versions(name) if v.fingerprint.startswith(version.lower())), version
    )
    dataset_service.use_version(name, mark)
    _answer(service, name, f"{name} is now at: {dataset_service.version(name).change}.", as_json)


@app.command("delete")
def delete(name: Name, as_json: AsJson = False) -> None:
    """Move a data set to the trash; its runs keep it."""
    service = open_service()
    service.dataset_service.delete(name)
    using = len(service.runs_using(name))
    kept = f" {using} run{'s' if using != 1 else ''} still need{'s' if using == 1 else ''} it, so its files stay."
    back = f"Restore it with: touchstone data restore {name}"
    _answer(service, name, f"{name} is in the trash.{kept if using else ''} {back}", as_json)


@app.command("restore")
def restore(name: Name, as_json: AsJson = False) -> None:
    """Restore a data set from the trash."""
    service = open_service()
    service.dataset_service.restore(name)
    _answer(service, name, f"{name} is back.", as_json)


def _answer(service: Service, name: str, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(dataset_document(service, name))
    else:
        print(sentence)


def _check_file(path: Path, options: ImportOptions) -> list[Finding]:
    """Examine a file without importing it: all of it happens in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="touchstone-check-") as folder:
        dataset_service = DatasetService(Settings(home=Path(folder)))
        made = follow(dataset_service.jobs, dataset_service.start_import(path, options))
        return dataset_service.findings(made.dataset, made.fingerprint)
