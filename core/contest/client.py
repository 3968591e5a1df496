"""Asking a language model: for one of a few labels, or for a text."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from core.contest.codes import NO_LABEL, codes_of, label_schema, read_label
from core.contest.connection import NOT_OPENAI, Connection, NotUnderstood, TooLong, TryAgain
from core.contest.endpoints import Endpoint, EndpointUnusable

Route = Literal["chat", "completions"]
Constraint = Literal["logprobs", "schema", "text"]
PATHS: Mapping[Route, str] = {"chat": "/chat/completions", "completions": "/completions"}
LIKELIEST = 20  # tokens whose log probabilities are asked for
CODE_TOKENS, THINKING_TOKENS = 32, 2_048  # of an answer that is a code; of a model that thinks first
_CHARACTERS_A_TOKEN = 4  # where an endpoint does not count


@dataclass(frozen=True)
class Ability:
    """What an endpoint can do, as it was found out.

    Args:
        route: Which of OpenAI's two ways to ask.
        constraint: How answers are held to the codes: by log probabilities, a JSON schema, or not.
        token_field: How it calls the most tokens of an answer.
        tokens: How many a code takes: more where the model thinks first.
        extras: Whether it takes temperature and seed.
    """

    route: Route = "chat"
    constraint: Constraint = "text"
    token_field: str = "max_tokens"
    tokens: int = CODE_TOKENS
    extras: bool = True


@dataclass(frozen=True)
class LabelAnswer:
    """One answer of a language model.

    Args:
        label: Which of the labels; `NO_LABEL` where it named none, and of a written text.
        text: What it said.
        tokens_in: That it read.
        tokens_out: That it wrote.
        ms: Milliseconds from the request to the answer.
        confidence: Share of the code among all codes, where log probabilities were given.
        counted: Whether the endpoint counted the tokens itself.
        cut: Whether the row was cut, being longer than what the model reads.
        retries: Attempts before this one.
    """

    label: int
    text: str
    tokens_in: int
    tokens_out: int
    ms: float
    confidence: float | None = None
    counted: bool = True
    cut: bool = False
    retries: int = 0

    def to_json(self) -> str:
        """Return the same as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "LabelAnswer":
        """Return what `to_json` wrote."""
        return cls(**json.loads(text))


class EndpointClient:
    """One endpoint with what it can do.

    Args:
        connection: To the endpoint.
        ability: As it was found out.
    """

    def __init__(self, connection: Connection, ability: Ability) -> None:
        self.connection, self.ability = connection, ability

    def label(self, prompt: str, codes: Sequence[str], labels: Sequence[str]) -> LabelAnswer:
        """Ask for one of the labels.

        Args:
            prompt: All that the model reads.
            codes: Of the labels, as the prompt lists them.
            labels: Their names, which count as answers too.

        Raises:
            TryAgain: It may work later.
            TooLong: The model does not read so much.
            NotUnderstood: The endpoint can do less than was found out.
            EndpointUnusable: It will not work.
        """
        by_probability = self.ability.constraint == "logprobs" and all(len(code) == 1 for code in codes)
        body: dict[str, Any] = {self.ability.token_field: 1 if by_probability else self.ability.tokens}
        if by_probability:
            body |= _asks_probabilities(self.ability.route)
        elif self.ability.constraint == "schema":
            body["response_format"] = label_schema(codes)
        answer, choice = self._ask(prompt, body)
        shares = code_shares(choice, codes) if by_probability else []
        if sum(shares) > 0:
            best = max(range(len(codes)), key=shares.__getitem__)
            return replace(answer, label=best, text=codes[best], confidence=shares[best] / sum(shares))
        return replace(answer, label=read_label(answer.text, codes, labels))

    def write(self, prompt: str, most_tokens: int, stop: Sequence[str] = ()) -> LabelAnswer:
        """Let the model write; raises as `label` does."""
        tokens = max(most_tokens, self.ability.tokens) if self.ability.tokens > CODE_TOKENS else most_tokens
        return self._ask(prompt, {self.ability.token_field: tokens} | ({"stop": list(stop)} if stop else {}))[0]

    def _ask(self, prompt: str, more: Mapping[str, Any]) -> tuple[LabelAnswer, dict[str, Any]]:
        route, began = self.ability.route, time.monotonic()
        given = {"messages": [{"role": "user", "content": prompt}]} if route == "chat" else {"prompt": prompt}
        extras = {"temperature": 0, "seed": 0} if self.ability.extras else {}
        body = {"model": self.connection.endpoint.model} | given | extras | dict(more)
        found = self.connection.post(PATHS[route], body)
        ms = 1000 * (time.monotonic() - began)
        choice, text = first_choice(found, route)
        usage = found.get("usage") if isinstance(found.get("usage"), dict) else {}
        read, written = (_whole(usage, key) for key in ("prompt_tokens", "completion_tokens"))
        counted = read is not None and written is not None
        if not counted:
            read, written = (math.ceil(len(one) / _CHARACTERS_A_TOKEN) for one in (prompt, text))
        return LabelAnswer(NO_LABEL, text, read or 0, written or 0, ms, counted=counted), choice


