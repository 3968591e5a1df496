"""Endpoints: what is kept of them, and a sentence for each that cannot be."""

import re
from pathlib import Path

import pytest

from core.contest.ability import probe_endpoint
from core.contest.endpoints import Endpoint, Endpoints, EndpointUnusable
from core.contest.keys import key_of
from core.errors import UnknownName
from tests.contest.conftest import Served, patience
from tests.contest.fake_endpoint import fake_endpoint

LOCAL = "http://127.0.0.1:11434"


def test_endpoints_are_kept_found_replaced_and_removed(home: Path) -> None:
    endpoints = Endpoints(home)
    made = endpoints.add(Endpoint("Small", LOCAL, "qwen", price_in=0.1, currency="eur", priced_on="2026-01-31"))
    assert made == Endpoint("small", f"{LOCAL}/v1", "qwen", "", 0.1, None, "EUR", "2026-01-31")
    assert endpoints.find("llm:small") == made
    endpoints.add(Endpoint("small", f"{LOCAL}/v1/chat/completions", "llama"))
    assert [(one.model, one.url) for one in endpoints.list()] == [("llama", f"{LOCAL}/v1")]
    assert (home / "language-models.json").stat().st_mode & 0o077 == 0
    endpoints.remove("small")
    with pytest.raises(UnknownName):
        endpoints.find("small")


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (Endpoint("x", "ftp://there", "m"), "must begin with http"),
        (Endpoint("x", "https://host:99999/v1", "m"), "no host, or a port that is none"),
        (Endpoint("x", "https://me:secret@host/v1", "m"), "holds a password"),
        (Endpoint("x", "https://host/v1?key=abc", "m"), "holds a password"),
        (Endpoint("x", "http://api.example.com/v1", "m"), "without encryption"),
        (Endpoint("two words", LOCAL, "m"), "cannot be a language model's name"),
        (Endpoint("x", LOCAL, " "), "Say which model"),
        (Endpoint("x", LOCAL, "m", "sk-12345"), "not the key itself"),
        (Endpoint("x", LOCAL, "m", price_in=-1.0), "A price-in of -1 cannot be"),
        (Endpoint("x", LOCAL, "m", price_out=float("nan")), "A price-out of nan cannot be"),
        (Endpoint("x", LOCAL, "m", price_in=1.0, currency="Euros"), "no currency"),
        (Endpoint("x", LOCAL, "m", price_in=1.0, priced_on="yesterday"), "is no date"),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(home: Path, endpoint: Endpoint, said: str) -> None:
    with pytest.raises(EndpointUnusable, match=re.escape(said)):
        Endpoints(home).add(endpoint)
    assert not Endpoints(home).list()


@pytest.mark.parametrize(
    ("url", "local"),
    [("http://localhost:1/v1", True), ("http://[::1]:1/v1", True), ("http://127.9.9.9/v1", True),
     ("http://192.168.1.4:1/v1", False), ("https://localhost.example.com/v1", False)],
)  # fmt: skip
def test_only_this_machine_needs_no_confirmation(url: str, local: bool) -> None:
    assert Endpoint("x", url, "m").is_local is local


def test_the_key_is_read_when_asked_and_never_shown(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EndpointUnusable, match="the variable A_KEY is not set"):
        key_of(Endpoint("x", LOCAL, "m", "A_KEY"))
    monkeypatch.setenv("A_KEY", "sk-very-secret")
    client, _ = served(key="sk-very-secret", key_env="A_KEY")
    assert client.ability.constraint == "logprobs"
    monkeypatch.setenv("A_KEY", "sk-of-somebody-else")
    with pytest.raises(EndpointUnusable, match="does not take the key in A_KEY") as refused:
        served(key="sk-very-secret", key_env="A_KEY")
    assert "sk-" not in str(refused.value)


@pytest.mark.parametrize(
    ("behaviour", "model", "said"),
    [
        ({"garbage": True}, "fake", "answered something else than OpenAI's format"),
        ({"key": "k"}, "fake", "asks for a key"),
        ({}, "other", "has no model 'other' (asked by 'x'). There is: fake."),
        ({"route": "/elsewhere"}, "fake", "usually ends in /v1"),
        ({"dies_after": -1}, "fake", "was out of order (503"),
    ],
)
def test_an_endpoint_that_cannot_be_asked_is_one_sentence(behaviour: dict[str, object], model: str, said: str) -> None:
    with fake_endpoint(**behaviour) as (url, _), pytest.raises(EndpointUnusable, match=re.escape(said)):
        probe_endpoint(Endpoint("x", url, model), patience(2))


def test_an_address_where_nobody_listens_is_one_sentence() -> None:
    with pytest.raises(EndpointUnusable, match="cannot be reached"):
        probe_endpoint(Endpoint("x", "http://127.0.0.1:9/v1", "m"), patience(2))
