"""A copy of a run's database rows in its folder, for a damaged database."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core.errors import DatabaseUnavailable
from core.files import whole
from core.store.database import Database

FILE = "run.json"
_OF_RUN = ("parameters", "scores", "artifacts", "jobs")
_log = logging.getLogger(__name__)
Rows = Mapping[str, list[dict[str, Any]]]  # by table, each as column and value


def write_copy(database: Database, run_id: str, folder: Path) -> None:
    """Write the rows of a run, except its curves, into its folder.

    Failures are only logged.

    Args:
        database: Where the run is; nothing is written where it is on a server, which has backups of its own.
        run_id: The run.
        folder: Its folder.
    """
    if database.file is None:
        return
    try:
        rows = _rows_of(database, run_id)
        with whole(folder / FILE) as draft:
            draft.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    except (OSError, DatabaseUnavailable):
        _log.warning("No copy of the run's rows was written into its folder.", exc_info=True)


def read_copy(folder: Path) -> Rows:
    """Return what was written; nothing where there is none or it is damaged."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    tables = ("runs", *_OF_RUN)
    if not isinstance(said, dict) or not all(isinstance(said.get(table), list) for table in tables):
        return {}
    return {table: [row for row in said[table] if isinstance(row, dict)] for table in tables}


def _rows_of(database: Database, run_id: str) -> Rows:
    mine = "(SELECT number FROM runs WHERE id = :id)"
    queries = {"runs": "SELECT * FROM runs WHERE id = :id"}
    queries |= {table: f"SELECT * FROM {table} WHERE run_number = {mine}" for table in _OF_RUN}
    with database.read() as session:
        return {
            table: [dict(row) for row in session.execute(text(query), {"id": run_id}).mappings()]
            for table, query in queries.items()
        }
