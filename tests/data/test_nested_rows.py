"""Rows that lie within lists within lists."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.data.imports.run_import import preview_source
from core.errors import DataError
from core.specs.dataset_types import ImportOptions

QUESTION = {"id": "1", "question": "Where?", "answers": [{"text": "Paris", "answer_start": 0}]}
ARTICLES = [{"title": f"T{i}", "paragraphs": [{"context": "Paris is large.", "qas": [QUESTION] * 3}]} for i in range(9)]
TURNS = [{"role": "user", "content": [{"type": "text", "text": "Hello there"}]},
         {"role": "assistant", "content": [{"type": "text", "text": "Good day to you"}]}]  # fmt: skip


def looked_at(folder: Path, document: Any, name: str = "train.json") -> Any:
    file = folder / name
    lines = [json.dumps(one) for one in document] if name.endswith("l") else [json.dumps(document)]
    file.write_text("\n".join(lines))
    return preview_source(file, ImportOptions())


@pytest.mark.parametrize(
    ("document", "name"),
    [({"version": "2.0", "data": ARTICLES}, "train.json"), (ARTICLES, "train.json"), (ARTICLES, "train.jsonl")],
)
def test_questions_within_passages_within_articles_are_refused_with_what_to_write(
    document: Any, name: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as refused:
        looked_at(tmp_path, document, name)
    assert str(refused.value).startswith(
        f"{name} is nested: each of its objects holds a list 'paragraphs', and each item of that a list 'qas' (id, "
        "question, answers), as SQuAD keeps"
    )
    assert "Write one object for each item of 'qas'" in str(refused.value)


def test_what_can_be_used_beside_nested_lists_is_read(tmp_path: Path) -> None:
    rows = [
        {"text": f"it is {n} fine", "label": "good" if n % 2 else "bad", "log": [{"a": [{"b": 1}]}]} for n in range(40)
    ]
    assert looked_at(tmp_path, rows).rows == 40


def test_turns_with_parts_are_a_conversation(tmp_path: Path) -> None:
    found = looked_at(tmp_path, [{"messages": TURNS} for _ in range(30)])
    assert found.rows == 30
