"""The page to take along, with everything in it, and the licences beside it."""

import base64
import gzip
import io
import math
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.data.images.model_input import DARK, DRAWN, INK
from core.evaluation.unsure import NOT_SURE, in_words
from core.serving.demo.render import OFFLINE, filled, json_in_html, page_data
from core.serving.predictor import Predictor
from core.serving.take_along.character_sets import character_sets
from core.serving.take_along.onnx_model import DTYPES, onnx_model
from core.serving.take_along.runtime import SCRIPT, VERSION, WASM
from core.specs.demo import Demo, DemoInput, DemoWords

_PAGE, _DEMO_PAGE = Path(__file__).parent / "page", Path(__file__).parents[1] / "demo" / "page"
_SCRIPTS = (*(_PAGE / name for name in ("offline.js", "texts.js", "images.js", "tables.js")), _DEMO_PAGE / "page.js")
# Only what stands in the page runs, and nothing can be asked of anybody.
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' "
    "'wasm-unsafe-eval' blob:; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'none'; base-uri 'none'; "
    "form-action 'none'\">"
)
_README = """{title}

Open index.html in a current browser (Chrome, Edge, Firefox or Safari); a double click does it.
It works without a network and without installing anything: the model runs in the page,
and nothing that you try leaves your device. It holds none of the training data,
and so cannot tell when something is unlike what the model was trained on.

{limits}

Inside: the model in ONNX, made with Touchstone, and onnxruntime-web {version}
(Microsoft, MIT: see LICENSE-onnxruntime-web.txt), which runs it.
"""


def take_along_zip(
    predictor: Predictor,
    words: DemoWords,
    asked: DemoInput,
    runtime: dict[str, bytes],
    unsure_below: float | None = None,
) -> bytes:
    """Return the page, a note and the licence as a ZIP file.

    Args:
        predictor: The model.
        words: Of the page.
        asked: What it asks for.
        runtime: From `runtime_files`.
        unsure_below: The confidence below which an answer is not sure; None where it always is sure enough.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("demo/index.html", page(predictor, words, asked, runtime, unsure_below))
        read_me = _README.format(title=words.title, limits=words.limits, version=VERSION)
        archive.writestr("demo/README.txt", read_me)
        archive.write(Path(__file__).parent / "LICENSE-onnxruntime-web.txt", "demo/LICENSE-onnxruntime-web.txt")
    return content.getvalue()


def page(
    predictor: Predictor, words: DemoWords, asked: DemoInput, runtime: dict[str, bytes], unsure_below: float | None
) -> str:
    """Return the page as one HTML document."""
    now = datetime.now(UTC)
    demo = Demo(id="offline", run="", token="", words=words, input=asked, created_at=now, expires_at=now)
    row = _prepared_example(predictor)
    model = gzip.compress(onnx_model(predictor, row), 9, mtime=0)
    held = {"onnxruntime": runtime[SCRIPT], "onnxruntime-wasm": runtime[WASM], "onnx-model": model}
    parts = [
        f'<script type="text/plain" id="{name}">{base64.b64encode(part).decode()}</script>'
        for name, part in held.items()
    ]
    kept = _kept(predictor, row) | {"unsure": _unsure(unsure_below)}
    parts.append(f'<script type="application/json" id="kept-model">{json_in_html(kept)}</script>')
    script = "\n".join(file.read_text(encoding="utf-8") for file in _SCRIPTS)
    parts.append(f"<script>{script}</script>")
    return filled(demo, page_data(demo, OFFLINE, offline=True), "\n".join(parts), policy=_POLICY)


def _kept(predictor: Predictor, row: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> dict[str, Any]:
    """Return what the page's script must know of the model."""
    info, card, state = predictor.info, predictor.card, predictor.card.preprocessor
    is_text = predictor.task.input_kind == "text"
    channels, height, width = info.input_shape if len(info.input_shape) == 3 else (0, 0, 0)
    is_dark = bool(info.channel_mean) and info.channel_mean[0] < DARK
    return {
        "preprocessor": state["kind"], "state": _finite(state["state"]), "labels": list(info.labels),
        "dtype": DTYPES[row.dtype], "shape": list(row.shape), "ground": info.ground,
        "low": _number(info.target_low), "high": _number(info.target_high), "task": card.task,
        "is_drawing": channels == 1 and max(height, width) <= DRAWN and is_dark,
        "drawing": {"dark": DARK, "ink": INK}, "characters": character_sets() if is_text else {},
    }  # fmt: skip


def _unsure(below: float | None) -> dict[str, Any] | None:
    return None if below is None else {"below": below, "said": f"{NOT_SURE} {in_words(below)}"}


def _prepared_example(predictor: Predictor) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
    """Return an example as the network gets it, (1, ...)."""
    kind = predictor.task.input_kind
    if kind == "text":
        return predictor.preprocessor.transform(("a text",))
    if kind == "image":
        channels, height, width = predictor.info.input_shape
        return predictor.preprocessor.transform(np.zeros((1, height, width, channels), np.uint8))
    return np.zeros((1, predictor.info.input_shape[0]), np.float32)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
