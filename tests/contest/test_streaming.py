"""A language model's writing, as it comes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.contest.codes import ThoughtFilter
from core.contest.connection import TryAgain
from core.contest.endpoints import Endpoint
from core.contest.streaming import StreamWish, stream_text
from core.services.contests.contests import NotConfirmed
from core.services.contests.writing import written_pieces
from core.services.inference import WritingSettings
from core.settings import Settings
from tests.contest.conftest import Served
from tests.contest.fake_endpoint import fake_endpoint
from tests.live import eventually

WORDS = ("Once", " upon", " a", " time.")
WISH = StreamWish(20, {"temperature": 0.0, "seed": 1}, alternatives=2)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_words_come_one_by_one_with_their_alternatives_and_the_cost(settings: Settings) -> None:
    with fake_endpoint(streams=WORDS) as (url, _):
        found = list(written_pieces(settings, Endpoint("fake", url, "fake", "", 1, 2), "Go", WritingSettings()))
    assert "".join(one["text"] for one in found) == "Once upon a time."
    assert [one["text"] for one in found[:-1]] == list(WORDS)
    assert all(one["tokens"][0]["likeliest"].keys() == {one["text"], " other"} for one in found[:-1])
    assert {name: found[-1][name] for name in ("reason", "count", "cost")} == {
        "reason": "end", "count": len(WORDS), "cost": "0.0001 USD",
    }  # fmt: skip


def test_an_endpoint_that_does_not_stream_answers_whole(served: Served) -> None:
    client, _ = served()
    (text, end) = stream_text(client, "Go", WISH)
    assert (text.text, end.reason, end.tokens) == ("x", "stop", (120, 3))


def test_who_stops_listening_ends_the_request(served: Served) -> None:
    client, behaviour = served(streams=WORDS * 1000, pause_s=0.01)
    pieces: Iterator[Any] = stream_text(client, "Go", WISH)
    assert next(pieces).text == "Once"
    pieces.close()  # type: ignore[attr-defined]
    seen = behaviour.written

    def has_ended() -> bool:
        nonlocal seen
        before, seen = seen, behaviour.written
        return before == seen

    eventually(has_ended, 60)
    assert behaviour.written < 1000


def test_a_cut_answer_is_said(served: Served) -> None:
    client, behaviour = served(streams=("Half",))
    behaviour.cut_every = 1
    with pytest.raises(TryAgain, match="cut the connection"):
        list(stream_text(client, "Go", WISH))


def test_nothing_leaves_this_machine_before_somebody_has_said_so(settings: Settings) -> None:
    elsewhere = Endpoint("far", "https://llm.example.com/v1", "fake")
    with pytest.raises(NotConfirmed, match="Nothing was sent"):
        next(written_pieces(settings, elsewhere, "Go", WritingSettings()))


@pytest.mark.parametrize("cuts", range(1, 12))
def test_thoughts_are_left_out_however_they_are_cut(cuts: int) -> None:
    text, thoughts = "a<think>b < c</think>d<thin", ThoughtFilter()
    parts = [text[at : at + cuts] for at in range(0, len(text), cuts)]
    assert "".join(map(thoughts.add, parts)) + thoughts.rest() == "ad<thin"
