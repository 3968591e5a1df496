"""The route that explains: `POST /models/{contender}/explain`."""

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import UserError
from core.serving.explanation.jobs import Jobs
from core.serving.server.inputs import parse_json
from core.serving.server.leaving import while_there
from core.serving.server.model_pool import ModelPool, WarmModel

WHAT_MATTERS = "what-matters"
ONLY_OWN_WEIGHTS = (
    "Explanations are for the model of a run: they are tested by replacing its weights by chance, and a baseline or a "
    "language model has none here. Ask for the explanation of a run."
)


class Explaining:
    """Explains answers; what that takes is imported when somebody asks first."""

    def __init__(self) -> None:
        self._measures = Jobs("What matters could not be measured")
        self._tests = Jobs("The explanation could not be tested")

    def answer(self, warm: WarmModel, asked: dict[str, Any]) -> dict[str, Any]:
        """Return an explanation, or how far a measurement or its test is.

        Raises:
            UserError: The model has none.
        """
        from core.serving.baseline_predictor import BaselinePredictor
        from core.serving.explanation.background import Home
        from core.serving.explanation.explain import explain, progress_of_test

        if isinstance(warm.predictor, BaselinePredictor):
            raise UserError(ONLY_OWN_WEIGHTS)
        home = Home.of(warm.run.folder)
        if asked.get("method") == WHAT_MATTERS:
            from core.serving.explanation.what_matters import measure

            return measure(home, warm.predictor, self._measures)
        far = progress_of_test(home, warm.predictor, asked, self._tests) if asked.get("progress") else None
        return explain(home, warm.predictor, asked) if far is None else far

    def close(self) -> None:
        """End what is computed in the background."""
        self._measures.close()
        self._tests.close()


def explain_router(pool: ModelPool, explaining: Explaining) -> APIRouter:
    """Return the route.

    Args:
        pool: The models.
        explaining: Explains their answers.
    """
    router = APIRouter()

    @router.post("/models/{name}/explain", summary="Why a model answers so")
    async def why(name: str, request: Request) -> Response:
        """Send JSON {"method": ..., "inputs": one input}, images as base64.

        Methods are `contributions`, `nearest`, `occlusion` (images and tables), `what-if` (texts), `sliders` (tables)
        and `prompt` (with `written`, for models that write); `what-matters` needs no input, and says how far it is.
        With "progress" true the answer may be {"ready": false, "done", "of"}: the explanation is tested, ask again.
        """
        asked = parse_json(await request.body())
        async with pool.model(name) as warm:
            return JSONResponse(await while_there(request, run_in_threadpool(explaining.answer, warm, asked)))

    return router
