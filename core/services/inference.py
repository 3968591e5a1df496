"""Answers of trained models for pages, routes and commands; never imports torch.

A process of its own computes them (`core.serving.server`), started when somebody asks first.
"""

import base64
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from core.data.inspection_client import model_image
from core.errors import CheckpointUnusable, DataError, InferenceDied, RunNotReady, TouchstoneError, UserError
from core.services.inference_process import RunningServer, ServerProcess, own_identity
from core.settings import Settings
from core.specs.contender import Contender

TIMEOUT_S = 130.0  # the server gives up after 120
STARTED_AGAIN = "The process that answers had ended and was started again; this is its answer to the same question."
_JSON = "application/json"
_ERRORS: dict[int, type[TouchstoneError]] = {
    400: UserError, 404: UserError, 409: RunNotReady, 410: CheckpointUnusable, 413: UserError, 422: DataError,
}  # fmt: skip
Input = str | bytes | Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What one contender says about one input.

    Args:
        label: The likeliest label; empty of a model that answers with numbers.
        score: How sure it is, 0 to 1.
        scores: By label, the likeliest first; at most `top_k` of them.
        value: The number; None of a model that names labels.
        remarks: Sentences: what of the input it does not know or has not read.
    """

    label: str = ""
    score: float = 0.0
    scores: Mapping[str, float] = field(default_factory=dict)
    value: float | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """What one contender says about some inputs, in their order.

    Args:
        contender: Who was asked.
        answers: One for each input.
        ms: Milliseconds that computing them all took, without the way there and back.
        note: What to know of how it came about: that the server had to be started again; else empty.
        cost: What was paid for them, in `currency`; None where nobody knows.
        currency: Such as "USD".
    """

    contender: str
    answers: tuple[Answer, ...]
    ms: float
    note: str = ""
    cost: float | None = None
    currency: str = ""


@dataclass(frozen=True)
class WritingSettings:
    """How text is written; the seed makes it repeatable.

    Args:
        max_tokens: When to end at the latest.
        temperature: Below 1 safer, above 1 bolder; 0 always takes the likeliest token.
        top_k: Draw from so many of the likeliest tokens only; 0 is all.
        top_p: Draw from the likeliest tokens that together have this probability; 1 is all.
        seed: The same seed writes the same text.
        stop: Texts before which to end.
        alternatives: How many of the likeliest tokens to tell with each.
    """

    max_tokens: int = 200
    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    alternatives: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return what the server reads."""
        return {**vars(self), "stop": list(self.stop)}


