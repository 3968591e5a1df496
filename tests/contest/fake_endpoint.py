"""An OpenAI-compatible endpoint of our own: known accuracy, latency, faults; counts what it is asked."""

import hashlib
import json
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LABEL_LINE = re.compile(r"^(\w+) = (.+)$", re.MULTILINE)
PROMPT_TOKENS, ANSWER_TOKENS = 120, 3


def chance(seed: int, text: str) -> float:
    """Return a number from 0 to 1 that hangs on seed and text alone."""
    return int(hashlib.sha256(f"{seed} {text}".encode()).hexdigest()[:12], 16) / 16**12


@dataclass
class Behaviour:
    """What the endpoint does. The right label of a row is known, or it is the word after "truth:" in it."""

    accuracy: float = 0.8
    no_label: float = 0.0  # share of answers that name no label
    latency_s: float = 0.0
    can: tuple[str, ...] = ("logprobs", "schema")
    route: str = "/v1/chat/completions"
    model: str = "fake"
    key: str = ""
    busy_every: int = 0  # each such request is answered 429
    cut_every: int = 0  # each such request is cut in the middle
    dies_after: int = 0  # requests; then only 503
    garbage: bool = False
    truths: dict[str, str] = field(default_factory=dict)  # the right labels of rows
    longest: int = 0  # characters of a prompt; 0 is any
    seed: int = 0
    streams: tuple[str, ...] = ()  # words that are written where a stream is asked for
    pause_s: float = 0.0  # between them
    written: int = 0  # of them, so far
    rows: Counter[str] = field(default_factory=Counter)  # how often each row was answered
    requests: int = 0
    lock: Any = field(default_factory=threading.Lock)

    def answer(self, prompt: str) -> tuple[str, list[str]]:
        """Return the code that is said, or something else, and all codes."""
        labels = {name: code for code, name in LABEL_LINE.findall(prompt)}
        row = prompt.rpartition("\n\nAnswer with")[0].rpartition("\n\n")[2].partition(": ")[2]
        with self.lock:
            self.rows[row] += 1
        truth = re.search(r"truth:(\S+)", row)
        drawn, codes = chance(self.seed, row), list(labels.values())
        if drawn < self.no_label:
            return "I would rather not say.", codes
        label = truth[1] if truth else self.truths.get(row, "")
        right = labels.get(label, codes[0] if codes else "x")
        if drawn < self.no_label + self.accuracy:
            return right, codes
        return next((code for code in codes if code != right), right), codes


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        behaviour: Behaviour = self.server.behaviour  # type: ignore[attr-defined]
        self._send(200, {"object": "list", "data": [{"id": behaviour.model}]})

    def do_POST(self) -> None:
        behaviour: Behaviour = self.server.behaviour  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with behaviour.lock:
            behaviour.requests += 1
            number = behaviour.requests
        if problem := self._problem(behaviour, body, number):
            self._send(*problem)
            return
        if behaviour.garbage:
            self._raw(200, b"\x00\xff<html>not what you think" * 20)
            return
        if behaviour.cut_every and number % behaviour.cut_every == 0:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices": [{"mess')
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
            return
        time.sleep(behaviour.latency_s)
        if body.get("stream") and behaviour.streams:
            self._stream(behaviour, body)
            return
        self._send(200, self._completion(behaviour, body))

    def _stream(self, behaviour: Behaviour, body: dict[str, Any]) -> None:
        """Write word by word, until whoever asked has left."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        said = {"token": "", "logprob": math.log(0.6)}
        for number, word in enumerate(behaviour.streams):
            token = said | {"token": word, "top_logprobs": [said | {"token": word}, said | {"token": " other"}]}
            choice = {"index": 0, "delta": {"content": word}, "logprobs": {"content": [token]}}
            choice |= {"finish_reason": "stop" if number + 1 == len(behaviour.streams) else None}
            event = json.dumps({"choices": [choice]})
            try:
                self.wfile.write(f"data: {event}\n\n".encode())
                self.wfile.flush()
            except OSError:
                return
            behaviour.written += 1
            time.sleep(behaviour.pause_s)
        usage = {"choices": [], "usage": {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": len(behaviour.streams)}}
        self.wfile.write(f"data: {json.dumps(usage)}\n\ndata: [DONE]\n\n".encode())

    def _problem(self, behaviour: Behaviour, body: dict[str, Any], number: int) -> tuple[int, Any] | None:
        prompt = prompt_of(body)
        if self.path != behaviour.route:
            return 404, {"detail": "Not Found"}
        if behaviour.key and self.headers.get("Authorization") != f"Bearer {behaviour.key}":
            return 401, {"error": {"message": f"Incorrect API key: {self.headers.get('Authorization')}"}}
        if body["model"] != behaviour.model:
            return 404, {
                "error": {"message": f"The model `{body['model']}` does not exist.", "code": "model_not_found"}
            }
        if behaviour.dies_after and number > behaviour.dies_after:
            return 503, {"error": {"message": "out of order"}}
        if behaviour.busy_every and number % behaviour.busy_every == 0:
            return 429, {"error": {"message": "too many requests"}}
        if behaviour.longest and len(prompt) > behaviour.longest:
            message = f"This model's maximum context length is {behaviour.longest}."
            return 400, {"error": {"message": message, "code": "context_length_exceeded"}}
        if ("logprobs" in body and "logprobs" not in behaviour.can) or (
            "response_format" in body and "schema" not in behaviour.can
        ):
            return 400, {"error": {"message": "unsupported parameter"}}
        return None

    def _completion(self, behaviour: Behaviour, body: dict[str, Any]) -> dict[str, Any]:
        said, codes = behaviour.answer(prompt_of(body))
        usage = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": ANSWER_TOKENS}
        probabilities: Any = None
        if "logprobs" in body:
            others = [code for code in codes if code != said]
            likeliest = {said: math.log(0.7)} | {code: math.log(0.3 / len(others)) for code in others}
            likeliest = likeliest if said in codes else {said[:1]: -0.1}
            if behaviour.route.endswith("/chat/completions"):
                top = [{"token": token, "logprob": value} for token, value in likeliest.items()]
                probabilities = {"content": [{"token": said, "logprob": -0.1, "top_logprobs": top}]}
            else:
                probabilities = {"top_logprobs": [dict[str, Any](likeliest)]}
        text = json.dumps({"label": said}) if "response_format" in body else said
        choice = {"message": {"role": "assistant", "content": text}, "text": text, "logprobs": probabilities}
        return {"choices": [{"index": 0, "finish_reason": "stop", **choice}], "usage": usage}

    def _send(self, status: int, document: Any) -> None:
        self._raw(status, json.dumps(document).encode())

    def _raw(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def prompt_of(body: dict[str, Any]) -> str:
    return str(body["prompt"]) if "prompt" in body else str(body["messages"][-1]["content"])


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that were killed."""


@contextmanager
def fake_endpoint(host: str = "127.0.0.1", /, **wanted: Any) -> Iterator[tuple[str, Behaviour]]:
    """Serve an endpoint on a free port of this machine; yield its address and what it does."""
    server = _Server((host, 0), _Handler)
    behaviour = server.behaviour = Behaviour(**wanted)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}/v1", behaviour
    finally:
        server.shutdown()
        server.server_close()
