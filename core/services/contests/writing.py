"""What a language model writes after a prompt, beside other contenders."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from core.contest.client import EndpointClient
from core.contest.connection import TIMEOUT_S, Connection, NotUnderstood, TooLong, TryAgain
from core.contest.endpoints import Endpoint, EndpointUnusable
from core.contest.patience import Patience
from core.contest.streaming import StreamedPiece, StreamWish, stream_text
from core.formatting import money
from core.services.contests.answering import TRIES, check_may_be_sent
from core.services.contests.known_abilities import known_ability
from core.services.inference import WritingSettings
from core.settings import Settings
from core.store.answer_store import AnswerStore

WRITING_S = 600.0  # of one text


def written_pieces(
    settings: Settings, endpoint: Endpoint, prompt: str, wanted: WritingSettings, confirmed_host: str = ""
) -> Iterator[dict[str, Any]]:
    """Yield pieces as `InferenceClient.pieces` does; who stops listening ends the request.

    Args:
        settings: Of the home, which remembers what the endpoint can do.
        endpoint: Whom to ask.
        prompt: What to write on from.
        wanted: How.
        confirmed_host: To whom the prompt may be sent, where that is not this machine.

    Raises:
        NotConfirmed: The prompt would leave this machine, and nobody has said that it may.
        EndpointUnusable: There is no answer, or it was cut, and why.
    """
    check_may_be_sent(endpoint, confirmed_host)
    if wanted.top_k:
        yield {"note": f"Top-k is no setting of OpenAI's interface: {endpoint.name} draws from all tokens."}
    asked = {"temperature": wanted.temperature, "top_p": wanted.top_p, "seed": wanted.seed}
    wish = StreamWish(wanted.max_tokens, asked, wanted.stop, wanted.alternatives)
    with closing(Connection(endpoint, TIMEOUT_S, WRITING_S)) as connection:
        with closing(AnswerStore(settings.home)) as store:
            client = EndpointClient(connection, known_ability(connection, store))
        began = time.monotonic()
        for piece in _patient_pieces(client, prompt, wish):
            yield _as_line(piece, 1000 * (time.monotonic() - began), endpoint)


def _patient_pieces(client: EndpointClient, prompt: str, wish: StreamWish) -> Iterator[StreamedPiece]:
    """Yield an answer's pieces, asked for again while none has come."""
    endpoint, patience, is_begun = client.connection.endpoint, Patience(TRIES), False
    for failures in range(1, TRIES + 1):
        try:
            for piece in stream_text(client, prompt, wish):
                is_begun = True
                yield piece
            return
        except TryAgain as error:
            if is_begun or failures == TRIES:
                raise EndpointUnusable(f"{endpoint.host} {error.why}. Try it again in a moment.") from None
            patience.stop.wait(patience.wait_s(failures, error.wait_s))
        except NotUnderstood as error:
            raise EndpointUnusable(f"{error}.") from None
        except TooLong:
            raise EndpointUnusable(f"This is longer than what '{endpoint.model}' reads. Try a shorter one.") from None


def _as_line(piece: StreamedPiece, ms: float, endpoint: Endpoint) -> dict[str, Any]:
    line: dict[str, Any] = {"text": piece.text, "tokens": [vars(piece.token)] if piece.token else [], "ms": ms}
    if piece.reason:
        line["reason"] = "length" if piece.reason == "length" else "end"
    if piece.tokens:
        line["count"] = piece.tokens[1]
        cost = endpoint.cost(*piece.tokens)
        line |= {} if cost is None else {"cost": money(cost, endpoint.currency)}
    return line
