"""Clients of a fake endpoint, and rows whose right label is known."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from core.contest.ability import find_ability
from core.contest.asking import ask_all
from core.contest.client import EndpointClient, LabelAnswer
from core.contest.connection import Connection
from core.contest.endpoints import Endpoint
from core.contest.patience import Patience
from core.contest.prompts import Prompt, default_template
from core.store.answer_store import AnswerStore
from tests.contest.fake_endpoint import Behaviour, fake_endpoint

LABELS = ("bad", "good")
Served = Callable[..., tuple[EndpointClient, Behaviour]]
Ask = Callable[..., list[LabelAnswer]]


def patience(tries: int = 6) -> Patience:
    return Patience(tries, first_wait_s=0.001)


def rows(count: int, begin: int = 0) -> list[str]:
    return [f"thing {i} truth:{LABELS[i % 2]}" for i in range(begin, begin + count)]


@pytest.fixture
def served() -> Iterator[Served]:
    """Serve a fake endpoint; return a client that knows what it can do."""
    with ExitStack() as stack:

        def serve(model: str = "fake", key_env: str = "", **behaviour: Any) -> tuple[EndpointClient, Behaviour]:
            url, found = stack.enter_context(fake_endpoint(**behaviour))
            connection = Connection(Endpoint("fake", url, model, key_env, 0.15, 0.6))
            stack.callback(connection.close)
            client = EndpointClient(connection, find_ability(connection, patience(3)))
            found.rows.clear()
            return client, found

        yield serve


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Ask about rows, and keep the answers in the test's folder."""

    def ask(client: EndpointClient, asked: list[str], labels: tuple[str, ...] = LABELS, **more: Any) -> Any:
        prompt = Prompt(default_template("text"), labels)
        store = AnswerStore(tmp_path)
        try:
            told = more.pop("told", lambda _count: None)
            return ask_all(client, prompt, asked, store, told, patience=more.pop("patience", None) or patience())
        finally:
            store.close()

    return ask
