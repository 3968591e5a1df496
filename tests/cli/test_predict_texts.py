"""A model that has read a title and a body is given both, by their columns."""

import json
from pathlib import Path

import pytest

from core.cli.use import _column, _joined
from core.errors import UserError

BOTH = ("title", "body")


def test_rows_of_a_file_are_joined_as_they_were_learnt(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("body,id,title\nIt came on Friday.,1,Late again\nNothing else.,2,\n")
    assert _column(tmp_path / "a.csv", BOTH) == ["Late again\nIt came on Friday.", "Nothing else."]
    (tmp_path / "b.json").write_text(json.dumps([{"text": "one"}, {"text": "two"}]))
    assert _column(tmp_path / "b.json", BOTH) == ["one", "two"]
    (tmp_path / "c.csv").write_text("body,n\nIt came.,1\nIt went.,2\n")
    with pytest.raises(UserError, match='needs columns named "title" and "body"'):
        _column(tmp_path / "c.csv", BOTH)


def test_a_text_may_be_a_row_as_json() -> None:
    assert _joined('{"body": "It came.", "title": "Late"}', BOTH) == "Late\nIt came."
    assert _joined("Late\nIt came.", BOTH) == "Late\nIt came."
    assert _joined('{"a": 1}', ("text",)) == '{"a": 1}'
