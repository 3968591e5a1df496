"""`touchstone data import`: a file, a folder or a set of the hub becomes a data set."""

from pathlib import Path

from core.cli import data_options as options
from core.cli.data_output import (
    dataset_document,
    plain_finding,
    print_findings,
    print_guesses,
    print_recommended,
    size_of,
)
from core.cli.import_bar import follow
from core.cli.output import AsJson, print_json
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.specs.dataset_types import ImportOptions, ImportProgress

HUB = "hub:"


def import_data(
    source: options.Source,
    task: options.TaskOption = "",
    name: options.NewName = "",
    text_column: options.Texts = None,
    label_column: options.Label = "",
    several_labels: options.SeveralLabels = "",
    document_end: options.DocumentEnd = "",
    target_column: options.Target = "",
    use: options.Used = None,
    ignore_column: options.Ignored = None,
    column_kind: options.Kinds = None,
    split_by: options.SplitBy = "",
    split_column: options.SplitColumn = "",
    group: options.Group = "",
    separator: options.Separator = "",
    encoding: options.Encoding = "",
    header: options.Header = None,
    sheet: options.Sheet = "",
    keep_totals: options.KeepTotals = False,
    layout: options.Layout = "",
    ground: options.Ground = "",
    divide_anew: options.DivideAnew = False,
    add_to: options.AddTo = "",
    config: options.HubConfig = "",
    wanted: options.GoodEnoughOption = "",
    as_json: AsJson = False,
) -> None:
    """Import a data set; what was found out and what is wrong with it is said."""
    service = open_service()
    chosen = ImportOptions(
        task=task, name=name, label_column=label_column, target_column=target_column,
        used_columns=tuple(use or ()), ignored_columns=tuple(ignore_column or ()),
        column_kinds=options.column_kinds(column_kind or []), split_by=options.split_by(split_by),
        split_column=split_column, group_column=group, encoding=encoding, has_header=header,
        delimiter=options.SEPARATORS.get(separator, separator), sheet=sheet, add_to=add_to,
        keep_totals=keep_totals, layout=layout, ground=ground, divide_anew=divide_anew,
        **options.text_columns(text_column), several_labels=several_labels, document_end=document_end,
        target=wanted,
    )  # fmt: skip
    dataset_service = service.dataset_service
    if source.startswith(HUB):
        job = dataset_service.start_hub_import(source.removeprefix(HUB), chosen, config)
    else:
        job = dataset_service.start_import(Path(source), chosen)
    _say(service, follow(dataset_service.jobs, job), as_json)


def _say(service: Service, made: ImportProgress, as_json: bool) -> None:
    info = service.dataset_service.version(made.dataset, made.fingerprint)
    findings = service.dataset_service.findings(info.name, info.fingerprint)
    if as_json:
        print_json(dataset_document(service, info.name) | {"findings": [plain_finding(f) for f in findings]})
        return
    print(f"{info.name}: {size_of(info)}, for {info.task}.")
    print_guesses(service.dataset_service.guesses(info.name, info.fingerprint))
    print_recommended(service, info.name, info.task)
    print_findings(findings, info.name)
    print(f"Train on it: touchstone train --dataset {info.name} --wait")
