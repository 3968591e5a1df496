"""The test of an endpoint, whose finding the next contest uses."""

from contextlib import closing

from core.contest.ability import EndpointProbe, probe_endpoint
from core.contest.endpoints import Endpoint
from core.services.contests.known_abilities import keep_ability
from core.settings import Settings
from core.store.answer_store import AnswerStore


def probe(settings: Settings, endpoint: Endpoint) -> EndpointProbe:
    """Find out what an endpoint can do and how fast; remember it.

    Raises:
        EndpointUnusable: It cannot be asked, in a sentence.
    """
    found = probe_endpoint(endpoint)
    settings.prepare()
    with closing(AnswerStore(settings.home)) as store:
        keep_ability(endpoint, found.ability, store)
    return found
