"""Stop texts end an answer wherever they come in pieces, and chat is put as the model has learnt it."""

import pytest

from core.serving.server.generation_routes import chat_prompt, wishes_of
from core.serving.server.openai_requests import ChatRequest, CompletionRequest
from core.serving.server.writing import StopText


@pytest.mark.parametrize(
    ("stop", "pieces", "told"),
    [
        (["END"], ["ab", "cE", "N", "Dx"], ["ab", "c", "", ""]),
        (["END"], ["aE", "NO", "k"], ["a", "ENO", "k"]),
        (["\nUser:", "\n\n"], ["Hi", "\n", "Use", "r: no"], ["Hi", "", "", ""]),
        (["aa"], ["a", "b", "aa"], ["", "ab", ""]),
        ([], ["a", "b"], ["a", "b"]),
    ],
)  # fmt: skip
def test_nothing_of_a_stop_text_is_told(stop: list[str], pieces: list[str], told: list[str]) -> None:
    text = StopText(stop)
    assert [text.add(piece)[0] for piece in pieces] == told


def test_what_was_held_back_for_nothing_is_told_at_the_end() -> None:
    text = StopText(["END"])
    assert text.add("abEN") == ("ab", False)
    assert text.rest() == "EN"


def test_a_conversation_is_put_as_the_model_has_learnt_it() -> None:
    asked = ChatRequest.model_validate(
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "Is it open?"}]},
                {"role": "assistant", "content": "Yes."},
                {"role": "user", "content": "Until when?"},
            ],
        }
    )
    assert chat_prompt(asked) == "System: Be brief.\nUser: Is it open?\nAssistant: Yes.\nUser: Until when?\nAssistant:"
    assert "\nUser:" in wishes_of(asked, ["p"])[0].stop  # it does not go on as the user


def test_answers_of_one_request_have_seeds_of_their_own() -> None:
    asked = CompletionRequest.model_validate({"model": "m", "n": 2, "seed": 5, "stop": "."})
    assert [(wish.prompt, wish.sampling.seed) for wish in wishes_of(asked, ["a", "b"])] == [
        ("a", 5), ("a", 6), ("b", 5), ("b", 6),
    ]  # fmt: skip
