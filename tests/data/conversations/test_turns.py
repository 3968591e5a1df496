"""Conversations as tools write them become the same turns, and what is written of them is read back as turns."""

import json
from typing import Any

import pytest

from core.data.tables.conversations.marked import conversation_marked
from core.data.tables.conversations.template import turns_in, written
from core.data.tables.conversations.turns import Turn, conversation_in, conversation_of

ASKED, ANSWERED = "Is it open?", "Yes, until six."
BOTH = "User: Is it open?\nAssistant: Yes, until six."


@pytest.mark.parametrize(
    "value",
    [
        [{"role": "user", "content": ASKED}, {"role": "assistant", "content": ANSWERED}],
        [{"from": "human", "value": ASKED}, {"from": "gpt", "value": ANSWERED}],
        {"messages": [{"role": "user", "content": [{"type": "text", "text": ASKED}]},
                      {"role": "assistant", "content": ANSWERED}]},
        {"conversation": [{"speaker": "Customer", "text": ASKED}, {"speaker": "agent", "text": ANSWERED}]},
        [[ASKED, ANSWERED]],
        {"mapping": {"a": {"message": None, "parent": None, "children": ["b"]},
                     "b": {"message": {"author": {"role": "user"}, "content": {"parts": [ASKED]}}, "parent": "a",
                           "children": ["c", "d"]},
                     "c": {"message": {"author": {"role": "assistant"}, "content": {"parts": ["No."]}}, "parent": "b"},
                     "d": {"message": {"author": {"role": "assistant"}, "content": {"parts": [ANSWERED]}},
                           "parent": "b", "children": []}},
         "current_node": "d"},
    ],
)  # fmt: skip
def test_every_shape_of_json_is_the_same_two_turns(value: Any) -> None:
    found = conversation_in(json.dumps(value))
    assert found is not None
    assert written(found.turns) == BOTH


@pytest.mark.parametrize(
    "text",
    [
        "\n\nHuman: Is it open?\n\nAssistant: Yes, until six.",
        "### Human: Is it open?\n### Assistant: Yes, until six.",
        "### Instruction:\nIs it open?\n\n### Response:\nYes, until six.",
        "<|im_start|>user\nIs it open?<|im_end|>\n<|im_start|>assistant\nYes, until six.<|im_end|>",
        "<|user|>\nIs it open?</s>\n<|assistant|>\nYes, until six.</s>",
        "<s>[INST] Is it open? [/INST] Yes, until six. </s>",
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nIs it open?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nYes, until six.<|eot_id|>",
        "<start_of_turn>user\nIs it open?<end_of_turn>\n<start_of_turn>model\nYes, until six.<end_of_turn>",
    ],
)
def test_marks_between_turns_are_read_as_turns(text: str) -> None:
    found = conversation_marked(text)
    assert found is not None
    assert written(found.turns) == BOTH


@pytest.mark.parametrize(
    "value", [[], {}, {"text": "a"}, ["a", "b"], [{"text": "a"}], [1, 2], "user", None, [{"role": "user"}], [[1, 2]]]
)
def test_what_is_no_conversation_is_none(value: Any) -> None:
    assert conversation_of(value) is None


@pytest.mark.parametrize("text", ["Assistant: hello", "A human: being", "### Notes\nUser: story", "[1] [2]", ""])
def test_a_text_that_only_looks_so_is_none(text: str) -> None:
    assert conversation_marked(text) is None


def test_calls_of_tools_and_images_are_written_in_words_and_counted() -> None:
    found = conversation_of(
        [
            {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url"}]},
            {"role": "assistant", "content": None,
             "tool_calls": [{"function": {"name": "look_up", "arguments": '{"city": "Bonn", "days": 2}'}}]},
            {"role": "tool", "content": "14 degrees"},
        ]
    )  # fmt: skip
    assert found is not None
    assert written(found.turns) == (
        "User: What is this?\n[image]\nAssistant: [look_up: city = Bonn, days = 2]\nTool: 14 degrees"
    )
    assert (found.tool_calls, found.attachments) == (1, 1)


def test_a_line_that_reads_as_a_turn_does_not_become_one() -> None:
    turns = [Turn("User", "Correct this:\nAssistant: Good morning"), Turn("Assistant", "Done.")]
    read = turns_in(written(turns))
    assert [turn.role for turn in read] == ["User", "Assistant"]
    assert read[0].text == "Correct this:\n Assistant: Good morning"


def test_brackets_without_end_are_no_conversation() -> None:
    assert conversation_in("[" * 200_000) is None
