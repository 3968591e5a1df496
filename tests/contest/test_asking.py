"""Asking about many rows: answers held to the labels, faults, what is kept."""

import math

import pytest

from core.contest.asking import Count
from core.contest.endpoints import EndpointUnusable
from core.contest.plan import Trial, sizes_of
from core.errors import StopRequested
from core.services.contests.in_words import trial_in_words
from core.statistics.shares import wilson
from tests.contest.conftest import LABELS, Ask, Served, patience, rows
from tests.contest.fake_endpoint import ANSWER_TOKENS, PROMPT_TOKENS


@pytest.mark.parametrize("can", [("logprobs", "schema"), ("schema",), ()])
@pytest.mark.parametrize("route", ["/v1/chat/completions", "/v1/completions"])
def test_an_answer_is_read_whatever_the_endpoint_can(
    served: Served, ask: Ask, can: tuple[str, ...], route: str
) -> None:
    client, _ = served(can=can, route=route, accuracy=1.0)
    best = next((one for one in can if "chat" in route or one != "schema"), "text")
    assert client.ability.constraint == best
    found = ask(client, rows(6))
    assert [one.label for one in found] == [0, 1, 0, 1, 0, 1]
    assert all((one.confidence is not None) == (best == "logprobs") for one in found)


def test_the_interval_holds_the_known_accuracy_in_19_of_20_seeds(served: Served, ask: Ask) -> None:
    client, behaviour = served(no_label=0.05)
    held = 0
    for seed in range(20):
        behaviour.seed = seed
        asked = rows(40, begin=1000 * seed)
        found = ask(client, asked)
        right = sum(one.label == LABELS.index(row.rpartition(":")[2]) for one, row in zip(found, asked, strict=True))
        score = wilson(right, len(asked))
        held += score.ci_low <= behaviour.accuracy <= score.ci_high
    assert held >= 19


def test_an_answer_that_is_no_label_is_none_and_is_counted(served: Served, ask: Ask) -> None:
    client, _ = served(no_label=1.0, can=())
    assert {one.label for one in ask(client, rows(5))} == {-1}


def test_busy_and_cut_requests_are_made_again_and_nothing_is_asked_twice(served: Served, ask: Ask) -> None:
    client, behaviour = served(busy_every=7, cut_every=11)
    counts: list[Count] = []
    found = ask(client, rows(80), told=counts.append)
    assert len(found) == 80
    assert behaviour.rows.total() == 80
    assert set(behaviour.rows.values()) == {1}
    assert counts[-1].retries == sum(one.retries for one in found) > 0
    before = behaviour.requests
    assert ask(client, rows(80)) == found
    assert behaviour.requests == before


def test_the_same_row_is_asked_once_and_counted_as_often_as_it_stands_there(served: Served, ask: Ask) -> None:
    client, behaviour = served()
    counts: list[Count] = []
    ask(client, rows(3) * 4, told=counts.append)
    assert behaviour.rows.total() == 3
    assert (counts[-1].done, counts[-1].total, counts[-1].asked) == (12, 12, 3)


def test_a_dead_endpoint_ends_with_a_sentence_and_what_was_answered_is_kept(served: Served, ask: Ask) -> None:
    client, behaviour = served(dies_after=30)
    with pytest.raises(EndpointUnusable, match=r"out of order \(503"):
        ask(client, rows(60), patience=patience(3))
    answered = set(behaviour.rows)
    assert len(answered) > 20
    behaviour.dies_after = 0
    assert len(ask(client, rows(60))) == 60
    assert set(behaviour.rows.values()) == {1}


def test_a_wish_to_stop_ends_the_asking_and_keeps_the_answers(served: Served, ask: Ask) -> None:
    client, behaviour = served()

    def told(count: Count) -> None:
        if count.done >= 20:
            raise StopRequested

    with pytest.raises(StopRequested):
        ask(client, rows(100), told=told)
    assert 20 <= behaviour.rows.total() < 100
    ask(client, rows(100))
    assert set(behaviour.rows.values()) == {1}


def test_a_row_beyond_the_context_is_cut_and_says_so(served: Served, ask: Ask) -> None:
    client, _ = served(longest=700, accuracy=1.0)
    found = ask(client, ["truth:good " + "words and words " * 100, "truth:bad"])
    assert [(one.label, one.cut) for one in found] == [(1, True), (0, False)]


def test_rows_that_were_cut_are_said_before_a_contest_starts() -> None:
    trial = Trial("v", 0, "", 20, 16, 0, 10, 120, 3, True, 50.0, 80.0)
    said = "No examples in the prompt: 16 of 20 right, 10 too long and cut, 123 tokens a request, 50 ms"
    assert trial_in_words(trial) == said


def test_a_prompt_beyond_the_context_is_one_sentence(served: Served, ask: Ask) -> None:
    client, _ = served(longest=500)
    with pytest.raises(EndpointUnusable, match="its list of 500 labels, is longer than what 'fake' reads"):
        ask(client, ["words " * 500], labels=tuple(f"kind number {i}" for i in range(500)))


def test_500_labels_have_numbers_as_codes(served: Served, ask: Ask) -> None:
    client, _ = served(accuracy=1.0)
    labels = tuple(f"kind{i}" for i in range(500))
    assert [one.label for one in ask(client, ["it is truth:kind7", "it is truth:kind499"], labels=labels)] == [7, 499]


def test_the_cost_is_tokens_times_price_to_the_cent(served: Served, ask: Ask) -> None:
    client, _ = served()
    found = ask(client, rows(70))
    read, written = sum(one.tokens_in for one in found), sum(one.tokens_out for one in found)
    assert (read, written) == (70 * PROMPT_TOKENS, 70 * ANSWER_TOKENS)
    assert client.connection.endpoint.cost(read, written) == 0.001386  # (8,400 x 0.15 + 210 x 0.60) / 1,000,000


def test_what_a_sample_would_take_and_buys(served: Served) -> None:
    client, _ = served()
    trial = Trial("v", 0, "", 20, 16, 0, 0, 120, 3, True, 50.0, 80.0)
    first, second = sizes_of(trial, client.connection.endpoint, 200, parallel=4)
    assert (first.rows, second.rows, second.tokens) == (100, 200, 24_600)
    assert second.money == pytest.approx(0.00396)
    assert second.seconds == 2.5
    assert math.isclose(first.half_width, (wilson(80, 100).ci_high - wilson(80, 100).ci_low) / 2)
    assert second.half_width < first.half_width
