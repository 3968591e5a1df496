"""One text, answered by a language model: for whoever tries contenders side by side."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from core.contest.asking import ask_row
from core.contest.client import EndpointClient, LabelAnswer
from core.contest.codes import NO_LABEL
from core.contest.connection import Connection, NotUnderstood, TryAgain
from core.contest.endpoints import Endpoint, EndpointUnusable
from core.contest.patience import Patience, patiently
from core.contest.prompts import Prompt, default_template
from core.services.contests.contests import NotConfirmed
from core.services.contests.known_abilities import known_ability
from core.settings import Settings
from core.store.answer_store import AnswerStore

TRIES = 3


@dataclass(frozen=True)
class TextAnswer:
    """What a language model said to one text.

    Args:
        label: That it named; empty where it named none, and where there are no labels.
        text: As it answered.
        confidence: Among the labels; None where the endpoint gives no probabilities.
        ms: Milliseconds that it took.
        cost: In the endpoint's currency; None where no price is known.
        is_cut: Whether the text was cut, being longer than what it reads.
    """

    label: str
    text: str
    confidence: float | None
    ms: float
    cost: float | None
    is_cut: bool


def answer_text(
    settings: Settings, endpoint: Endpoint, text: str, labels: Sequence[str] = (), *, noun: str = "text",
    prompt: Prompt | None = None, confirmed_host: str = "",
) -> TextAnswer:  # fmt: skip
    """Return what a language model says to one text.

    Args:
        settings: Of the home, which remembers what the endpoint can do.
        endpoint: Whom to ask; of a contender `llm:NAME`, `Endpoints(home).find(NAME)`.
        text: What to label, or to answer where there are no labels.
        labels: Among which it chooses; empty lets it write.
        noun: What the text is called in the prompt.
        prompt: Another one than the usual, such as that of a contest.
        confirmed_host: To whom the text may be sent, where that is not this machine.

    Raises:
        NotConfirmed: The text would leave this machine, and nobody has said that it may.
        EndpointUnusable: There was no answer, and why.
    """
    check_may_be_sent(endpoint, confirmed_host)
    if prompt is None:
        prompt = Prompt(default_template(noun), tuple(labels), (), noun) if labels else Prompt("{row}", length=1_000)
    with closing(Connection(endpoint)) as connection, closing(AnswerStore(settings.home)) as store:
        client = EndpointClient(connection, known_ability(connection, store))
        found = _asked(client, prompt, text)
    label = prompt.labels[found.label] if found.label != NO_LABEL else ""
    cost = endpoint.cost(found.tokens_in, found.tokens_out)
    return TextAnswer(label, found.text, found.confidence, found.ms, cost, found.cut)


def check_may_be_sent(endpoint: Endpoint, confirmed_host: str) -> None:
    """Raise `NotConfirmed` where something would leave this machine without anybody's word."""
    if not endpoint.is_local and confirmed_host != endpoint.host:
        raise NotConfirmed(f"This would be sent to {endpoint.host}, which is not this machine. Nothing was sent.")


def _asked(client: EndpointClient, prompt: Prompt, text: str) -> LabelAnswer:
    host = client.connection.endpoint.host
    try:
        return patiently(lambda: ask_row(client, prompt, text), Patience(tries=TRIES))
    except TryAgain as error:
        raise EndpointUnusable(f"{host} {error.why}. Try it again in a moment.") from None
    except NotUnderstood as error:
        raise EndpointUnusable(f"{error}.") from None
