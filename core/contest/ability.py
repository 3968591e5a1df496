"""Finding out what an endpoint can do, without sending anybody's rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from core.contest.client import CODE_TOKENS, THINKING_TOKENS, Ability, Constraint, EndpointClient, LabelAnswer, Route
from core.contest.codes import NO_LABEL
from core.contest.connection import Connection, NotUnderstood, TooLong, TryAgain
from core.contest.endpoints import Endpoint, EndpointUnusable
from core.contest.patience import Patience, patiently

CODES, LABELS = ("A", "B"), ("positive", "negative")
QUESTION = (
    "Which label fits the text?\n\nLabels:\nA = positive\nB = negative\n\nText: {text}\n\n"
    "Answer with the code of the label alone.\nAnswer:"
)
TEXTS = ("What a lovely day!", "The lamp broke at once.", "I would buy it again.", "Never again.", "Very kind people.")
TIMED = 10  # requests
IN_WORDS: dict[Constraint, str] = {
    "logprobs": "log probabilities",
    "schema": "JSON schema",
    "text": "neither log probabilities nor JSON schema: answers are read as text",
}
_FIELDS = ("max_tokens", "max_completion_tokens")


@dataclass(frozen=True)
class EndpointProbe:
    """What a test of an endpoint found."""

    ability: Ability
    p50_ms: float
    p95_ms: float
    question: str
    answer: str

    @property
    def can(self) -> str:
        """What it can do, in words."""
        return IN_WORDS[self.ability.constraint]


def probe_endpoint(endpoint: Endpoint, patience: Patience | None = None) -> EndpointProbe:
    """Find out what an endpoint can do and how long it takes.

    Raises:
        EndpointUnusable: It cannot be asked, in a sentence.
    """
    connection = Connection(endpoint)
    try:
        ability = find_ability(connection, patience)
        client = EndpointClient(connection, ability)
        found = [_asked(client, TEXTS[i % len(TEXTS)], patience) for i in range(TIMED)]
    finally:
        connection.close()
    p50, p95 = np.percentile([one.ms for one in found], (50, 95))
    first = found[0]
    said = LABELS[first.label] if first.label != NO_LABEL else first.text.strip()[:80] or "nothing"
    return EndpointProbe(ability, float(p50), float(p95), TEXTS[0], said)


def find_ability(connection: Connection, patience: Patience | None = None) -> Ability:
    """Return what an endpoint can do: the surest constraint that it truly obeys.

    Raises:
        EndpointUnusable: It cannot be asked, in a sentence.
    """
    refused = ""
    for ability in _abilities():
        try:
            answer = _asked(EndpointClient(connection, ability), TEXTS[0], patience)
        except NotUnderstood as error:
            refused = str(error)
            continue
        if _obeys(ability, answer):
            return ability
        if ability.constraint == "text" and not answer.text.strip():  # it thinks, and was cut before its answer
            return replace(ability, tokens=THINKING_TOKENS)
    hint = ""
    if "404" in refused:
        hint = " The address of an OpenAI-compatible API usually ends in /v1; correct it with: touchstone llm add"
    raise EndpointUnusable(f"{refused}.{hint}")


def _abilities() -> Iterator[Ability]:
    """Yield what an endpoint may be able to do, the most useful first."""
    routes: tuple[Route, ...] = ("chat", "completions")
    constraints: tuple[Constraint, ...] = ("logprobs", "schema", "text")
    for route, constraint in product(routes, constraints):
        for field, extras in (("max_tokens", True), ("max_completion_tokens", True), ("max_completion_tokens", False)):
            if route == "chat" or (field in _FIELDS[:1] and constraint != "schema"):
                yield Ability(route, constraint, field, CODE_TOKENS, extras)


def _obeys(ability: Ability, answer: LabelAnswer) -> bool:
    if ability.constraint == "logprobs":
        return answer.confidence is not None
    if ability.constraint == "schema":
        return answer.text.strip().startswith("{") and answer.label != NO_LABEL
    return bool(answer.text.strip())


def _asked(client: EndpointClient, text: str, patience: Patience | None) -> LabelAnswer:
    endpoint = client.connection.endpoint
    try:
        return patiently(lambda: client.label(QUESTION.format(text=text), CODES, LABELS), patience or Patience(tries=3))
    except TryAgain as error:
        raise EndpointUnusable(f"{endpoint.host} {error.why}. {_hint(endpoint, error.why)}") from None
    except TooLong:
        raise EndpointUnusable(f"'{endpoint.model}' does not even read a short question ({endpoint.host}).") from None


def _hint(endpoint: Endpoint, why: str) -> str:
    if why == "cannot be reached" and endpoint.is_local:
        return "Start the program that serves the model there, or correct the address."
    if why == "cannot be reached":
        return "Look whether the address is right and the network is there."
    return "Look whether the address is that of an OpenAI-compatible API, or try it again later."
