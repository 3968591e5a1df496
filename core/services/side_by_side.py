"""The answers of anybody: a run's model, or a language model."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.contest.endpoints import Endpoints
from core.contest.prompts import row_text
from core.services.contender_choice import ContenderChoice
from core.services.contests.answering import answer_text
from core.services.contests.writing import written_pieces
from core.services.inference import Answer, Answers, Input, WritingSettings
from core.specs.contender import Contender

if TYPE_CHECKING:
    from core.services.run_service import Service

CUT = "The text is longer than what this language model reads, so it was cut."
NO_LABEL = "It named none of the labels"


def answers_of(service: "Service", one: ContenderChoice, inputs: Sequence[Input], confirmed_host: str = "") -> Answers:
    """Return what one contender says of some inputs.

    Args:
        service: Asks.
        one: Who is asked.
        inputs: Texts, images or rows.
        confirmed_host: To whom they may be sent, where that is not this machine.

    Raises:
        TouchstoneError: There is no answer, and why.
    """
    contender = Contender.parse(one.reference)
    if not contender.language_model:
        return service.inference.predict(one.reference, inputs)
    endpoint = Endpoints(service.settings.home).find(contender.language_model)
    config = one.run.config
    labels = service.dataset_service.preview(config.dataset, config.dataset_version).version.labels
    noun = service.tasks()[one.run.task].noun
    said = [
        answer_text(service.settings, endpoint, _text(given), labels, noun=noun, confirmed_host=confirmed_host)
        for given in inputs
    ]
    answers = tuple(
        Answer(
            found.label or NO_LABEL, found.confidence or 0.0, {found.label: found.confidence or 0.0},
            remarks=((CUT,) if found.is_cut else ()) + (() if found.label else (f"It said: {found.text[:200]}",)),
        )
        for found in said
    )  # fmt: skip
    costs = [found.cost for found in said if found.cost is not None]
    cost = sum(costs) if len(costs) == len(said) else None
    return Answers(one.reference, answers, sum(found.ms for found in said), cost=cost, currency=endpoint.currency)


def pieces_of(
    service: "Service", reference: str, prompt: str, settings: WritingSettings, confirmed_host: str = ""
) -> Iterator[Mapping[str, Any]]:
    """Yield what one contender writes after a prompt, as it is written.

    Args:
        service: Asks.
        reference: Who is asked.
        prompt: What to write on from.
        settings: How.
        confirmed_host: To whom it may be sent, where that is not this machine.

    Raises:
        TouchstoneError: There is no answer, and why.
    """
    contender = Contender.parse(reference)
    if not contender.language_model:
        return service.inference.pieces(reference, prompt, settings)
    endpoint = Endpoints(service.settings.home).find(contender.language_model)
    return written_pieces(service.settings, endpoint, prompt, settings, confirmed_host)


def _text(given: Input) -> str:
    return row_text(given) if isinstance(given, Mapping) else str(given)
