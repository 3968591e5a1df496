"""What each endpoint can do, found out once and kept beside the answers."""

import hashlib
import json

from core.contest.ability import find_ability
from core.contest.client import Ability
from core.contest.connection import Connection
from core.contest.endpoints import Endpoint
from core.store.answer_store import AnswerStore


def known_ability(connection: Connection, store: AnswerStore) -> Ability:
    """Return what an endpoint can do, found out where nobody knows.

    Raises:
        EndpointUnusable: It cannot be asked, in a sentence.
    """
    key = _key(connection.endpoint)
    if (found := store.get([key]).get(key)) is not None:
        return Ability(**json.loads(found))
    ability = find_ability(connection)
    keep_ability(connection.endpoint, ability, store)
    return ability


def keep_ability(endpoint: Endpoint, ability: Ability, store: AnswerStore) -> None:
    """Keep what an endpoint can do."""
    store.put(_key(endpoint), json.dumps(vars(ability)))


def _key(endpoint: Endpoint) -> str:
    return hashlib.sha256(json.dumps(["ability", endpoint.url, endpoint.model]).encode()).hexdigest()
