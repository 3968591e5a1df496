"""The randomisation test: an explanation must change when what was learnt is destroyed.

Every weight is drawn anew, and the same answers are explained again. An explanation that stays much the same shows the
input, or the method, and not what the model has learnt; it is withdrawn.

The bound is a rank correlation of a half. An explanation that hangs on the weights alone has 0 on average: new weights
have no preferred sign or order. Its square is the share of the ranks' variance that a model which knows nothing has in
common with it: at a half, a quarter of what one sees is there without any learning, and who takes the stronger of two
parts for the stronger one is right by the method alone in two of three cases (1/2 + arcsin(1/2) / pi). The mean over
inputs and new weights is compared: of a linear model of three columns, the least certain case, ten new weights exceed
the bound by chance once in fifty times.

Source:
    Adebayo et al., Sanity Checks for Saliency Maps, 2018. https://arxiv.org/abs/1810.03292
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from core.preprocessing.bert import Network
from core.preprocessing.encoded_ngrams import DescribedNgrams
from core.preprocessing.sentence_encoder import SentenceEncoder
from core.serving.explanation.jobs import Progress
from core.serving.explanation.subject import Numbers
from core.serving.predictor import Predictor
from core.specs import Preprocessor

if TYPE_CHECKING:
    import torch
    from torch import Tensor

BOUND = 0.5  # mean rank correlation from which an explanation is withdrawn
INPUTS, DRAWS = 3, 10  # inputs that are explained, models with new weights at most
# As many comparisons of parts as three inputs of a model of three columns have with all draws: words, with weights of
# their own, have them with fewer draws. Columns and regions hang together, and count as few.
FEWEST_DRAWS, COMPARISONS = 4, 60


@dataclass(frozen=True)
class Randomisation:
    """How an explanation fared.

    Args:
        correlation: Mean rank correlation of explanations before and after; NaN where they said nothing.
        inputs: So many were explained.
        draws: With so many models of new weights.
    """

    correlation: float
    inputs: int
    draws: int

    @property
    def passed(self) -> bool:
        """Whether the explanation may be shown."""
        return self.correlation < BOUND

    @property
    def why_withdrawn(self) -> str:
        """Why it may not, a sentence; empty where it may."""
        if self.passed:
            return ""
        if np.isnan(self.correlation):
            return (
                "Withdrawn: for none of the examples that were tried did this explanation say anything, so there is "
                "nothing to believe."
            )
        return (
            "Withdrawn: this explanation stays much the same when everything that the model has learnt is replaced by "
            f"chance (rank correlation {self.correlation:.2f}; it must be below {BOUND}), so it would show what the "
            "inputs are like, not what the model has learnt."
        )


def randomisation_test(
    predictor: Predictor,
    explain: Callable[[Predictor, Any], Numbers],
    inputs: Sequence[Any],
    draws: int = DRAWS,
    tell: Progress = lambda _done, _of: None,
    *,
    of_words: bool = False,
) -> Randomisation:
    """Explain inputs before and after all weights are drawn anew.

    Args:
        predictor: The model.
        explain: Returns an explanation as numbers, always in the same order.
        inputs: What is explained.
        draws: Models with new weights at most.
        tell: Told how many explanations were made.
        of_words: Whether the parts are words, of which fewer draws tell enough.
    """
    before = [explain(predictor, one) for one in inputs]
    if of_words:
        draws = min(draws, draws_for([int(np.count_nonzero(known)) for known in before]))
    found: list[float] = []
    for draw in range(draws):
        other = randomised(predictor, draw)
        for known, one in zip(before, inputs, strict=True):
            tell(len(inputs) + len(found), len(inputs) * (1 + draws))
            found.append(rank_correlation(known, explain(other, one)))
    told = [value for value in found if not np.isnan(value)]
    return Randomisation(float(np.mean(told)) if told else float("nan"), len(inputs), draws)


def draws_for(parts: Sequence[int]) -> int:
    """Return how many models with new weights tell enough of so many parts."""
    each = sum(max(count - 1, 0) for count in parts)
    return max(FEWEST_DRAWS, min(DRAWS, -(-COMPARISONS // max(each, 1))))


def rank_correlation(first: Numbers, second: Numbers) -> float:
    """Return Spearman's rank correlation; NaN where the first says nothing."""
    from scipy.stats import rankdata

    told = (first != 0) | (second != 0)  # pixels of the ground, say, are 0 in both
    first, second = first[told], second[told]
    if len(first) < 2 or np.ptp(first) == 0:
        return float("nan")
    if np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def randomised(predictor: Predictor, draw: int) -> Predictor:
    """Return a model whose weights, a frozen encoder's too, are drawn anew."""
    import torch

    chance = torch.Generator().manual_seed(draw)
    module = copy.deepcopy(predictor.module)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(_drawn(parameter, chance).to(parameter.device))
        for layer in module.modules():
            if isinstance(layer, torch.nn.Embedding) and layer.padding_idx is not None:
                layer.weight[layer.padding_idx].zero_()
    return replace(predictor, module=module, preprocessor=_other_encoder(predictor.preprocessor, chance))


def _drawn(weights: "Tensor", chance: "torch.Generator") -> "Tensor":
    """Return random weights of the same size; normalisation scales stay around theirs."""
    import torch

    drawn = torch.randn(weights.shape, generator=chance)
    known = weights.detach().float().cpu()
    if known.dim() > 1:
        return (drawn * known.square().mean().sqrt()).to(weights.dtype)
    return (known.mean() + drawn * (known.std(correction=0) if known.numel() > 1 else 0)).to(weights.dtype)


def _other_encoder(preprocessor: Preprocessor, chance: "torch.Generator") -> Preprocessor:
    if isinstance(preprocessor, DescribedNgrams):
        return DescribedNgrams(cast(SentenceEncoder, _other_encoder(preprocessor.encoder, chance)), preprocessor.ngrams)
    if isinstance(preprocessor, SentenceEncoder):
        return preprocessor.with_network(lambda network: cast(Network, _drawn_anew(network, chance)))
    return preprocessor


def _drawn_anew(part: Any, chance: "torch.Generator") -> Any:
    """Return nested tuples of tensors with all of them drawn anew."""
    if not isinstance(part, tuple):
        return _drawn(part, chance).to(part.device)
    values = [_drawn_anew(one, chance) for one in part]
    return type(part)(*values) if hasattr(part, "_fields") else tuple(values)
