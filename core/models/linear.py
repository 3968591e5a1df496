"""Linear regression: every column gets a weight, and the weighted sum is the answer.

It learns by gradient descent, so that one can watch; its last step goes to the weights that are best by computation
(`core.training.closed_form`).
"""

from typing import TYPE_CHECKING, Any

from pydantic import model_validator

from core.preprocessing import columns
from core.specs import DataInfo, Examples, ModelSpec, Preprocessor
from core.specs.config import Params, setting

if TYPE_CHECKING:
    from torch import nn

SHARED = {"batch_size": 32, "weight_decay": 0.0}  # weights have a price of their own here


class LinearParams(Params):
    """What weights cost."""

    l2: float = setting(
        0.0,
        label="L2 penalty (smaller weights)",
        level="beginner",
        ge=0.0,
        le=10.0,
        help="Higher: weights are held closer to zero, which helps where rows are few or columns say the same. 0: at "
        "the end, the training rows themselves choose it (leave-one-out cross-validation).",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_l1(cls, values: Any) -> Any:
        """Read settings of older runs, without their L1 penalty.

        It was a setting of this model before every model had it.
        """
        return {name: value for name, value in values.items() if name != "l1"} if isinstance(values, dict) else values


def build(params: LinearParams, info: DataInfo) -> "nn.Module":
    """Compose: one weighted sum, then from standardised numbers to those that people know."""
    from torch import nn

    from core.modules.regression_head import InUnitsOfTarget, PenalisedLinear

    return nn.Sequential(
        PenalisedLinear(info.input_shape[0], params.l2),
        InUnitsOfTarget.of(info),
    )


def preprocess(params: LinearParams, train: Examples) -> Preprocessor:
    """Fill in what is missing, standardise numbers, give each common word a column."""
    del params
    return columns.PREPROCESSOR.fit(train)


MODEL = ModelSpec(
    name="linear",
    title="Linear regression",
    short="linear regression",
    summary="Gives every column a weight and adds up. Learns in seconds, and its weights say what counts how much.",
    choose_when="You want a first answer, few rows to learn from, or a formula that you can explain.",
    paper="R. Tibshirani, Regression Shrinkage and Selection via the Lasso, 1996",
    paper_url="https://doi.org/10.1111/j.2517-6161.1996.tb02080.x",
    tasks=("tabular-regression",),
    parameter_count=31,
    params=LinearParams,
    presets={
        # Steps enough for tables of a hundred rows; for millions of them, patience ends a run early.
        "quick": {**SHARED, "epochs": 40, "learning_rate": 3e-2, "patience": 10},
        "balanced": {**SHARED, "epochs": 100, "learning_rate": 2e-2, "patience": 25},
        "best": {**SHARED, "epochs": 300, "learning_rate": 1e-2, "patience": 75},
    },
    preprocess=preprocess,
    build=build,
)
