"""A process that fetches from the hub as it is told, line by line: the hub's address is read once, at import."""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from core.data.hub import cached_sets, preview_hub, read_hub
from core.data.rows import read_rows
from core.data.staging import ImportCancelled, StagedDataset
from core.errors import DataError
from core.specs.dataset_types import ImportOptions


class Watched:
    """Keeps what it is told; cancels once so much is done."""

    def __init__(self, cancel_stage: str) -> None:
        self.stages: list[list[Any]] = []
        self.done: list[int] = []
        self._cancel_stage = cancel_stage

    def stage(self, name: str, total: int, unit: str) -> None:
        self.stages.append([name, total, unit])

    def advance(self, done: int) -> None:
        self.done.append(done)
        if done and self.stages and self.stages[-1][0] == self._cancel_stage:
            raise ImportCancelled


def answer(request: dict[str, Any]) -> dict[str, Any]:
    cache, options = Path(request["cache"]), ImportOptions(**request.get("options", {}))
    config = request.get("config", "")
    os.environ["HF_TOKEN"] = request.get("token", "")
    watched = Watched(request.get("cancel_stage", ""))
    try:
        if request["do"] == "cached":
            return {"cached": cached_sets(cache)}
        preview = preview_hub(request["id"], config, options, cache)
        told: dict[str, Any] = {"look": preview.options.model_dump(mode="json"), "classes": list(preview.classes)}
        told |= {"kind": preview.kind, "size_bytes": preview.size_bytes}
        if request["do"] == "look":
            return told
        folder = Path(request["folder"])
        folder.mkdir()
        staged = StagedDataset(folder, preview.options.task)
        read_hub(request["id"], config, preview.options, cache, staged, watched)
        staged.close()
    except DataError as error:
        return {"error": str(error)}
    except ImportCancelled:
        return {"cancelled": True}
    rows = read_rows(staged.rows_file)
    columns = [name for name in rows.column_names if name not in ("pixels", "looks", "offset")]
    return {
        **told,
        "rows": rows.select(columns).to_pylist(),
        "labels": staged.labels,
        "findings": [[finding.code, finding.severity, finding.count, finding.message] for finding in staged.findings],
        "facts": staged.facts,
        "stages": watched.stages,
        "left_in_folder": sorted(path.name for path in folder.iterdir()),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            told = answer(json.loads(line))
        except Exception:  # whatever else it is, the test shall show it
            told = {"error": traceback.format_exc()}
        print(json.dumps(told), flush=True)
