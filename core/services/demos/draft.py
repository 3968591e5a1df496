"""What a demo page says before its owner edits it: words, form and examples."""

import base64
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from core.data.pii import find_personal_data
from core.errors import TouchstoneError
from core.evaluation.meaning import meaning
from core.runs import Run
from core.services.run_service import Service
from core.services.verdict import judged_run
from core.specs import Examples
from core.specs.demo import (
    EXAMPLES,
    LONGEST_TITLE,
    LONGEST_WORDS,
    DemoExample,
    DemoField,
    DemoInput,
    DemoWords,
    FieldKind,
)

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = 200  # test examples among which some are chosen
SHORTEST_TEXT, LONGEST_EXAMPLE = 20, 300  # characters of a text that is offered as an example
LONGEST_NAME = 90  # characters on a button
CELLS = 3  # of a row on a button
FEW_LABELS = 4  # that are named on the page
MOST_OPTIONS = 60  # words of a column, as a list to choose from
CAUTION = "It knows nothing but its training data, so check what matters."


def draft(service: Service, run: Run) -> tuple[DemoWords, DemoInput]:
    """Return words and input of a page for a run that has a model.

    Raises:
        RunNotReady: It has none.
    """
    card = json.loads((service.finished_folder(run.id) / "checkpoints" / "best" / "card.json").read_text("utf-8"))
    task, judged = service.tasks()[run.task], judged_run(service, run)
    noun = (judged.noun if judged else "") or task.noun
    asked = DemoInput(
        kind=task.input_kind, answer=task.output_kind, target=judged.column if judged else "",
        unit=judged.unit if judged else "", noun=noun, fields=fields_of(card["content"]["preprocessor"]["state"]),
    )  # fmt: skip
    asked = asked.model_copy(update={"examples": tuple(examples_of(service, run, asked))})
    words = DemoWords(
        title=_title(service, run), intro=_intro(asked, card["content"]["labels"]), limits=_limits(service, run)
    )
    return words, asked


def _title(service: Service, run: Run) -> str:
    datasets = service.datasets()
    title = datasets[run.config.dataset].title if run.config.dataset in datasets else run.config.dataset
    return title[:LONGEST_TITLE].strip() or run.id


def _intro(asked: DemoInput, labels: Sequence[str]) -> str:
    if asked.answer == "text":
        return "Write how a text begins, and the model goes on."
    what = {"text": f"Write a {asked.noun}", "image": "Choose an image", "table": "Fill in what you know"}[asked.kind]
    gives = f"estimates {asked.target or 'a number'}" if asked.answer == "number" else "says what it is"
    named = f": {', '.join(labels[:-1])} or {labels[-1]}" if 1 < len(labels) <= FEW_LABELS else ""
    return f"{what}, and the model {gives}{named}."[:LONGEST_WORDS]


def _limits(service: Service, run: Run) -> str:
    """Return how good it is, in a sentence, without the owner's target."""
    judged = judged_run(service, run)
    said = meaning(replace(judged, target=None)) if judged is not None else ""
    return f"{said} {CAUTION}".strip()[:LONGEST_WORDS]


def fields_of(state: Mapping[str, Any]) -> tuple[DemoField, ...]:
    """Return the columns of a table that a model reads, if any."""
    if "numbers" not in state:
        return ()
    numbers = [
        DemoField(name=one["name"], kind="number", low=_known(one.get("known_low")), high=_known(one.get("known_high")))
        for one in state["numbers"]
    ]
    words = [_words(one["name"], [*one["words"], *one.get("rare", ())]) for one in state["words"]]
    dates = [DemoField(name=one["name"], kind="time" if one["is_clock"] else "date") for one in state.get("dates", ())]
    texts = [DemoField(name=one["name"], kind="words") for one in state.get("texts", ())]
    return (*numbers, *words, *dates, *texts)


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) or abs(value) >= 1e30 else float(value)


