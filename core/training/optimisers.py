"""How corrections are made: the optimiser that a configuration asks for."""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from core.config import TrainConfig

MOMENTUM = 0.9
# Adam's memory of past gradients' sizes. 0.99 instead of 0.999 adapts sooner, which counts in runs of minutes.
BETAS = (0.9, 0.99)
FUSED_ON = ("cpu", "cuda", "mps")  # where one kernel updates all parameters


def make_optimiser(module: nn.Module, config: TrainConfig, device: torch.device) -> Optimizer:
    """Return the optimiser, with weight decay on matrices only.

    Args:
        module: Whose parameters are corrected, already on the device.
        config: Names the optimiser, learning rate and weight decay.
        device: Where it computes.

    Source:
        Adam: Kingma and Ba, 2014. https://arxiv.org/abs/1412.6980
        AdamW: Loshchilov and Hutter, 2017. https://arxiv.org/abs/1711.05101
        SGD with Nesterov momentum: Sutskever et al., 2013. https://proceedings.mlr.press/v28/sutskever13.html
    """
    decayed, free = decayed_and_free(module)
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": free, "weight_decay": 0.0}]
    groups = [group for group in groups if group["params"]]
    rate, fused = config.learning_rate, device.type in FUSED_ON
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=MOMENTUM, nesterov=True, fused=fused)
    if config.optimizer == "adam":
        return torch.optim.Adam(groups, lr=rate, betas=BETAS, fused=fused)
    return torch.optim.AdamW(groups, lr=rate, betas=BETAS, fused=fused)


def decayed_and_free(module: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Return the parameters that weight decay pulls towards 0, and those that it leaves alone.

    Biases, normalisations (all of one dimension) and embeddings are left alone: pulling them to 0 makes no model
    simpler, and a rare word's vector would fade between its appearances.
    """
    embeddings = {id(m.weight) for m in module.modules() if isinstance(m, nn.Embedding)}
    learning = [p for p in module.parameters() if p.requires_grad]
    decayed = [p for p in learning if p.dim() >= 2 and id(p) not in embeddings]
    chosen = {id(p) for p in decayed}
    return decayed, [p for p in learning if id(p) not in chosen]


def set_learning_rate(optimiser: Optimizer, learning_rate: float) -> None:
    """Set the learning rate of the next step."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate


def optimiser_tensors(optimiser: Optimizer) -> dict[str, Tensor]:
    """Return the optimiser's memory by name, such as `3.exp_avg` of the fourth parameter."""
    state = optimiser.state_dict()["state"]
    return {f"{index}.{name}": t for index, memory in state.items() for name, t in memory.items() if t is not None}


def restore_optimiser(optimiser: Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give the optimiser back the memory that `optimiser_tensors` returned."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
