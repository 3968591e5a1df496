"""`touchstone predict | generate | evaluate`: a finished run at work, in this process."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core import catalog
from core.cli.output import AsJson, RunId, print_json, print_table
from core.data.tables.joining import join_texts
from core.errors import TouchstoneError, UserError
from core.services.bootstrap import open_service
from core.services.dataset_service import columns_in
from core.specs import DatasetSpec

if TYPE_CHECKING:
    from core.services.run_service import Service
    from core.serving.predictor import Input, Predictor
    from core.serving.rows import Decimal

LARGEST_FILE_BYTES = 64 * 2**20
With = Annotated[str, typer.Option("--with", help="Let a baseline that the run kept answer in its model's place.")]


def predict(
    run: RunId,
    text: Annotated[
        list[str] | None, typer.Option(help="A text to judge, or a row of a table as JSON; may be repeated.")
    ] = None,
    file: Annotated[
        list[Path] | None, typer.Option(help="An image, a file of one text, or of rows; may be repeated.")
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(help='A table: the columns learnt from, or a column "text". One answer a row.'),
    ] = None,
    with_: With = "",
    as_json: AsJson = False,
) -> None:
    """Let a finished run judge texts, images or rows of a table."""
    service = open_service()
    folder = service.finished_folder(run)
    task = catalog.find_task(service.run(run).task)
    read = _text_columns(service, run) if task.input_kind == "text" else []
    inputs, decimal_hint = _inputs(text or [], file or [], csv, task.input_kind, read)
    predictor, said = _loaded(folder, with_), list[tuple[str, ...]]()
    if task.output_kind == "number":
        numbers = predictor.predict_numbers(inputs, decimal_hint)
        answers, said = [asdict(n) for n in numbers], [(f"{n.value:.6g}",) for n in numbers]
    else:
        named = predictor.predict(inputs)
        answers, said = [asdict(p) for p in named], [(p.label, f"{p.score:.1%}") for p in named]
    if as_json:
        print_json({"run": service.run(run).id, "predictions": answers} | ({"with": with_} if with_ else {}))
        return
    columns = ("VALUE", "ROW") if task.output_kind == "number" else ("LABEL", "SURE", "INPUT")
    print_table(columns, [(*words, _in_short(given)) for words, given in zip(said, inputs, strict=True)])
    for row, answer in enumerate(answers, 1):
        for remark in answer.get("remarks", ()):
            print(f"Row {row:,}: {remark}")


def _loaded(folder: Path, baseline: str) -> "Predictor":
    """Return a run's model, or a baseline that it kept."""
    if baseline:
        from core.serving.baseline_predictor import load_baseline_predictor

        return load_baseline_predictor(folder, baseline)
    from core.serving.predictor import load_predictor

    return load_predictor(folder)


def _in_short(given: object) -> str:
    if isinstance(given, dict):
        given = ", ".join(f"{name} {value}" for name, value in given.items())
    return str(given)[:60]


def _inputs(
    texts: list[str], files: list[Path], csv: Path | None, input_kind: str, columns: Sequence[str]
) -> "tuple[Sequence[Input], Decimal]":
    """Return what is to be judged, and the decimal sign that its file suggests."""
    if sum(map(bool, (texts, files, csv))) != 1:
        raise UserError("Say what to judge with one of --text, --file or --csv.")
    if input_kind == "table":
        return _rows(texts, [csv] if csv else files)
    if input_kind == "image":
        if not files:
            raise UserError("This model judges images. Give it one with: --file IMAGE")
        return files, "."
    if csv is not None:
        return _column(csv, columns), "."
    return [*(_joined(text, columns) for text in texts), *(_read(file) for file in files)], "."


def _rows(texts: list[str], files: list[Path]) -> "tuple[Sequence[Input], Decimal]":
    """Return the rows of files, or rows written as JSON."""
    from core.serving.row_files import read_rows, rows_of_json

    if texts:
        return [row for text in texts for row in rows_of_json(text)], "."
    if len(files) > 1:
        raise UserError("Give one file of rows at a time.")
    return read_rows(files[0])


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE_BYTES:
            raise UserError(f"{file} is larger than {LARGEST_FILE_BYTES // 2**20} MB. Give a smaller file.")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not UTF-8 text. Save it as UTF-8 and try again.") from error


