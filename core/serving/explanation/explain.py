"""One explanation of one answer, tested before it is shown."""

import hashlib
import json
import math
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.files import write_json
from core.serving.explanation.background import Home
from core.serving.explanation.jobs import Jobs, Progress
from core.serving.explanation.methods import Asked, Method, asked_of, methods_of, samples
from core.serving.explanation.randomisation import BOUND, INPUTS, Randomisation, randomisation_test
from core.serving.explanation.subject import Numbers
from core.serving.predictor import Predictor

if TYPE_CHECKING:
    from torch import nn

TESTS = "randomisation.json"  # of a run: what was found, by explanation and weights
LOOKED_AT = 4_096  # numbers of a tensor, from which its mark is made
_one_at_a_time = threading.Lock()  # the test of a run is made once, however many ask


def explain(home: Home, predictor: Predictor, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return an explanation, or why it was withdrawn.

    Args:
        home: Of the run.
        predictor: The model.
        given: `method`, `inputs` and what else `asked_of` reads.

    Raises:
        UserError: The model has no such explanation.
        DataError: The input is none of this model, or its training data is gone.
    """
    methods, name = methods_of(predictor), str(given.get("method", ""))
    if name not in methods:
        raise UserError(f"There is no explanation '{name[:40]}' of this model. Ask for one of: {', '.join(methods)}.")
    mark = weights_mark(predictor.module)
    asked = asked_of(home, predictor, given, mark)
    with _one_at_a_time:
        tested = check_explanation(home, predictor, name, mark)
        said: dict[str, Any] = {
            "method": name, "label": asked.subject.name if asked.subject else "", "caveat": methods[name].caveat,
            "withdrawn": tested.why_withdrawn, "bound": BOUND,
            "correlation": None if math.isnan(tested.correlation) else tested.correlation,
        }  # fmt: skip
        return said if tested.why_withdrawn else said | methods[name].tell(asked)


def progress_of_test(home: Home, predictor: Predictor, given: Mapping[str, Any], jobs: Jobs) -> dict[str, Any] | None:
    """Return how far an explanation's test is; None once it was made.

    The first who asks starts it.

    Args:
        home: Of the run.
        predictor: The model.
        given: As for `explain`.
        jobs: Where tests are made.

    Raises:
        DataError: It failed.
    """
    name, known = str(given.get("method", "")), methods_of(predictor)
    if name not in known:
        return None
    mark = weights_mark(predictor.module)
    key = _test_of(name, known[name], mark)
    if key in _kept_tests(home):
        return None

    def work(tell: Progress) -> None:
        with _one_at_a_time:
            check_explanation(home, predictor, name, mark, tell)

    return jobs.ask(key, work)


def check_explanation(
    home: Home, predictor: Predictor, name: str, mark: str, tell: Progress = lambda _done, _of: None
) -> Randomisation:
    """Return an explanation's randomisation test, made once for a model's weights."""
    method, kept = methods_of(predictor)[name], _kept_tests(home)
    key = _test_of(name, method, mark)
    if key not in kept:

        def numbers(other: Predictor, one: Asked) -> Numbers:
            return method.numbers(replace(one, predictor=other))

        found = randomisation_test(
            predictor, numbers, samples(home, predictor, INPUTS, mark), method.draws, tell,
            of_words=predictor.task.input_kind == "text",
        )  # fmt: skip
        kept[key] = asdict(found)
        write_json(home.kept(TESTS), kept)
    return Randomisation(**kept[key])


def _test_of(name: str, method: Method, mark: str) -> str:
    """Return what a test is kept under: methods that share one, by the weights."""
    return f"{method.tested_as or name} {mark}"


def _kept_tests(home: Home) -> dict[str, Any]:
    file = home.kept(TESTS)
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return kept


def weights_mark(module: "nn.Module") -> str:
    """Return what changes with a model's weights: a hash of some numbers of each."""
    mark = hashlib.blake2b(digest_size=8)
    for name, weights in module.state_dict().items():
        flat = weights.detach().flatten()
        some = flat[:: max(len(flat) // LOOKED_AT, 1)].float().cpu().numpy()
        mark.update(f"{name} {tuple(weights.shape)}".encode() + some.tobytes())
    return mark.hexdigest()
