"""The route that explains: `POST /models/{contender}/explain`."""

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import UserError
from core.serving.baseline_predictor import BaselinePredictor
from core.serving.explanation.background import Home
from core.serving.explanation.explain import explain
from core.serving.explanation.what_matters import WhatMattersJobs
from core.serving.server.inputs import parse_json
from core.serving.server.leaving import while_there
from core.serving.server.model_pool import ModelPool, WarmModel

WHAT_MATTERS = "what-matters"
ONLY_OWN_WEIGHTS = (
    "Explanations are for the model of a run: they are tested by replacing its weights by chance, and a baseline or a "
    "language model has none here. Ask for the explanation of a run."
)


def explain_router(pool: ModelPool, jobs: WhatMattersJobs) -> APIRouter:
    """Return the route.

    Args:
        pool: The models.
        jobs: What is measured over whole test splits.
    """
    router = APIRouter()

    @router.post("/models/{name}/explain", summary="Why a model answers so")
    async def why(name: str, request: Request) -> Response:
        """Send JSON {"method": ..., "inputs": one input}, images as base64.

        Methods are `contributions`, `nearest`, `occlusion` (images and tables), `what-if` (texts), `sliders` (tables)
        and `prompt` (with `written`, for models that write); `what-matters` needs no input, and says how far it is.
        """
        asked = parse_json(await request.body())
        async with pool.model(name) as warm:
            return JSONResponse(await while_there(request, run_in_threadpool(_answer, warm, asked, jobs)))

    return router


def _answer(warm: WarmModel, asked: dict[str, Any], jobs: WhatMattersJobs) -> dict[str, Any]:
    if isinstance(warm.predictor, BaselinePredictor):
        raise UserError(ONLY_OWN_WEIGHTS)
    home = Home.of(warm.run.folder)
    if asked.get("method") == WHAT_MATTERS:
        return jobs.ask(home, warm.predictor)
    return explain(home, warm.predictor, asked)
