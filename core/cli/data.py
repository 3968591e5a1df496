"""`touchstone data ...`: the data sets, built in and brought."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from core import catalog
from core.cli.import_bar import follow
from core.cli.output import AsJson, print_json, print_table
from core.dataset_types import CHOSEN_KINDS, Finding, Guess, ImportOptions, VersionInfo
from core.errors import UserError
from core.services.bootstrap import open_service
from core.services.dataset_service import DatasetService
from core.services.label_issues import label_issues_of
from core.services.recommendation import recommended
from core.services.run_service import Service
from core.settings import Settings
from core.target import Target as GoodEnough

HUB = "hub:"
app = typer.Typer(help="Bring, look at and put right the data sets.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The data set's name; see: touchstone data list")]
TaskOption = Annotated[str, typer.Option(help="The task it is for; guessed if not given.")]
Texts = Annotated[
    list[str] | None,
    typer.Option(
        "--text-column", help="The column that holds the texts; guessed if not given. Repeat it to read more."
    ),
]
Label = Annotated[str, typer.Option(help="The column that holds the labels; guessed if not given.")]
Target = Annotated[str, typer.Option(help="The column to predict, of a table for regression.")]
Ignored = Annotated[
    list[str] | None,
    typer.Option("--skip", "--ignore-column", metavar="COLUMN", help="A column to leave out; may be repeated."),
]
Used = Annotated[
    list[str] | None,
    typer.Option("--use", metavar="COLUMN", help="A column to use although there is a doubt about it; repeatable."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--as", metavar="COLUMN=KIND", help=f"What a column holds: {', '.join(CHOSEN_KINDS)}; repeatable."),
]
SplitBy = Annotated[
    str, typer.Option(help="How a table's rows are divided: random, or time (earlier ones for training); guessed.")
]
Group = Annotated[
    str,
    typer.Option(
        "--group", metavar="COLUMN",
        help="A column that names what rows belong to (customer, patient, document): all rows of one are on one side. "
        "Of images, 'folder' keeps those of one folder together.",
    ),
]  # fmt: skip
SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}  # that a shell makes hard to type
SIGNS = {"error": "ERROR", "warning": "warning", "note": "note"}


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
        _document(service, entry.name) for entry in service.dataset_service.entries(task or None, trashed=trashed)
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


@app.command("import")
def import_data(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A file, a folder, or hub:ID of a hub data set.")],
    task: TaskOption = "",
    name: Annotated[str, typer.Option(help="What to call it; made from the file's name if not given.")] = "",
    text_column: Texts = None,
    label_column: Label = "",
    several_labels: Annotated[
        str, typer.Option(help="Of rows with several labels: first, leave-out, or against:LABEL.")
    ] = "",
    document_end: Annotated[
        str, typer.Option(help="Where a document of a text file ends: none, blank-line, ---, ***, form-feed ...")
    ] = "",
    target_column: Target = "",
    use: Used = None,
    ignore_column: Ignored = None,
    column_kind: Kinds = None,
    split_by: SplitBy = "",
    split_column: Annotated[str, typer.Option(help="The column that names each row's split.")] = "",
    group: Group = "",
    separator: Annotated[str, typer.Option(help="The sign between columns; guessed if not given.")] = "",
    encoding: Annotated[str, typer.Option(help="The encoding of a text file; guessed if not given.")] = "",
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether the first row holds names.")
    ] = None,
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook, or the list of a JSON file.")] = "",
    keep_totals: Annotated[
        bool, typer.Option("--keep-totals", help="Keep the rows of a table that are sums, averages, notes or titles.")
    ] = False,
    layout: Annotated[
        str, typer.Option(help="How images are laid out, such as class-folders, upper-folder, table, coco.")
    ] = "",
    ground: Annotated[
        str, typer.Option(help="What transparent images are laid on: white, black or grey; guessed if not given.")
    ] = "",
    divide_anew: Annotated[
        bool, typer.Option("--divide-anew", help="Divide all examples anew, whatever the source says of its parts.")
    ] = False,
    add_to: Annotated[str, typer.Option(help="Add the examples to this data set, as a new version of it.")] = "",
    config: Annotated[str, typer.Option(help="The configuration of a hub data set that has several.")] = "",
    wanted: Annotated[
        str,
        typer.Option(
            "--target", metavar="TARGET", help="How good a model must be to be useful; see: touchstone train --help"
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Bring a data set; what was found out and what is wrong with it is said."""
    service = open_service()
    options = ImportOptions(
        task=task, name=name, label_column=label_column, target_column=target_column,
        used_columns=tuple(use or ()), ignored_columns=tuple(ignore_column or ()),
        column_kinds=_kinds(column_kind or []), split_by=_split_by(split_by),
        split_column=split_column, group_column=group, encoding=encoding, has_header=header,
        delimiter=SEPARATORS.get(separator, separator), sheet=sheet, add_to=add_to,
        keep_totals=keep_totals, layout=layout, ground=ground, divide_anew=divide_anew,
        **_texts(text_column), several_labels=several_labels, document_end=document_end,
        target=wanted,
    )  # fmt: skip
    dataset_service = service.dataset_service
    if source.startswith(HUB):
        job = dataset_service.start_hub_import(source.removeprefix(HUB), options, config)
    else:
        job = dataset_service.start_import(Path(source), options)
    made = follow(dataset_service.jobs, job)
    info = dataset_service.version(made.dataset, made.fingerprint)
    findings = service.dataset_service.findings(info.name, info.fingerprint)
    if as_json:
        print_json(_document(service, info.name) | {"findings": [_plain(f) for f in findings]})
        return
    print(f"{info.name}: {_size(info)}, for {info.task}.")
    _print_guesses(service.dataset_service.guesses(info.name, info.fingerprint))
    _print_recommended(service, info.name, info.task)
    _print_findings(findings, info.name)
    print(f"Train on it: touchstone train --dataset {info.name} --wait")