def code_shares(choice: Mapping[str, Any], codes: Sequence[str]) -> list[float]:
    """Return each code's probability as the first token; empty if none is known."""
    said = choice.get("logprobs")
    first: list[tuple[str, float]] = []
    try:
        if isinstance(said, dict) and said.get("content"):
            first = [(one["token"], float(one["logprob"])) for one in said["content"][0]["top_logprobs"]]
        elif isinstance(said, dict) and said.get("top_logprobs"):
            first = [(token, float(logprob)) for token, logprob in said["top_logprobs"][0].items()]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return []
    by_code = {code.casefold(): place for place, code in enumerate(codes)}
    shares = [0.0] * len(codes)
    for token, logprob in first:
        place = by_code.get(str(token).strip("\u2581\u0120 \n").casefold())
        if place is not None:
            shares[place] += math.exp(min(logprob, 0.0))
    return shares if sum(shares) > 0 else []


def ask(endpoint: Endpoint, prompt: str, labels: Sequence[str], ability: Ability | None = None) -> LabelAnswer:
    """Ask a language model once, without a second attempt.

    Args:
        endpoint: Whom.
        prompt: All that it reads, with the codes of `codes_of(labels)`; see `core.contest.prompts`.
        labels: Among which it chooses.
        ability: As `core.contest.ability.find_ability` found it; plain text if not given.

    Raises:
        EndpointUnusable: There was no answer, and why.
    """
    connection = Connection(endpoint)
    try:
        return EndpointClient(connection, ability or Ability()).label(prompt, codes_of(labels), labels)
    except TryAgain as error:
        raise EndpointUnusable(f"{endpoint.host} {error.why}. Try it again in a moment.") from None
    except TooLong:
        raise EndpointUnusable(f"This is longer than what '{endpoint.model}' reads. Try a shorter text.") from None
    except NotUnderstood as error:
        raise EndpointUnusable(f"{error}. Look at it with: touchstone llm test {endpoint.name}") from None
    finally:
        connection.close()


def _asks_probabilities(route: Route) -> dict[str, Any]:
    return {"logprobs": True, "top_logprobs": LIKELIEST} if route == "chat" else {"logprobs": LIKELIEST}


def first_choice(found: Mapping[str, Any], route: Route) -> tuple[dict[str, Any], str]:
    """Return the first answer, and its text.

    Raises:
        TryAgain: There is none: it is not OpenAI's format.
    """
    try:
        choice = found["choices"][0]
        text = choice["message"].get("content") if route == "chat" else choice["text"]
        return dict(choice), "" if text is None else str(text)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError):
        raise TryAgain(NOT_OPENAI) from None


def _whole(usage: Any, key: str) -> int | None:
    value = usage.get(key) if isinstance(usage, dict) else None
    return int(value) if isinstance(value, int | float) and value >= 0 else None
