"""What a language model writes, as it comes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.contest.client import CODE_TOKENS, PATHS, EndpointClient, Route, first_choice
from core.contest.codes import ThoughtFilter
from core.contest.connection import NotUnderstood, TryAgain


@dataclass(frozen=True)
class StreamedToken:
    """A token that was written.

    Args:
        text: It.
        logprob: Of it.
        likeliest: Log probabilities of the likeliest tokens, by their text.
    """

    text: str
    logprob: float
    likeliest: Mapping[str, float]


@dataclass(frozen=True)
class StreamedPiece:
    """A part of an answer.

    Args:
        text: To be put after the parts before.
        token: That it is, where the endpoint tells probabilities.
        reason: Why the answer ends, as OpenAI says it; empty before its end.
        tokens: Read and written, where the endpoint counted them: at the end.
    """

    text: str = ""
    token: StreamedToken | None = None
    reason: str = ""
    tokens: tuple[int, int] | None = None


@dataclass(frozen=True)
class StreamWish:
    """How a language model is asked to write.

    Args:
        most_tokens: When to end at the latest.
        settings: Of OpenAI's interface, such as the temperature; left out where the endpoint takes none.
        stop: Texts before which to end.
        alternatives: How many of the likeliest tokens to tell with each, where it tells any.
    """

    most_tokens: int
    settings: Mapping[str, Any]
    stop: tuple[str, ...] = ()
    alternatives: int = 0


def stream_text(client: EndpointClient, prompt: str, wish: StreamWish) -> Iterator[StreamedPiece]:
    """Yield an answer as it is written, without what the model thinks aloud.

    Raises:
        TryAgain: It may work later; nothing was written yet, or the answer was cut.
        TooLong: The model does not read so much.
        NotUnderstood: The endpoint can do less than was found out.
        EndpointUnusable: It will not work.
    """
    ability = client.ability
    asks = {"messages": [{"role": "user", "content": prompt}]} if ability.route == "chat" else {"prompt": prompt}
    thinks = ability.tokens if ability.tokens > CODE_TOKENS else 0
    body: dict[str, Any] = {"model": client.connection.endpoint.model} | asks
    body |= {ability.token_field: wish.most_tokens + thinks} | (dict(wish.settings) if ability.extras else {})
    body |= {"stop": list(wish.stop)} if wish.stop else {}
    more: dict[str, Any] = {"stream_options": {"include_usage": True}}
    if wish.alternatives and ability.constraint == "logprobs":
        chat = {"logprobs": True, "top_logprobs": wish.alternatives}
        more |= chat if ability.route == "chat" else {"logprobs": wish.alternatives}
    try:
        yield from _pieces(client, body | more)
    except NotUnderstood:  # before anything was written: an endpoint that takes no more than it must
        yield from _pieces(client, body)


def _pieces(client: EndpointClient, body: Mapping[str, Any]) -> Iterator[StreamedPiece]:
    route, thoughts, reason = client.ability.route, ThoughtFilter(), ""
    tokens: tuple[int, int] | None = None
    written: Sequence[StreamedToken | None]
    for part in client.connection.stream(PATHS[route], body):
        tokens = _counted(part.get("usage")) or tokens
        if part.get("choices") == []:
            continue  # the usage alone
        choice, text = _choice(part, route)
        reason = str(choice.get("finish_reason") or reason)
        written = _tokens(choice)
        if "".join(one.text for one in written) != text:
            written = written[:1] if len(written) == 1 else []
        for token in written or [None]:
            if shown := thoughts.add(text if token is None or len(written) == 1 else token.text):
                yield StreamedPiece(shown, token)
    if not reason:
        raise TryAgain("cut the connection")
    yield StreamedPiece(thoughts.rest(), None, reason, tokens)


def _choice(part: Mapping[str, Any], route: Route) -> tuple[dict[str, Any], str]:
    """Return the first answer's part and its text; all of a whole answer."""
    choices = part.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if route == "chat" and isinstance(first, dict) and isinstance(first.get("delta"), dict):
        return first, str(first["delta"].get("content") or "")
    return first_choice(part, route)


def _tokens(choice: Mapping[str, Any]) -> list[StreamedToken]:
    said = choice.get("logprobs")
    try:
        if isinstance(said, dict) and said.get("content"):
            return [
                StreamedToken(
                    str(one["token"]), float(one["logprob"]),
                    {str(other["token"]): float(other["logprob"]) for other in one.get("top_logprobs") or ()},
                )
                for one in said["content"]
            ]  # fmt: skip
        if isinstance(said, dict) and said.get("tokens"):
            likeliest = said.get("top_logprobs") or [{}] * len(said["tokens"])
            return [
                StreamedToken(str(text), float(logprob), {str(name): float(value) for name, value in others.items()})
                for text, logprob, others in zip(said["tokens"], said["token_logprobs"], likeliest, strict=True)
            ]
    except (KeyError, TypeError, ValueError, AttributeError):
        pass  # probabilities in a form of its own: the text is what counts
    return []


def _counted(usage: Any) -> tuple[int, int] | None:
    try:
        return int(usage["prompt_tokens"]), int(usage["completion_tokens"])
    except (KeyError, TypeError, ValueError):
        return None
