"""A pretrained language model's network, whole or with adapters, ready to be tuned."""

from typing import TYPE_CHECKING

from core.specs import DataInfo

if TYPE_CHECKING:
    from torch import nn


def make_writer(info: DataInfo, trained: str, lora_rank: int, lora_dropout: float) -> "nn.Module":
    """Compose: the model, with adapters where wanted.

    Args:
        info: Whose `backbone` is the configuration, whose `input_shape` the context.
        trained: "lora", or "everything".
        lora_rank: Of the adapters.
        lora_dropout: Of the adapters.

    Raises:
        UnusableModel: The configuration makes no network.
    """
    from core.modules.pretrained_lm import PretrainedWriter
    from core.pretrained.architectures import make_backbone

    network = make_backbone(info.backbone, "writer")
    if trained == "lora":
        from core.pretrained.lora import add_adapters

        add_adapters(network, lora_rank, lora_dropout)
    return PretrainedWriter(network, info.input_shape[0])
