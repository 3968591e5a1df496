"""Runs that were not trained here: logged from a script, or imported. They have no place in the queue."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from core.config import TrainConfig
from core.runs import Run, RunStatus, Stage
from core.store.database import Database
from core.store.run_store import ALPHABET, RunStore, now
from core.store.tables import JobRow, ParameterRow, RunRow

# What the configuration of such a run says: nothing. Its settings are in `Run.settings`.
NO_CONFIG = TrainConfig(task="", dataset="", model="")


class ForeignRuns:
    """Adds runs from elsewhere to the same tables; everything else about them is `RunStore`'s."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self.database = database

    def create(
        self,
        origin: str,
        name: str = "",
        project: str = "",
        settings: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str = "",
        created_at: datetime | None = None,
        process: tuple[int, float] | None = None,
    ) -> Run:
        """Insert a run that works; end it with `RunStore.finish`. The same key gives the run that it made before.

        Args:
            origin: Where it comes from: "tracked", "tensorboard", "mlflow", "wandb", "csv".
            name: What people call it; empty names it after its project, or origin, and number.
            project: What it belongs to.
            settings: Its configuration, as JSON.
            idempotency_key: Such as a hash of the imported files, so that importing twice gives one run.
            created_at: When it began; now if None.
            process: The pid that logs it and when that process was created (seconds since 1970).
        """
        key, began = idempotency_key or uuid4().hex, created_at or now()
        with self.database.write() as session:
            known = session.query(RunRow.id).where(RunRow.idempotency_key == key).scalar()
            if known is None:
                known = "".join(secrets.choice(ALPHABET) for _ in range(8))
                row = RunRow(
                    id=known, idempotency_key=key, name=name, status=RunStatus.RUNNING, stage=Stage.TRAINING,
                    config=NO_CONFIG.model_dump(mode="json"), config_hash="", created_at=began, started_at=began,
                    heartbeat_at=now(), origin=origin, project=project, settings=dict(settings or {}),
                )  # fmt: skip
                session.add(row)
                session.flush()
                row.name = row.name or f"{project or origin} #{row.number}"
                pid, pid_created = process or (None, None)
                job = JobRow(run_number=row.number, queued_at=began, claimed_at=began, pid=pid, pid_created=pid_created)
                session.add(job)
                values = row.settings.items()
                session.add_all(ParameterRow(run_number=row.number, key=str(k), value=v) for k, v in values)
        return RunStore(self.database).get(known)
