"""Tables of conversations, in any kind of file: recognised, whole, and nothing of an answer is lost."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.imports.run_import import run_import
from core.data.store.dataset_store import DatasetStore
from core.specs.dataset_types import ImportOptions
from tests.data.silent import Silent
from tests.data.tables.taken import preview, take, write_csv

TOPICS = ("parcel", "invoice", "screen", "manual", "refund", "keyboard", "driver", "price", "battery", "cable")


def messages(number: int) -> list[dict[str, str]]:
    topic = TOPICS[number % 10]
    return [
        {"role": "system", "content": "You answer for a small shop."},
        {"role": "user", "content": f"Where is my {topic}, order {number}?"},
        {"role": "assistant", "content": f"Your {topic} is on its way. It comes on day {number}."},
    ]


FIRST = (
    "System: You answer for a small shop.\nUser: Where is my parcel, order 0?\n"
    "Assistant: Your parcel is on its way. It comes on day 0."
)


def jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def imported(folder: Path, kind: str) -> Path:
    rows = [messages(number) for number in range(30)]
    if kind == "jsonl":
        return jsonl(folder / "chats.jsonl", [{"id": n, "messages": row} for n, row in enumerate(rows)])
    if kind == "json":
        file = folder / "chats.json"
        file.write_text(json.dumps({"data": [{"chat": {"messages": row}} for row in rows]}), encoding="utf-8")
        return file
    if kind == "csv":
        return write_csv(
            folder / "chats.csv", ("id", "conversation"), *((n, json.dumps(r)) for n, r in enumerate(rows))
        )
    pq.write_table(pa.table({"id": list(range(30)), "messages": rows}), folder / "chats.parquet")
    return folder / "chats.parquet"


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_conversations_in_any_file_are_read_as_turns(kind: str, tmp_path: Path) -> None:
    taken = take(imported(tmp_path, kind))
    assert taken.options.task == "text-generation"
    assert taken.texts[0] == FIRST
    assert len(taken.rows) == 30
    assert taken.facts["conversations"] is True


@pytest.mark.parametrize(
    "names",
    [
        ("instruction", "input", "output"),
        ("question", "context", "answer"),
        ("prompt", "system", "completion"),
        ("prompt", "rejected", "chosen"),
    ],
)
def test_a_question_and_its_answer_are_read_together(names: tuple[str, str, str], tmp_path: Path) -> None:
    asked, beside, answer = names
    rows = [
        (f"Explain the {TOPICS[n % 10]} number {n}.", "in short words", f"It is made by hand, {n}.") for n in range(30)
    ]
    taken = take(write_csv(tmp_path / "a.csv", names, *rows))
    first = {"system": "System: in short words\nUser: Explain the parcel number 0.\nAssistant: It is made by hand, 0."}
    about = {"rejected": ""}.get(beside, "\nin short words")
    assert taken.texts[0] == first.get(
        beside, f"User: Explain the parcel number 0.{about}\nAssistant: It is made by hand, 0."
    )
    said = " ".join(preview(tmp_path / "a.csv").notes)
    assert f"'{asked}'" in said
    assert f"'{answer}'" in said


def test_rows_without_an_answer_are_named_and_kept(tmp_path: Path) -> None:
    rows = [
        (f"Explain the {TOPICS[n % 10]}, case {n}", "", "" if n in (3, 7) else f"It is number {n}.") for n in range(30)
    ]
    taken = take(write_csv(tmp_path / "a.csv", ("instruction", "input", "output"), *rows))
    assert len(taken.rows) == 30
    assert taken.findings["no-answer"].count == 2
    assert "lines 5, 9" in taken.findings["no-answer"].message


def test_two_messages_of_a_preference_pair_begin_with_their_question_once(tmp_path: Path) -> None:
    rows = [
        {"prompt": messages(n)[1]["content"], "chosen": messages(n)[1:], "rejected": messages(n + 1)[1:]}
        for n in range(20)
    ]
    taken = take(jsonl(tmp_path / "pairs.jsonl", rows))
    assert taken.texts[0] == FIRST.split("\n", 1)[1]


def test_labelled_conversations_are_for_their_labels(tmp_path: Path) -> None:
    rows = [{"messages": messages(n)[1:], "label": ("late", "early")[n % 2]} for n in range(20)]
    seen = preview(jsonl(tmp_path / "chats.jsonl", rows))
    assert seen.tasks == ("text-classification", "text-generation")
    assert dict(seen.classes) == {"late": 10, "early": 10}


def test_texts_with_labels_stay_what_they_are_beside_columns_called_input_and_output(tmp_path: Path) -> None:
    rows = [(f"The {TOPICS[n % 10]} came on day {n} at last", ("good", "bad")[n % 2]) for n in range(30)]
    seen = preview(write_csv(tmp_path / "a.csv", ("input", "output"), *rows))
    assert seen.options.task == "text-classification"


def test_repeated_system_prompts_and_answers_stay_in_every_conversation(tmp_path: Path) -> None:
    long = "I am sorry, but I cannot help you with this; please write to the people of the workshop. " * 2
    rows = [
        {"messages": [*messages(n)[:2], {"role": "assistant", "content": f"{long}\n\nRegards"}]} for n in range(40)
    ] + [{"messages": messages(99)}] * 2
    dataset_store = DatasetStore(tmp_path / "home" / "datasets", tmp_path / "home" / "cache")
    file = jsonl(tmp_path / "chats.jsonl", rows)
    info = run_import(dataset_store, file, ImportOptions(), Silent(), tmp_path / "draft")
    opened = dataset_store.find(info.name).open
    assert opened is not None
    loaded = opened()
    documents = [str(text) for part in loaded.examples.values() for text in part.inputs]
    assert len(documents) == 41  # the conversation that appears twice stands there once
    assert sum("cannot help you" in text for text in documents) == 40
    assert sum(text.startswith("System: You answer") for text in documents) == 41
