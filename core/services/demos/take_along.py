"""Which demos can be taken along, and the process that makes one."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import TouchstoneError, UserError
from core.formatting import byte_size
from core.processes.identity import start_apart
from core.services.confidence import run_threshold
from core.services.run_service import Service
from core.specs.demo import DemoInput, DemoWords

MODULE = "core.serving.take_along"
KINDS = ("images", "words", "ngrams", "word-ngrams", "columns")  # of preprocessing that the page does itself
LARGEST = 100_000_000  # bytes of weights that a browser is asked to hold
RUNTIME_BYTES, DOWNLOAD_BYTES = 5_000_000, 33_000_000  # in the page; of the npm package, once
BASE64 = 4 / 3
MAKING_S = 600.0  # the download, the libraries and the export on a busy machine
CACHED = "onnxruntime-web-1.30.0"


@dataclass(frozen=True)
class TakeAlong:
    """Whether a run's demo can be taken along.

    Args:
        reason: Why it cannot, in a sentence; empty where it can.
        size_bytes: Of the page, about.
        download_bytes: That are fetched first; 0 where they are here.
    """

    reason: str
    size_bytes: int = 0
    download_bytes: int = 0

    @property
    def size_in_words(self) -> str:
        """The size, and what must be downloaded before."""
        first = f" Downloads onnxruntime-web once ({byte_size(self.download_bytes)})." if self.download_bytes else ""
        return f"About {byte_size(self.size_bytes)}.{first}"


@dataclass(frozen=True)
class Order:
    """What the process that makes a page is told.

    Args:
        run_folder: Of the run.
        cache: Where the runtime is kept.
        target: The ZIP file to write.
        words: Of the page.
        input: Of the page.
        unsure_below: The confidence below which an answer is not sure; None where it always is sure enough.
    """

    run_folder: str
    cache: str
    target: str
    words: Mapping[str, Any]
    input: Mapping[str, Any]
    unsure_below: float | None = None


def can_take_along(service: Service, run_id: str) -> TakeAlong:
    """Return whether the demo of a run can be taken along, and its size."""
    folder = service.finished_folder(run_id) / "checkpoints" / "best"
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))["content"]
    weights = (folder / "model.safetensors").stat().st_size
    if reason := reason_against(card, weights):
        return TakeAlong(reason)
    is_here = any((service.settings.cache_folder / CACHED).glob("*.wasm.gz"))
    vocabulary = len(json.dumps(card["preprocessor"]))
    size = round(RUNTIME_BYTES + BASE64 * weights + vocabulary)
    return TakeAlong("", size, 0 if is_here else DOWNLOAD_BYTES)


def reason_against(card: Mapping[str, Any], weights_bytes: int) -> str:
    """Return why a model cannot be taken along; empty where it can."""
    kind, state = card["preprocessor"]["kind"], card["preprocessor"]["state"]
    if card["task"] == "text-generation":
        return "It writes text one token after the other; a page to take along answers in one step."
    if kind not in KINDS:
        return "It reads with a pretrained encoder, which is too large for a page and not part of this run's model."
    if weights_bytes > LARGEST:
        return f"Its {byte_size(weights_bytes)} of weights are too much for a page; at most {byte_size(LARGEST)} fit."
    if texts := [column["name"] for column in state.get("texts", ())]:
        return f"Its column '{texts[0]}' is free text, which a page cannot read exactly as the model has learnt to."
    return ""


def make_take_along(service: Service, run_id: str, words: DemoWords, asked: DemoInput) -> bytes:
    """Return the page and its licences as a ZIP file; takes about ten seconds.

    Args:
        service: Knows the run.
        run_id: The run.
        words: Of the page.
        asked: Of the page.

    Raises:
        UserError: It cannot be taken along, or what it needs cannot be downloaded.
        TouchstoneError: It was not made; the log says why.
    """
    if reason := can_take_along(service, run_id).reason:
        raise UserError(f"This run cannot be taken along. {reason}")
    settings = service.settings
    with tempfile.TemporaryDirectory(dir=settings.cache_folder) as place:
        made, order = Path(place) / "demo.zip", Path(place) / "order.json"
        wanted = Order(
            str(service.finished_folder(run_id).resolve()), str(settings.cache_folder.resolve()), str(made.resolve()),
            words.model_dump(), asked.model_dump(mode="json"), run_threshold(service.finished_folder(run_id)),
        )  # fmt: skip
        order.write_text(json.dumps(asdict(wanted)), encoding="utf-8")
        child = start_apart(MODULE, str(order.resolve()), log=settings.logs_folder / "take-along.log", threads=1)
        try:
            code = child.wait(MAKING_S)
        finally:
            child.kill()
        if code:
            problem = Path(f"{made}.problem")
            if problem.is_file():
                raise UserError(problem.read_text(encoding="utf-8"))
            raise TouchstoneError("The page was not made. The log says why: logs/take-along.log in your home.")
        return made.read_bytes()
