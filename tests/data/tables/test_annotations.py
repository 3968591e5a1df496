"""Exports of tools for annotation are rows of texts and labels; what cannot be learnt of them is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.data.tables.taken import preview, take, write_csv

TOPICS = ("parcel", "invoice", "screen", "manual", "refund", "keyboard", "driver", "price", "battery", "cable")
TEXTS = [f"The {TOPICS[n % 10]} of day {n} came late again" for n in range(30)]
PAIRS = [(text, ("bad", "good")[n % 2]) for n, text in enumerate(TEXTS)]


SPAN = {"type": "labels", "from_name": "ner", "value": {"start": 0, "end": 3, "labels": ["D"]}}


def task(text: str, results: list[Any], **more: Any) -> dict[str, Any]:
    return {"id": 1, "annotations": [{"result": results, **more}], "data": {"text": text}, "predictions": []}


def choice(label: str) -> dict[str, Any]:
    return {"type": "choices", "from_name": "mood", "to_name": "text", "value": {"choices": [label]}}


def cancelled(text: str, label: str) -> dict[str, Any]:
    made = task(text, [choice(label)])
    return made | {"annotations": [{"was_cancelled": True, "result": [choice("wrong")]}, *made["annotations"]]}


EXPORTS = {
    "label studio": [task(text, [choice(label)]) for text, label in PAIRS],
    "label studio, cancelled ones before": [cancelled(*pair) for pair in PAIRS],
    "label studio, in short": [{"id": n, "text": t, "mood": k, "annotator": 1} for n, (t, k) in enumerate(PAIRS)],
    "doccano": [{"id": n, "text": text, "label": [label]} for n, (text, label) in enumerate(PAIRS)],
    "prodigy": [
        {"text": t, "options": [{"id": "bad", "text": "Bad"}], "accept": [k], "answer": "accept", "_task_hash": n}
        for n, (t, k) in enumerate(PAIRS)
    ],
    "amazon": [{"reviewText": text, "overall": label, "helpful": [n, 2]} for n, (text, label) in enumerate(PAIRS)],
}


@pytest.mark.parametrize("kind", EXPORTS)
@pytest.mark.parametrize("ending", [".json", ".jsonl"])
def test_what_was_chosen_is_the_label(kind: str, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"export{ending}"
    lines = [json.dumps(row) for row in EXPORTS[kind]]
    file.write_text("\n".join(lines) if ending == ".jsonl" else f"[{','.join(lines)}]")
    assert take(file, normalise_labels=False).pairs == PAIRS


def test_a_rejected_label_is_not_that_one_and_an_ignored_example_has_none(tmp_path: Path) -> None:
    rows = [
        {"text": t, "label": "URGENT", "answer": ("accept", "reject", "ignore")[n % 3]} for n, t in enumerate(TEXTS)
    ]
    file = tmp_path / "prodigy.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    taken = take(file)
    assert [label for _, label in taken.pairs[:3]] == ["URGENT", "not URGENT", "URGENT"]
    assert taken.findings["missing-labels"].count == 10


@pytest.mark.parametrize(
    "rows",
    [
        [task(text, [SPAN]) for text in TEXTS],
        [{"text": text, "label": [[0, 3, "DET"]]} for text in TEXTS],
        [{"text": text, "entities": [{"start_offset": 0, "end_offset": 3, "label": "DET"}]} for text in TEXTS],
    ],
)  # fmt: skip
def test_marked_parts_of_texts_are_said_not_to_be_learnt(rows: list[Any], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(rows))
    seen = preview(tmp_path / "a.json")
    assert "spans" in seen.notes[0]
    assert seen.options.task == "text-generation"
    assert [column.name for column in seen.columns] == ["text"] or "id" not in rows[0]


@pytest.mark.parametrize(("key", "conversations"), [("ticket_id", 15), ("", 1)])
def test_rows_with_one_turn_each_are_put_together(key: str, conversations: int, tmp_path: Path) -> None:
    said = [(n // 2, ("customer", "agent")[n % 2], text) for n, text in enumerate(TEXTS)]
    rows = said if key else [row[1:] for row in said]
    file = write_csv(tmp_path / "log.csv", ([key, "speaker", "text"] if key else ["speaker", "text"]), *rows)
    taken = take(file)
    assert len(taken.rows) == conversations
    assert taken.texts[0].startswith(f"User: {TEXTS[0]}\nAssistant: {TEXTS[1]}")
    assert f"Assistant: {TEXTS[29]}" in taken.texts[-1]


@pytest.mark.parametrize("ending", [".json", ".jsonl"])
def test_bare_lists_of_turns_are_conversations(ending: str, tmp_path: Path) -> None:
    chats = [
        [{"role": "user", "content": t}, {"role": "assistant", "content": f"Sorry, {n}"}] for n, t in enumerate(TEXTS)
    ]
    (tmp_path / f"a{ending}").write_text("\n".join(map(json.dumps, chats)) if ending == ".jsonl" else json.dumps(chats))
    assert take(tmp_path / f"a{ending}").texts[0] == f"User: {TEXTS[0]}\nAssistant: Sorry, 0"
