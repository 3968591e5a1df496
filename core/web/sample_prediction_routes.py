"""Read-only routes of the sample predictions: predictions at each evaluation, and images."""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from core.errors import UserError
from core.evaluation.sample_predictions import (
    EvaluationPass,
    evaluation_stamp,
    image_of,
    read_evaluation_passes,
    read_examples,
)
from core.runs import Run
from core.services.run_service import Service

_DAY = "private, max-age=86400"  # an example of a run never changes
LONGEST_TEXT = 4_000  # characters of what a model wrote


def sample_prediction_endpoints(open_service: Callable[[], Service]) -> dict[str, Callable[[Request], Response]]:
    """Return the endpoints by path, for `core.web.routes` to guard and mount.

    Args:
        open_service: Returns the process's service.
    """

    def sample_predictions(request: Request) -> Response:
        query, service = request.query_params, open_service()
        run = service.run(request.path_params["run_id"])
        after = query.get("after", "")
        known = int(after) if after.isdecimal() and len(after) < 19 else -1
        document = sample_prediction_document(service, run, known, query.get("generation", ""))
        return JSONResponse(document, headers={"Cache-Control": "no-store"})

    def image(request: Request) -> Response:
        service, number = open_service(), request.path_params["number"]
        file = image_of(service.folder(request.path_params["run_id"]), number)
        if not file.is_file():
            raise UserError("There is no such image.")
        return FileResponse(file, media_type="image/png", headers={"Cache-Control": _DAY})

    return {"/api/runs/{run_id}/wall": sample_predictions, "/api/runs/{run_id}/wall/{number:int}.png": image}


def sample_prediction_document(service: Service, run: Run, after: int = -1, generation: str = "") -> dict[str, Any]:
    """Return a run's sample predictions: all, or those after the viewer's step.

    Args:
        service: Knows the run.
        run: The run.
        after: The last step that the viewer knows; below 0 is none.
        generation: What the last answer was called; after another one, everything is sent again.
    """
    folder = service.settings.runs_folder / run.id
    shown: Mapping[str, Any] | None = read_examples(folder)
    name, passes = _passes(folder, evaluation_stamp(folder)) if shown else (str(run.attempt), _written(service, run))
    complete = generation != name or after < 0
    return {
        "run": run.id,
        "active": run.status.is_active,
        "steps": run.steps,
        "steps_total": run.steps_total,
        "generation": name,
        "complete": complete,
        "kind": shown["kind"] if shown else "writing",
        "labels": shown["labels"] if shown and complete else [],
        "examples": shown["examples"] if shown and complete else [],
        "looks": [evaluation for evaluation in passes if complete or evaluation["step"] > after],
    }


@functools.lru_cache(maxsize=64)  # many watch the same run
def _passes(folder: Path, _stamp: tuple[int, ...]) -> tuple[str, Sequence[EvaluationPass]]:
    return read_evaluation_passes(folder)


def _written(service: Service, run: Run) -> Sequence[EvaluationPass]:
    """Return the generated samples in step order; repeated steps count once."""
    by_step: dict[int, EvaluationPass] = {}
    for event in service.events(run.id, "sample"):
        step, text = event.data.get("step"), str(event.data.get("text", ""))[:LONGEST_TEXT]
        if isinstance(step, int):
            by_step[step] = {"step": step, "text": text, "prompt": str(event.data.get("prompt", ""))}
    return [by_step[step] for step in sorted(by_step)]
