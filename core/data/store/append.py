"""Examples that a person adds to a data set: to the training split alone."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from core.data.images.decoding import BadImage, decode
from core.data.images.ingest import describe
from core.data.rows import FEATURE, PackWriter
from core.data.store.load_examples import SPLIT_NUMBERS
from core.data.store.relabel import LONGEST_LABEL
from core.data.store.version import Version
from core.data.task_kinds import IMAGES, LABELLED_TEXTS, TABLES
from core.errors import DataError, UserError

NEEDS_LABEL = "Say what it is first: type the right label beside each try that shall become an example."
Example = Mapping[str, Any]


def checked_examples(version: Version, examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Return examples that fit a version.

    Args:
        version: Of the data set.
        examples: Each has its `answer`, and `text`, `row` or the `file` of an image.

    Raises:
        UserError: The answer of one is missing or cannot be one, or the task takes none.
    """
    info = version.manifest.info
    if not (LABELLED_TEXTS.fits(info.task) or TABLES.fits(info.task) or IMAGES.fits(info.task)):
        raise UserError("A text to write like becomes longer by importing more of it, not by single tries.")
    for one in examples:
        answer = str(one.get("answer", "")).strip()
        if not answer:
            raise UserError(NEEDS_LABEL)
        if info.labels and len(answer) > LONGEST_LABEL:
            raise UserError(f"A label needs 1 to {LONGEST_LABEL} characters; this has {len(answer)}.")
        if not info.labels:
            _number(answer)
    return [{**one, "answer": str(one["answer"]).strip()} for one in examples]


def addition(examples: Sequence[Example]) -> str:
    """Return what is added, in words."""
    count = len(examples)
    what = "example that was" if count == 1 else "examples that were"
    return f"Added {count:,} {what} tried, to training"


def appended(version: Version, examples: Sequence[Example]) -> pa.Table:
    """Return the rows of a version with further training rows.

    One that is a copy of an example of another split is set aside, as every such row is.

    Raises:
        DataError: An image cannot be read, or a row has a number that is none.
    """
    old = version.rows
    schema = old.schema
    pack = f"tried-{uuid4().hex[:12]}.pack"
    made = [_row(version, one) for one in examples]
    contents = [row.pop("content", b"") for row in made]
    if any(contents):
        writer = PackWriter(version.packs / pack)
        for row, content in zip(made, contents, strict=True):
            row |= {"pack": pack, "offset": writer.add(content), "size_bytes": len(content)}
        writer.close()
    usual = {"given": "", "source": 0, "unused": 0, "cluster": 0, "split": SPLIT_NUMBERS["train"]}
    columns = [pa.array([{**usual, **row}.get(field.name) for row in made], field.type) for field in schema]
    return pa.concat_tables([old, pa.table(columns, schema=schema)])


def _row(version: Version, one: Example) -> dict[str, Any]:
    info = version.manifest.info
    answer = {"label": one["answer"]} if info.labels else {"target": _number(one["answer"])}
    if one.get("file"):
        return answer | _image(Path(one["file"]), version)
    if "text" in one:
        return answer | {"text": one["text"]}
    fields = {field.name: field.type for field in version.rows.schema}
    given = {FEATURE + name: value for name, value in one["row"].items()}
    return answer | {name: _cell(given.get(name), kind) for name, kind in fields.items() if name.startswith(FEATURE)}


def _cell(value: Any, kind: pa.DataType) -> Any:
    if pa.types.is_floating(kind):
        return float("nan") if value in (None, "") else _number(value)
    if value in (None, ""):
        return None
    if pa.types.is_temporal(kind):
        return pa.scalar(str(value)).cast(kind).as_py()
    return str(value)


def _number(text: Any) -> float:
    try:
        return float(str(text).replace(",", "."))
    except ValueError:
        raise DataError(f"'{str(text)[:40]}' is not a number. Write one such as 12.5.") from None


def _image(file: Path, version: Version) -> dict[str, Any]:
    content = file.read_bytes()
    ground = int(version.manifest.facts.get("ground", 255) or 255)
    try:
        image = decode(content, ground=ground)
    except BadImage as error:
        raise DataError("One of the images cannot be read any more. Take it away, then try again.") from error
    written = io.BytesIO()
    image.save(written, "PNG")
    found = describe(image, written.getvalue())
    return {
        "name": f"tried/{file.name}.png", "content": found.content, "width": found.width, "height": found.height,
        "channels": found.channels, "pixels": found.pixels, "looks": found.looks,
    }  # fmt: skip
