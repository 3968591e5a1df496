"""A pretrained language model as the other modules here are: ids in, logits out."""

import inspect
from typing import Any

from torch import Tensor, nn


class PretrainedWriter(nn.Module):
    """Predicts the next token at every position with a pretrained language model.

    Weights that stand at two places (the vectors that read tokens and score them) are saved once.

    Args:
        network: Any causal language model of `transformers`: answers with `logits` (B, T, V).
        context: How many tokens it shall look back on; also the attribute by which others know it.

    Shapes:
        (B, T) integers with T <= context -> (B, T, V) logits
    """

    def __init__(self, network: nn.Module, context: int) -> None:
        super().__init__()
        self.context = context
        self.backbone = network
        takes_past = "past_key_values" in inspect.signature(network.forward).parameters  # state-space models have none
        self.advance = self._advance if takes_past else None
        self.register_state_dict_post_hook(_forget_copies)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_pre_hook(_remember_copies)  # type: ignore[no-untyped-call]

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of the token that follows each position."""
        answer: Any = self.backbone(input_ids=ids.long(), use_cache=False)
        logits: Tensor = answer.logits
        return logits

    def _advance(self, ids: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Return logits of new ids, and the longer key-value cache.

        Args:
            ids: (1, T) integers; with the past at most `context`.
            state: The network's own `past_key_values`; None at the beginning.
        """
        answer: Any = self.backbone(input_ids=ids.long(), past_key_values=state, use_cache=True)
        return answer.logits, answer.past_key_values


def _copies(module: nn.Module) -> dict[str, str]:
    """Return the names of tied parameters, each with its first name."""
    first: dict[int, str] = {}
    named = module.named_parameters(remove_duplicate=False)
    return {name: kept for name, parameter in named if (kept := first.setdefault(id(parameter), name)) != name}


def _forget_copies(module: nn.Module, state: dict[str, Any], prefix: str, _metadata: Any) -> None:
    for copy in _copies(module):
        state.pop(prefix + copy, None)


def _remember_copies(module: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    for copy, kept in _copies(module).items():
        if prefix + kept in state:
            state.setdefault(prefix + copy, state[prefix + kept])