def _text_columns(service: "Service", run: str) -> list[str]:
    """Return the columns of texts that a run's data set was read from, in their order; none where nobody knows."""
    made = service.run(run)
    try:
        facts = service.dataset_service.facts(made.config.dataset, made.dataset_fingerprint)
    except TouchstoneError:  # the data set is gone; the column "text" is asked for then
        return []
    return [str(column["name"]) for column in columns_in(facts, "text")]


def _joined(text: str, columns: Sequence[str]) -> str:
    """Return a text, or the texts of a row that is written as JSON by the columns that the model has read."""
    if len(columns) < 2 or not text.lstrip().startswith("{"):
        return text
    from core.serving.row_files import rows_of_json

    row = rows_of_json(text)[0]
    return join_texts(str(row.get(name) or "") for name in columns)


def _column(file: Path, columns: Sequence[str]) -> list[str]:
    """Return the texts of a file's rows: of the columns that the model has read, joined as then, or of "text"."""
    from core.serving.row_files import read_rows, texts_in

    return texts_in(read_rows(file)[0], columns, str(file))


def generate(
    run: RunId,
    prompt: Annotated[str, typer.Option(help="What to go on from.")],
    max_new_tokens: Annotated[int, typer.Option(help="How much to write.")] = 200,
    temperature: Annotated[float, typer.Option(help="Below 1 safer, above 1 bolder, 0 always the likeliest.")] = 0.8,
    top_k: Annotated[int, typer.Option(help="Draw from so many of the likeliest only; 0 is all.")] = 0,
    top_p: Annotated[float, typer.Option(help="Draw from the likeliest that make up this share; 1 is all.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed writes the same text.")] = 0,
    with_: With = "",
    as_json: AsJson = False,
) -> None:
    """Let a finished run write on from a prompt."""
    service = open_service()
    folder = service.finished_folder(run)
    pieces = _loaded(folder, with_).stream(
        prompt, max_new_tokens=max_new_tokens, temperature=temperature, top_k=top_k, top_p=top_p, seed=seed
    )
    if as_json:
        print_json({"run": service.run(run).id, "prompt": prompt, "text": "".join(pieces), "seed": seed})
        return
    print(prompt, end="")
    for piece in pieces:
        print(piece, end="", flush=True)
    print()


def evaluate(
    run: RunId,
    dataset: Annotated[str, typer.Option(help="A data set with the same labels.")],
    as_json: AsJson = False,
) -> None:
    """Judge a finished run on the test split of a data set, and without what of it was trained on."""
    service = open_service()
    folder, spec = service.finished_folder(run), service.dataset_service.find(dataset)
    from core.serving.evaluate import evaluate_on

    evaluation = evaluate_on(folder, spec, learnt=_learnt(service, run))
    if as_json:
        print_json({"run": service.run(run).id} | evaluation.to_json())
        return
    columns = ["METRIC", "VALUE", "95 % INTERVAL"]
    rows = [[m, f"{s.value:.4f}", f"{s.ci_low:.4f} to {s.ci_high:.4f}"] for m, s in evaluation.scores.items()]
    if evaluation.new_scores is not None:
        columns += ["WITHOUT THEM", "95 % INTERVAL"]
        rows = [
            [*row, f"{s.value:.4f}", f"{s.ci_low:.4f} to {s.ci_high:.4f}"]
            for row, s in zip(rows, evaluation.new_scores.values(), strict=True)
        ]
    print_table(columns, rows)
    if evaluation.note:
        print(evaluation.note)


def _learnt(service: "Service", run_id: str) -> list[DatasetSpec]:
    """Return the data set versions that a run was trained on, and those whose weights it began with: what is left."""
    versions = {}
    with suppress(UserError):  # a run or a data set that was removed for good
        while run_id:
            config = service.run(run_id).config
            found = service.dataset_service.find(config.dataset, config.task, config.dataset_version)
            versions[config.dataset, config.dataset_version] = found
            run_id = config.continues
    return list(versions.values())
