"""Low-rank adapters (LoRA): the network is frozen, two thin matrices per layer learn."""

import warnings
from typing import TYPE_CHECKING, Any

from core.specs.config import setting

if TYPE_CHECKING:
    from torch import nn

SCALE = 2  # of what the adapters say, whatever their rank


def rank_setting() -> Any:
    """Declare how thick the adapters are."""
    return setting(
        8,
        label="LoRA rank (size of the added layers)",
        ge=1,
        le=256,
        help="Higher: can change more of what the model knows, and overfits sooner.",
    )


def dropout_setting() -> Any:
    """Declare how much of what the adapters are given is hidden while training."""
    return setting(
        0.0,
        label="LoRA dropout",
        ge=0.0,
        le=0.9,
        help="Higher: more of what they are given is hidden at random while training, against overfitting.",
    )


def add_adapters(network: "nn.Module", rank: int, dropout: float) -> None:
    """Add adapters to a network's linear layers and freeze everything else.

    The layers stay as they are, with the adapters beside them, so that a checkpoint of the whole is complete.

    Source:
        Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, 2021. https://arxiv.org/abs/2106.09685
    """
    from peft import LoraConfig, inject_adapter_in_model

    settings = LoraConfig(r=rank, lora_alpha=SCALE * rank, lora_dropout=dropout, target_modules="all-linear")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of layers that are stored the other way round: it knows, and turns them
        inject_adapter_in_model(settings, network)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_("lora_" in name)


def freeze(network: "nn.Module") -> None:
    """Let nothing of a network learn."""
    network.requires_grad_(False)