class InferenceClient:
    """Asks the inference server, and starts it where none runs.

    Args:
        settings: Where the home is.
    """

    def __init__(self, settings: Settings) -> None:
        self._runs_folder, self.server = settings.runs_folder, ServerProcess(settings)

    def predict(self, contender: str, inputs: Sequence[Input], top_k: int = 0) -> Answers:
        """Return the answer to each input.

        Args:
            contender: As `core.specs.contender.Contender.parse` reads it.
            inputs: Texts, the bytes of image files, or rows as dictionaries by column.
            top_k: Labels in each answer's scores; 0 is all.

        Raises:
            UserError: There is nobody of this name, or it does something else.
            DataError: An input is not what the model reads.
            InferenceUnavailable: The server does not start.
        """
        if any(isinstance(one, bytes) for one in inputs) and self.server.running() is None:
            self.warm([contender])  # it starts while the images are decoded
        asked: dict[str, Any] = {"inputs": self.prepared(contender, inputs)}
        if top_k:
            asked["parameters"] = {"top_k": top_k}
        said, note = self._ask(f"{_path(contender)}/answers", asked)
        answers = tuple(Answer(**{**one, "remarks": tuple(one["remarks"])}) for one in said["answers"])
        return Answers(contender, answers, float(said["ms"]), note)

    def prepared(self, contender: str, inputs: Sequence[Input]) -> list[Any]:
        """Return inputs as JSON; images are decoded in an inspector's process.

        Raises:
            DataError: An image is none, or what decoding it may take is exceeded.
            RunNotReady: The run has no model yet.
        """
        return [self._image(contender, one) if isinstance(one, bytes) else one for one in inputs]

    def _image(self, contender: str, content: bytes) -> str:
        who = Contender.parse(contender)
        folder = self._runs_folder / who.run
        card = folder / "baselines" / who.baseline if who.baseline else folder / "checkpoints" / "best"
        return base64.b64encode(model_image(content, _info(card / "card.json"))).decode()

    def stream(self, contender: str, prompt: str, settings: WritingSettings | None = None) -> Iterator[str]:
        """Yield what a model writes after a prompt, piece by piece.

        Raises:
            UserError: There is nobody of this name, or it writes no text.
        """
        return (piece["text"] for piece in self.pieces(contender, prompt, settings) if piece.get("text"))

    def pieces(self, contender: str, prompt: str, settings: WritingSettings | None = None) -> Iterator[dict[str, Any]]:
        """Yield what `POST /models/NAME/write` says, line by line.

        A line has `text`, `tokens` with their likeliest alternatives, `ms` since the beginning and, at the end, a
        `reason`; some have a `note`, which is a sentence. Where the server dies it is started again, says so in a
        note, and goes on where it was: the same seed writes the same text.
        """
        wanted = (settings or WritingSettings()).to_json()
        given, server = 0, self.server.ensure()
        for attempt in range(2):
            skip, seen = given, 0
            try:
                for line in self._lines(server, f"{_path(contender)}/write", {"prompt": prompt, **wanted}):
                    seen += 1
                    if seen <= skip:
                        continue
                    given += 1
                    yield line
                    if line.get("reason"):
                        return
            except (OSError, HTTPException) as error:
                server = self._started_again(server, error, attempt)
                yield {"note": STARTED_AGAIN}
        raise InferenceDied

    def post(self, path: str, document: Any = None, content: bytes = b"", content_type: str = _JSON) -> Any:
        """Return a route's JSON; a server that died is started again once.

        Args:
            path: Such as `/models/ab12cd34/explain`; contenders within it are quoted by `path_of`.
            document: To send as JSON.
            content: Or the bytes to send.
            content_type: Of these.

        Raises:
            TouchstoneError: The sentence that the server answered.
        """
        return self._ask(path, document, content, content_type)[0]

    def warm(self, contenders: Sequence[str] = ()) -> None:
        """Start the server and load models in the background."""
        threading.Thread(target=self._warm, args=(tuple(contenders),), daemon=True).start()

    def _warm(self, contenders: Sequence[str]) -> None:
        with suppress(TouchstoneError, OSError):  # who asks in earnest is told
            self.server.ensure()
            for contender in contenders:
                if not Contender.parse(contender).language_model:
                    self._ask(f"{_path(contender)}/load", {})

    def _ask(self, path: str, document: Any = None, content: bytes = b"", content_type: str = _JSON) -> tuple[Any, str]:
        """Return a route's JSON, and a note if the server was restarted."""
        body = json.dumps(document).encode() if document is not None else content
        server = self.server.ensure()
        for attempt in range(2):
            try:
                with closing(self._connection(server)) as connection:
                    found = self._send(connection, server, path, body, content_type)
                    return json.loads(found.read()), STARTED_AGAIN if attempt else ""
            except (OSError, HTTPException) as error:
                server = self._started_again(server, error, attempt)
        raise InferenceDied

    def _lines(self, server: RunningServer, path: str, document: Any) -> Iterator[dict[str, Any]]:
        with closing(self._connection(server)) as connection:
            found = self._send(connection, server, path, json.dumps(document).encode(), _JSON)
            while line := found.readline():
                yield json.loads(line)
            raise HTTPException("The stream ended without a reason.")

    def _connection(self, server: RunningServer) -> HTTPConnection:
        place = urlsplit(server.url)
        return HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT_S)

    def _send(
        self, connection: HTTPConnection, server: RunningServer, path: str, body: bytes, content_type: str
    ) -> HTTPResponse:
        """Return the answer to a request.

        Raises:
            TouchstoneError: The server refused it.
        """
        headers = {
            "Authorization": f"Bearer {server.token}",
            "Content-Type": content_type,
            "X-Touchstone-Client": own_identity(),
        }
        connection.request("POST", path, body, headers)
        found = connection.getresponse()
        if found.status != 200:
            raise _ERRORS.get(found.status, TouchstoneError)(_sentence(found.read()))
        return found

    def _started_again(self, server: RunningServer, error: Exception, attempt: int) -> RunningServer:
        """Return a new server for one that has died.

        Raises:
            InferenceDied: It is the second time.
            TouchstoneError: It lives, and did not answer in time.
        """
        if isinstance(error, TimeoutError) or not self.server.has_ended(server):
            raise TouchstoneError(
                "The process that answers with models did not answer in time. Ask again, or with a smaller input."
            ) from error
        if attempt:
            raise InferenceDied from error
        return self.server.ensure()


def path_of(contender: str) -> str:
    """Return the path under which the server knows a contender."""
    return _path(contender)


def _path(contender: str) -> str:
    return f"/models/{quote(contender, safe='')}"


def _sentence(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return "The process that answers with models said something that nobody understands. Ask again."


def _info(card: Path) -> dict[str, Any]:
    """Return what a model's card says of its inputs.

    Raises:
        RunNotReady: There is none.
        DataError: The model looks at no images.
    """
    try:
        said = json.loads(card.read_text(encoding="utf-8"))
        info = said["content"]["info"] if "content" in said else said  # a baseline's says it outright
        shape = [int(size) for size in info.get("image_shape") or info["input_shape"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunNotReady("This run has no model to ask, or its files are gone. Choose another run.") from error
    if len(shape) != 3:
        raise DataError("This model does not look at images.")
    return {"shape": shape, "ground": int(info.get("ground", 255)), "mean": list(info.get("channel_mean", ()))}