@app.command("check")
def check(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A data set, or a file or folder that is not brought yet.")
    ],
    task: TaskOption = "",
    text_column: Texts = None,
    label_column: Label = "",
    target_column: Target = "",
    fix: Annotated[list[str] | None, typer.Option(help="Put this finding right in a new version; repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the data doctor finds."""
    service = open_service()
    known = service.dataset_service.has(name)
    if not known and Path(name).exists():
        if fix:
            raise UserError(
                f"{name} is not brought yet, so nothing of it can be changed. touchstone data import {name}"
            )
        options = ImportOptions(
            task=task, **_texts(text_column), label_column=label_column, target_column=target_column
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
        print_json([_plain(finding) for finding in findings])
    else:
        _print_findings(findings, name if known else "NAME")


@app.command("show")
def show(name: Name, as_json: AsJson = False) -> None:
    """Show what is known of a data set."""
    service = open_service()
    document = _document(service, name)
    if as_json:
        print_json(document)
        return
    document["target"] = document["target"]["text"] if document["target"] else "none"
    rows = [(key, value) for key, value in document.items() if key not in ("versions", "classes", "facts")]
    rows += [("divided", document["facts"]["splits"])] if document["facts"].get("splits") else []
    print_table(("", ""), [(key, ", ".join(map(str, v)) if isinstance(v, list | tuple) else v) for key, v in rows])
    _print_guesses(service.dataset_service.guesses(name))
    _print_columns(document["facts"].get("columns", ()))
    _print_recommended(service, name, document["task"])
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
    back = f"Bring it back with: touchstone data restore {name}"
    _answer(service, name, f"{name} is in the trash.{kept if using else ''} {back}", as_json)


@app.command("restore")
def restore(name: Name, as_json: AsJson = False) -> None:
    """Bring a data set back from the trash."""
    service = open_service()
    service.dataset_service.restore(name)
    _answer(service, name, f"{name} is back.", as_json)


def _answer(service: Service, name: str, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(_document(service, name))
    else:
        print(sentence)


def _texts(columns: list[str] | None) -> dict[str, Any]:
    """Return the options that say which columns are read, in their order."""
    return {"text_column": columns[0], "more_text_columns": tuple(columns[1:])} if columns else {}


def _check_file(path: Path, options: ImportOptions) -> list[Finding]:
    """Examine a file without bringing it: all of it happens in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="touchstone-check-") as folder:
        dataset_service = DatasetService(Settings(home=Path(folder)))
        made = follow(dataset_service.jobs, dataset_service.start_import(path, options))
        return dataset_service.findings(made.dataset, made.fingerprint)


def _plain(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in asdict(finding).items() if key not in ("rows", "pairs")}


def _print_findings(findings: list[Finding], name: str) -> None:
    if not findings:
        print("Nothing was found that stands in the way.")
    for finding in findings:
        print(f"{SIGNS[finding.severity]} [{finding.code}] {finding.message} {finding.why}")
        for example in finding.examples[:3]:
            print(f"    {example}")
        if finding.fix:
            print(f"    To put it right ({finding.fix}): touchstone data check {name} --fix {finding.code}")


def _print_recommended(service: Service, name: str, task: str) -> None:
    """Say which model to begin with, and why others do not suit, where something is known of that."""
    found = recommended(service.dataset_service, name, task)
    if found.why:
        print(f"Begin with {found.model}, {found.why}")


def _kinds(said: list[str]) -> dict[str, str]:
    """Return the kind of each column, from `NAME=KIND`; a name may hold an equals sign itself."""
    kinds = {}
    for pair in said:
        name, sign, kind = pair.rpartition("=")
        if not sign or not name:
            raise UserError(
                f"'{pair}' does not say what a column holds. Write --as COLUMN=KIND, such as --as shop=category."
            )
        kinds[name] = kind.strip().lower()
    return kinds


def _split_by(said: str) -> Literal["", "random", "time"]:
    match said:
        case "" | "random" | "time":
            return said
    raise UserError(f"Rows are divided by 'random' or by 'time', not by '{said}'.")


def _print_columns(columns: Iterable[Mapping[str, str]]) -> None:
    """Show what each column of a brought table is for, as it was imported."""
    rows = [(c["name"], c["kind"], c["role"], c.get("why") or c.get("unit", "")) for c in columns]
    if rows:
        print_table(("COLUMN", "HOLDS", "FOR", ""), rows)


def _print_guesses(guesses: list[Guess]) -> None:
    if guesses:
        print("Guessed, as nobody said it:")
    for guess in guesses:
        why = f" ({guess.why})" if guess.why else ""
        print(f"    {guess.about}: {guess.value}{why}" + (f"; otherwise: {guess.option}" if guess.option else ""))


def _size(info: VersionInfo) -> str:
    sizes = ", ".join(f"{count:,} {split}" for split, count in info.split_sizes.items())
    classes = f" in {len(info.labels)} classes" if info.labels else ""
    return f"{info.examples:,} examples{classes} ({sizes})"


def _document(service: Service, name: str) -> dict[str, Any]:
    """Return everything known of a data set (the contract of `data list --json` and `data show --json`)."""
    entry, preview = service.dataset_service.entry(name), service.dataset_service.preview(name)
    version = preview.version
    versions = service.dataset_service.versions(name)
    target = service.dataset_service.target(name)
    return {
        "name": name, "title": entry.title, "task": entry.task, "built_in": entry.built_in,
        "fingerprint": version.fingerprint, "labels": version.labels, "splits": dict(version.split_sizes),
        "classes": dict(preview.class_counts), "duplicates": version.duplicate_count, "licence": entry.licence,
        "source": entry.source, "trashed": entry.deleted_at is not None, "facts": service.dataset_service.facts(name),
        "target": target.to_json() | {"text": target.format()} if target else None,
        "versions": [
            {
                "fingerprint": v.fingerprint, "created_at": v.created_at.isoformat(), "change": v.change,
                "parent": v.parent, "examples": v.examples, "size_bytes": v.size_bytes,
            }
            for v in versions
        ],
    }  # fmt: skip
