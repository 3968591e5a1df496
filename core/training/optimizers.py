"""How corrections are made: the optimiser that a configuration asks for."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from core.specs.config import TrainConfig
from core.training.muon import Muon

# Adam's memory of past gradients' sizes. 0.99 instead of 0.999 adapts sooner, which counts in runs of minutes.
BETAS = (0.9, 0.99)
FUSED_ON = ("cpu", "cuda", "mps")  # where one kernel updates all parameters
WEIGHT_NAMES = ("weight", "in_proj_weight")  # of matrices: `weight_ih_l0` of an LSTM begins so as well


def make_optimizer(module: nn.Module, config: TrainConfig, device: torch.device) -> Optimizer:
    """Return the optimiser, with decoupled weight decay on matrices only.

    As a part of the gradient (the L2 penalty of PyTorch's Adam and SGD), Adam would divide it by the gradient's size
    and momentum would add it up ten times: the same setting would mean something else with each.

    Source:
        Adam: Kingma and Ba, 2014. https://arxiv.org/abs/1412.6980
        AdamW: Loshchilov and Hutter, 2017. https://arxiv.org/abs/1711.05101
        SGD with Nesterov momentum: Sutskever et al., 2013. https://proceedings.mlr.press/v28/sutskever13.html
        Muon: Jordan et al., 2024. https://kellerjordan.github.io/posts/muon/
    """
    decayed, free = decayed_and_free(module)
    rate, fused, decay = config.learning_rate, device.type in FUSED_ON, config.weight_decay
    if config.optimizer == "muon":
        return _make_muon(module, decayed, free, config, fused)
    groups = _groups(decayed, free, decay)
    if config.optimizer == "sgd":
        ahead = config.nesterov and config.momentum > 0
        groups = [group | {"weight_decay": 0.0, "decoupled_decay": group["weight_decay"]} for group in groups]
        sgd = torch.optim.SGD(groups, lr=rate, momentum=config.momentum, nesterov=ahead, fused=fused)
        if decay:
            sgd.register_step_pre_hook(_decay)
        return sgd
    if config.optimizer == "adam":
        return torch.optim.Adam(groups, lr=rate, betas=BETAS, fused=fused, decoupled_weight_decay=True)
    return torch.optim.AdamW(groups, lr=rate, betas=BETAS, fused=fused)


def _groups(decayed: list[nn.Parameter], free: list[nn.Parameter], decay: float) -> list[dict[str, Any]]:
    groups = [{"params": decayed, "weight_decay": decay}, {"params": free, "weight_decay": 0.0}]
    return [group for group in groups if group["params"]]


@torch.no_grad()
def _decay(optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
    """Pull the weights towards 0 before a step of SGD."""
    for group in optimizer.param_groups:
        if group["decoupled_decay"]:
            torch._foreach_mul_(group["params"], 1 - group["lr"] * group["decoupled_decay"])


def _make_muon(
    module: nn.Module, decayed: list[nn.Parameter], free: list[nn.Parameter], config: TrainConfig, fused: bool
) -> Optimizer:
    matrices = hidden_matrices(module)
    chosen = {id(p) for p in matrices}
    others = _groups([p for p in decayed if id(p) not in chosen], free, config.weight_decay)
    return Muon(
        matrices,
        others,
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
        momentum=config.momentum,
        nesterov=config.nesterov,
        betas=BETAS,
        fused=fused,
    )


def hidden_matrices(module: nn.Module) -> list[nn.Parameter]:
    """Return the parameters that Muon corrects: the weights between a model's layers, kernels included.

    Not the last layer, whose rows are answers rather than directions, nor embeddings, nor what is no matrix by nature,
    such as positions: as Jordan et al. advise.
    """
    decayed = {id(p) for p in decayed_and_free(module)[0]}
    named = [(name.rpartition(".")[2], p) for name, p in module.named_parameters()]
    last = _last_layer(module)
    return [p for name, p in named if name.startswith(WEIGHT_NAMES) and id(p) in decayed and p is not last]


def _last_layer(module: nn.Module) -> Tensor | None:
    """Return the output layer's weights; None if tied to embeddings, as in text models."""
    linear = [m for m in module.modules() if isinstance(m, nn.Linear)]
    widths = {m.embedding_dim for m in module.modules() if isinstance(m, nn.Embedding)}
    return linear[-1].weight if linear and linear[-1].out_features not in widths else None


def l1_price(parameters: Iterable[Tensor]) -> Tensor:
    """Return the sum of absolute values, to which the L1 penalty applies, a scalar.

    Without parameters it is 0.

    Source:
        Tibshirani, Regression Shrinkage and Selection via the Lasso, 1996.
    """
    sums = [parameter.abs().sum() for parameter in parameters]
    return torch.stack(sums).sum() if sums else torch.zeros(())


def decayed_and_free(module: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Return the parameters with weight decay, and those without.

    Biases, normalisations (all of one dimension) and embeddings are left alone: pulling them to 0 makes no model
    simpler, and a rare word's vector would fade between its appearances.
    """
    embeddings = {id(m.weight) for m in module.modules() if isinstance(m, nn.Embedding)}
    learning = [p for p in module.parameters() if p.requires_grad]
    decayed = [p for p in learning if p.dim() >= 2 and id(p) not in embeddings]
    chosen = {id(p) for p in decayed}
    return decayed, [p for p in learning if id(p) not in chosen]


def set_learning_rate(optimizer: Optimizer, learning_rate: float) -> None:
    """Set the learning rate of the next step."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def optimizer_tensors(optimizer: Optimizer) -> dict[str, Tensor]:
    """Return the optimiser's memory by name, such as `3.exp_avg` of the fourth parameter."""
    state = optimizer.state_dict()["state"]
    return {f"{index}.{name}": t for index, memory in state.items() for name, t in memory.items() if t is not None}


def restore_optimizer(optimizer: Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give the optimiser back the memory that `optimizer_tensors` returned."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
