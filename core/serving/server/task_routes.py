"""Hugging Face's task formats, and CSV files."""

import csv
import io
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from core.errors import DataError
from core.formatting import csv_cell
from core.serving.predictor import NumberPrediction, Prediction
from core.serving.server.generation_routes import Writers, generated_text
from core.serving.server.guard import Limits
from core.serving.server.inputs import inputs_of, parse_json, top_k_of
from core.serving.server.leaving import while_there
from core.serving.server.model_pool import ModelPool, WarmModel
from core.serving.server.remarks import remarks_of

CSV = "text/csv"


def asking(pool: ModelPool, limits: Limits, writers: Writers) -> Callable[[str, Request], Awaitable[Response]]:
    """Return what answers a request in Hugging Face's format for the task.

    Args:
        pool: The models.
        limits: Of a request.
        writers: Writes for models of text.
    """

    async def ask(name: str, request: Request) -> Response:
        """Send JSON {"inputs": ...}, the bytes of an image, or a CSV file.

        `top_k` stands in "parameters".
        """
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        async with pool.model(name) as warm:
            task = warm.predictor.task
            if kind == CSV:
                return await while_there(request, _csv_answer(warm, body))
            if task.input_kind == "image" and kind != "application/json":
                (answer,) = await while_there(request, warm.batcher.answer([body]))
                return JSONResponse(_labels(answer, None), headers=remarks_of([answer]))
            asked = parse_json(body)
            if task.output_kind == "text":
                return await generated_text(request, pool, warm, asked, writers)
            return await while_there(request, _answer(warm, asked, limits))

    return ask


def task_router(ask: Callable[[str, Request], Awaitable[Response]]) -> APIRouter:
    """Return the route, as the page of the API shows it; `Direct` answers it."""
    router = APIRouter()
    router.post("/models/{name}", summary="Ask a model, in Hugging Face's format for its task")(ask)
    return router


async def _answer(warm: WarmModel, asked: dict[str, Any], limits: Limits) -> Response:
    """Return labels with scores, or numbers, shaped as Hugging Face's clients read them."""
    inputs, is_one = inputs_of(asked, warm.predictor.task.input_kind, warm.run, limits.items)
    top = top_k_of(asked, warm.predictor.info.labels)
    answers = await warm.batcher.answer(inputs)
    said = _shaped(warm, answers, top, is_one=is_one, is_table="table" in asked)
    return JSONResponse(said, headers=remarks_of(answers))


def _shaped(
    warm: WarmModel, answers: Sequence[Prediction | NumberPrediction], top: int, *, is_one: bool, is_table: bool
) -> Any:
    task = warm.predictor.task
    if is_table:  # the clients' tabular tasks: bare labels or numbers
        return [one.label if isinstance(one, Prediction) else one.value for one in answers]
    if task.output_kind == "number":
        said = [{"value": cast(NumberPrediction, one).value, "remarks": list(one.remarks)} for one in answers]
        return said[0] if is_one else said
    ranked = [_labels(cast(Prediction, one), top) for one in answers]
    if task.input_kind == "image" and is_one:
        return ranked[0]
    return ranked  # of texts a list even for a single one: so the clients read it


def _labels(answer: Prediction, top: int | None) -> list[dict[str, Any]]:
    return [{"label": label, "score": score} for label, score in list(answer.scores.items())[:top]]


async def _csv_answer(warm: WarmModel, body: bytes) -> Response:
    """Return the CSV file with the answers as further columns."""
    if warm.predictor.task.input_kind == "image" or warm.predictor.task.output_kind == "text":
        raise DataError("A CSV file is for models that read texts or rows of a table; this one does not.")
    rows = await run_in_threadpool(_rows, body)
    answers = await warm.batcher.answer(_inputs(warm, rows))
    return StreamingResponse(iter((_written(rows, answers),)), media_type=f"{CSV}; charset=utf-8")


def _rows(body: bytes) -> list[dict[str, str]]:
    """Return a file's rows, read in a process of its own."""
    from core.serving.row_files import read_rows

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        file.write_bytes(body)
        return read_rows(file)[0]


def _inputs(warm: WarmModel, rows: Sequence[dict[str, str]]) -> Sequence[Any]:
    if warm.predictor.task.input_kind == "table":
        return rows
    from core.serving.row_files import texts_in

    return texts_in(rows, warm.run.text_columns, "The file")


def _written(rows: Sequence[dict[str, str]], answers: Sequence[Prediction | NumberPrediction]) -> str:
    target = io.StringIO()
    writer = csv.writer(target)
    is_number = isinstance(answers[0], NumberPrediction)
    writer.writerow([*map(csv_cell, rows[0]), *(("value",) if is_number else ("label", "score"))])
    for row, answer in zip(rows, answers, strict=True):
        said = (answer.value,) if isinstance(answer, NumberPrediction) else (csv_cell(answer.label), answer.score)
        writer.writerow([*map(csv_cell, row.values()), *said])
    return target.getvalue()
