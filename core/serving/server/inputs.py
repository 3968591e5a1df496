"""What clients send to a model, as the predictor reads it."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.data.tables.joining import join_texts
from core.errors import DataError
from core.serving.server.errors import TooLarge
from core.serving.server.served_runs import ServedRun
from core.specs import InputKind

NOT_JSON = 'The request is no JSON object. Send {"inputs": ...} with the header "Content-Type: application/json".'
_NEEDS = {
    "text": 'This model reads texts: send {"inputs": "a text"} or {"inputs": ["one", "another"]}.',
    "table": 'This model reads rows: send {"inputs": [{"column": value}]} or {"table": {"column": [values]}}.',
    "image": 'This model looks at images: send the bytes of an image file, or {"inputs": "its base64"}.',
}


def parse_json(body: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        DataError: It is none.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DataError(NOT_JSON) from error
    if not isinstance(found, dict):
        raise DataError(NOT_JSON)
    return found


def inputs_of(asked: Mapping[str, Any], kind: InputKind, run: ServedRun, most: int) -> tuple[list[Any], bool]:
    """Return the inputs of a request, and whether it was a single one.

    Args:
        asked: The JSON object; `inputs`, or `table` with a list of values for each column.
        kind: What the model reads.
        run: Whose model it is.
        most: Inputs in one request.

    Raises:
        DataError: They are not what the model reads.
        TooLarge: They are too many.
    """
    given = rows_of_table(asked["table"]) if "table" in asked else asked.get("inputs")
    if isinstance(given, Mapping) and isinstance(given.get("data"), Mapping):
        given = rows_of_table(given["data"])
    is_one = not isinstance(given, list)
    found = [given] if is_one else list(given)  # type: ignore[arg-type]
    if not found or given is None:
        raise DataError(_NEEDS[kind])
    if len(found) > most:
        raise TooLarge(f"The request has {len(found):,} inputs; the most at once are {most:,}. Send them in parts.")
    return [_input(one, kind, run) for one in found], is_one


def rows_of_table(columns: Any) -> list[dict[str, Any]]:
    """Return rows of a table given by columns, as Hugging Face's clients do.

    Raises:
        DataError: It is no table, or its columns differ in length.
    """
    if not isinstance(columns, Mapping) or not all(isinstance(cells, list) for cells in columns.values()):
        raise DataError(_NEEDS["table"])
    lengths = {len(cells) for cells in columns.values()}
    if len(lengths) > 1:
        raise DataError("The columns of the table differ in length. Give every column one value for each row.")
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _input(given: Any, kind: InputKind, run: ServedRun) -> Any:
    if kind == "text":
        if isinstance(given, Mapping) and run.text_columns:
            return join_texts(str(given.get(name) or "") for name in run.text_columns)
        if isinstance(given, str):
            return given
    elif kind == "table":
        if isinstance(given, Mapping) and not any(isinstance(cell, dict | list) for cell in given.values()):
            return dict(given)
    elif isinstance(given, str):
        return _decoded(given)
    raise DataError(_NEEDS[kind])


def _decoded(text: str) -> bytes:
    """Return the bytes of base64, also in a data URL."""
    try:
        return base64.b64decode(text.partition("base64,")[2] or text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError(_NEEDS["image"]) from error


def top_k_of(asked: Mapping[str, Any], labels: Sequence[str]) -> int:
    """Return how many labels to answer with.

    Raises:
        DataError: It is no number from 1 on.
    """
    parameters = asked.get("parameters")
    given = parameters.get("top_k") if isinstance(parameters, Mapping) else None
    if given is None:
        return len(labels)
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise DataError("'top_k' is how many labels to answer with: a whole number from 1 on.")
    return given
