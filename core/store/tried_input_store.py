"""What people tried, kept: inputs, answers, thumbs, right labels, votes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import delete, select, update

from core.errors import UserError
from core.store.database import Database
from core.store.run_store import now
from core.store.tables import TriedInputRow

Kind = Literal["text", "row", "image", "prompt"]
_COLUMNS = ("id", "run_id", "kind", "content", "answers", "thumb", "right_label", "vote", "added_to", "created_at")


@dataclass(frozen=True)
class TriedInput:
    """One thing that somebody tried.

    Args:
        id: Its own.
        run_id: The run whose page or contender it was tried on first.
        kind: What it is.
        content: `text`, `row`, or `image` (the name of its file); `truth` of a test example.
        answers: One for each contender: `contender`, `label`, `score`, `value`, `text`, `ms`.
        thumb: 1 up, -1 down, 0 nobody said.
        right_label: What somebody typed that it is.
        vote: In blind mode the contender that was better, or "tie"; empty where nobody voted.
        added_to: The data set version that it became an example of.
        created_at: When, UTC.
    """

    id: str
    run_id: str
    kind: Kind
    content: Mapping[str, Any]
    answers: Sequence[Mapping[str, Any]]
    thumb: int
    right_label: str
    vote: str
    added_to: str
    created_at: datetime


class TriedInputStore:
    """Every method is one short transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(
        self, run_id: str, kind: Kind, content: Mapping[str, Any], answers: Sequence[Mapping[str, Any]], vote: str = ""
    ) -> str:
        """Keep something that was tried; return its id."""
        made = uuid4().hex[:12]
        row = TriedInputRow(
            id=made, run_id=run_id, kind=kind, content=dict(content), answers=[dict(one) for one in answers], thumb=0,
            right_label="", vote=vote, added_to="", created_at=now(),
        )  # fmt: skip
        with self.database.write() as session:
            session.add(row)
        return made

    def list(self, run_ids: Collection[str] = (), limit: int = 200) -> list[TriedInput]:
        """Return what was tried on some runs, or on all, the newest first."""
        query = select(*(getattr(TriedInputRow, name) for name in _COLUMNS)).order_by(TriedInputRow.number.desc())
        if run_ids:
            query = query.where(TriedInputRow.run_id.in_(run_ids))
        with self.database.read() as session:
            return [TriedInput(*row) for row in session.execute(query.limit(limit))]

    def get(self, tried_id: str) -> TriedInput:
        """Return one.

        Raises:
            UserError: It was forgotten.
        """
        query = select(*(getattr(TriedInputRow, name) for name in _COLUMNS)).where(TriedInputRow.id == tried_id)
        with self.database.read() as session:
            row = session.execute(query).first()
        if row is None:
            raise UserError("This try is not kept any more. Ask again.")
        return TriedInput(*row)

    def change(self, tried_id: str, **values: Any) -> None:
        """Change `thumb`, `right_label`, `vote` or `added_to` of one."""
        with self.database.write() as session:
            session.execute(update(TriedInputRow).where(TriedInputRow.id == tried_id).values(**values))

    def forget(self, tried_ids: Collection[str]) -> None:
        """Remove some for good."""
        with self.database.write() as session:
            session.execute(delete(TriedInputRow).where(TriedInputRow.id.in_(tried_ids)))
