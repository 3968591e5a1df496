"""A model's own features: its last layer's inputs, weighed by the layer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from core.serving.explanation.subject import part
from core.serving.predictor import Predictor
from core.specs import Inputs

if TYPE_CHECKING:
    from torch import Tensor, nn

AT_ONCE = 64  # examples: as many as pretrained encoders read together
Features = Any  # (N, F): a float32 array, or a scipy.sparse.csr_matrix of a model that reads n-grams


def features_of(predictor: Predictor, inputs: Inputs, tell: Callable[[int], None] = lambda done: None) -> Features:
    """Return features of examples, (N, F); sparse for linear models on tokens.

    Args:
        predictor: The model.
        inputs: The examples.
        tell: Told how many are done.
    """
    parts: list[Any] = []
    for start in range(0, len(inputs), AT_ONCE):
        rows = predictor.preprocessor.transform(part(inputs, slice(start, start + AT_ONCE)))
        parts.append(features_of_rows(predictor, rows))
        tell(min(start + AT_ONCE, len(inputs)))
    return _joined(parts)


def features_of_rows(predictor: Predictor, rows: NDArray[Any]) -> Features:
    """Return features of rows that the preprocessor has made already, (N, F)."""
    import torch

    starts = range(0, len(rows), AT_ONCE)
    parts = [torch.as_tensor(np.array(rows[start : start + AT_ONCE])).to(predictor.device) for start in starts]
    return _joined([_features(predictor, one) for one in parts])


def _joined(parts: list[Any]) -> Features:
    from scipy import sparse

    return sparse.vstack(parts, format="csr") if sparse.issparse(parts[0]) else np.concatenate(parts)


def _features(predictor: Predictor, rows: "Tensor") -> Features:
    import torch
    from torch import nn

    seen: list[tuple[nn.Linear, Tensor]] = []
    layers = [layer for layer in predictor.module.modules() if isinstance(layer, nn.Linear)]
    if not layers:
        return _of_tokens(predictor.module, rows)
    # Encoders read texts of like length together: rows in that order come back in it.
    lengths = (rows != predictor.info.padding_id).flatten(1).sum(1)
    order = torch.arange(len(rows)) if rows.is_floating_point() else lengths.argsort(stable=True)
    hooks = [layer.register_forward_pre_hook(lambda layer, given: seen.append((layer, given[0]))) for layer in layers]
    try:
        with torch.inference_mode():
            predictor.module(rows[order])
    finally:
        for hook in hooks:
            hook.remove()
    head, read = seen[-1]
    weighed = (read.flatten(1).float() * head.weight.detach().float().norm(dim=0))[order.argsort()]
    return weighed.cpu().numpy()


def _of_tokens(module: "nn.Module", rows: "Tensor") -> Features:
    """Return each token's weighed share of a text, sparse (N, V)."""
    from scipy.sparse import diags

    bag = cast(Any, module)  # the linear model on n-grams is the only one without a linear layer
    (design,) = bag.design(rows)
    return (design @ diags(bag.embedding.weight.detach().norm(dim=1).cpu().numpy())).tocsr()
