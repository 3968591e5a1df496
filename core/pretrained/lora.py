"""Low-rank adapters (LoRA): the network is frozen, two thin matrices per layer learn."""

import warnings
from typing import TYPE_CHECKING, Any, Literal

from core.specs.config import setting

if TYPE_CHECKING:
    from torch import nn

WriterPart = Literal["lora", "everything"]
SCALE = 2  # of what the adapters say, whatever their rank


def writer_part_setting() -> Any:
    """Declare how much of a model that writes learns."""
    return setting(
        "lora",
        label="Trainable part (LoRA or everything)",
        level="beginner",
        help="LoRA adds small layers and freezes the rest, which needs less memory and keeps what the model "
        "knows; everything takes on your style most closely.",
    )


def context_setting() -> Any:
    """Declare how far back a model that writes sees."""
    return setting(
        128,
        label="Context length (tokens it sees at once)",
        ge=4,
        le=8_192,
        help="Higher: it can refer to what was further back; each step takes longer. A model may be able to see less.",
    )


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