def _words(name: str, words: Sequence[str]) -> DemoField:
    kind: FieldKind = "choice" if 0 < len(words) <= MOST_OPTIONS else "words"
    return DemoField(name=name, kind=kind, options=tuple(words) if kind == "choice" else ())


# --- examples ---


def examples_of(service: Service, run: Run, asked: DemoInput) -> list[DemoExample]:
    """Return three examples of the test split; none where the data is gone.

    They are of different labels and not chosen by how well the model does on them; none with personal data in it.
    """
    data, name, version = service.dataset_service, run.config.dataset, run.dataset_fingerprint
    if asked.answer == "text":
        return _beginnings(service, run)
    try:
        count = data.preview(name, version).version.split_sizes.get("test", 0)
        places = np.random.default_rng(0).permutation(count)[:LOOKED_AT]
        found = data.test_examples(name, version, [int(place) for place in places])
    except TouchstoneError:  # the data is gone; the page does without examples
        return []
    chosen: list[DemoExample] = []
    for place in _of_different_labels(found):
        example = _example(found, place, asked)
        if example is not None and len(chosen) < EXAMPLES:
            chosen.append(example)
    return chosen


def _of_different_labels(found: Examples) -> list[int]:
    """Return the places of examples: the first of each label, then the others."""
    if not found.labels:
        return list(range(len(found)))
    firsts: dict[int, int] = {}
    for place, target in enumerate(found.targets.tolist()):
        firsts.setdefault(int(target), place)
    return [*firsts.values(), *(place for place in range(len(found)) if place not in firsts.values())]


def _example(found: Examples, place: int, asked: DemoInput) -> DemoExample | None:
    if isinstance(found.inputs, tuple):
        text = found.inputs[place].strip()
        fits = SHORTEST_TEXT <= len(text) <= LONGEST_EXAMPLE and not find_personal_data(text)
        return DemoExample(name=text[:LONGEST_NAME], text=text) if fits else None
    if isinstance(found.inputs, np.ndarray):
        return DemoExample(name="Example", image=_image(found.inputs[place]))
    row = form_row(found.inputs, place, asked)
    cells = [
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items() if value
    ]
    if find_personal_data(" | ".join(cells)):
        return None
    return DemoExample(name=", ".join(cells[:CELLS])[:LONGEST_NAME], row=row)


def _image(pixels: Any) -> str:
    from PIL import Image

    array, content = np.asarray(pixels, dtype=np.uint8), io.BytesIO()
    Image.fromarray(array[:, :, 0] if array.shape[-1] == 1 else array).save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def form_row(table: "pd.DataFrame", place: int, asked: DemoInput) -> dict[str, Any]:
    """Return a row as a form holds it: numbers, words, ISO dates, None."""
    import pandas as pd

    row: dict[str, Any] = {}
    for one in asked.fields:
        value = table[one.name].iloc[place] if one.name in table.columns else None
        if value is None or pd.isna(value):
            row[one.name] = None
        elif one.kind == "number":
            row[one.name] = float(value)
        elif one.kind in ("date", "time"):
            moment = cast(Any, value if one.kind == "date" else pd.Timestamp(0) + value)
            row[one.name] = f"{moment:%Y-%m-%d}" if one.kind == "date" else f"{moment:%H:%M}"
        else:
            row[one.name] = str(value)
    return row


def _beginnings(service: Service, run: Run) -> list[DemoExample]:
    """Return how three passages begin."""
    try:
        lines = service.dataset_service.writing_sample(run.config.dataset, run.dataset_fingerprint).splitlines()
    except TouchstoneError:
        return []
    texts = [line.strip() for line in lines if SHORTEST_TEXT <= len(line.strip()) <= LONGEST_EXAMPLE]
    step = max(len(texts) // EXAMPLES, 1)
    chosen = [" ".join(text.split()[:6]) for text in texts[::step][:EXAMPLES] if not find_personal_data(text)]
    return [DemoExample(name=text, text=text) for text in dict.fromkeys(chosen)]
