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
from core.serving.explanation.methods import Asked, asked_of, methods_of, samples
from core.serving.explanation.randomisation import BOUND, INPUTS, Randomisation, randomisation_test
from core.serving.explanation.subject import Numbers
from core.serving.predictor import Predictor

if TYPE_CHECKING:
    from torch import nn

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


def check_explanation(home: Home, predictor: Predictor, name: str, mark: str) -> Randomisation:
    """Return an explanation's randomisation test, made once for a model's weights."""
    method = methods_of(predictor)[name]
    name = method.tested_as or name
    file = home.kept("randomisation.json")
    kept: dict[str, Any] = {}
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
    key = f"{name} {mark}"
    if key not in kept:

        def numbers(other: Predictor, one: Asked) -> Numbers:
            return method.numbers(replace(one, predictor=other))

        found = randomisation_test(predictor, numbers, samples(home, predictor, INPUTS, mark), method.draws)
        kept[key] = asdict(found)
        write_json(file, kept)
    return Randomisation(**kept[key])


def weights_mark(module: "nn.Module") -> str:
    """Return what changes with a model's weights: a hash of some numbers of each."""
    mark = hashlib.blake2b(digest_size=8)
    for name, weights in module.state_dict().items():
        flat = weights.detach().flatten()
        some = flat[:: max(len(flat) // LOOKED_AT, 1)].float().cpu().numpy()
        mark.update(f"{name} {tuple(weights.shape)}".encode() + some.tobytes())
    return mark.hexdigest()
