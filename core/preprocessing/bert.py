"""A BERT encoder as plain tensors, loaded in a tenth of a second.

Only the parts that are used are read, and padding is left out.

Computed here rather than by the library that has every network: importing that takes three seconds, which a run's first
point, a prediction and a measurement of speed have not to spare.

Source:
    Devlin et al., BERT, 2018. https://arxiv.org/abs/1810.04805
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import torch

HIDDEN, HEADS, NORM_EPSILON = 384, 12, 1e-12


class Norm(NamedTuple):
    """A layer normalisation: scale and shift, (H,) each."""

    scale: "torch.Tensor"
    shift: "torch.Tensor"


class Linear(NamedTuple):
    """A linear map: weights (out, in) and bias (out,)."""

    weight: "torch.Tensor"
    bias: "torch.Tensor"


class Layer(NamedTuple):
    """One BERT encoder layer: attention with a joint query-key-value map, and feed-forward network."""

    attended: Linear
    mixed: Linear
    mixed_norm: Norm
    wide: Linear
    narrow: Linear
    norm: Norm


class Network(NamedTuple):
    """The layers that are read, on one device."""

    words: "torch.Tensor"  # (V, H)
    positions: "torch.Tensor"  # (512, H), the mark of the first sentence included
    norm: Norm
    layers: tuple[Layer, ...]


def load_network(folder: Path, device: str, deepest: int) -> Network:
    """Load the network.

    Args:
        folder: Its files, whose weights were checked.
        device: Where it computes.
        deepest: The last layer that is read; those behind it are left out.
    """
    import torch
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", "numpy") as file:

        def values(*names: str) -> torch.Tensor:
            return torch.from_numpy(np.concatenate([file.get_tensor(name) for name in names])).to(device)

        def norm(name: str) -> Norm:
            return Norm(values(f"{name}.weight"), values(f"{name}.bias"))

        def linear(*names: str) -> Linear:
            return Linear(values(*(f"{n}.weight" for n in names)), values(*(f"{n}.bias" for n in names)))

        def layer(at: str) -> Layer:
            return Layer(
                linear(*(f"{at}.attention.self.{name}" for name in ("query", "key", "value"))),
                linear(f"{at}.attention.output.dense"),
                norm(f"{at}.attention.output.LayerNorm"),
                linear(f"{at}.intermediate.dense"),
                linear(f"{at}.output.dense"),
                norm(f"{at}.output.LayerNorm"),
            )

        return Network(
            values("embeddings.word_embeddings.weight"),
            values("embeddings.position_embeddings.weight") + values("embeddings.token_type_embeddings.weight")[0],
            norm("embeddings.LayerNorm"),
            tuple(layer(f"encoder.layer.{number}") for number in range(deepest)),
        )


class Room(NamedTuple):
    """The mapping between packed tokens, (S,), and padded rows of texts, (B, T)."""

    places: "torch.Tensor"  # (S,)
    rows: int
    length: int

    def spread(self, values: "torch.Tensor", padding: float = 0.0) -> "torch.Tensor":
        """Return (S, H) as (B, T, H)."""
        spread = values.new_full((self.rows * self.length, values.shape[1]), padding)
        spread[self.places] = values
        return spread.view(self.rows, self.length, -1)

    def gathered(self, values: "torch.Tensor") -> "torch.Tensor":
        """Return (B, T, H) as (S, H)."""
        return values.reshape(self.rows * self.length, -1)[self.places]


def outputs_of(
    network: Network, ids: "torch.Tensor", at: "torch.Tensor", room: Room
) -> Iterator[tuple["torch.Tensor", "torch.Tensor"]]:
    """Yield each layer's token outputs, (S, H), and its feed-forward activations, (S, 4H).

    Args:
        network: The layers.
        ids: Of all tokens, (S,).
        at: The place of each within its text, (S,).
        room: Where they stand beside each other; padding is computed there alone, where texts are compared with
            themselves.
    """
    import torch
    from torch.nn import functional

    def normed(tokens: "torch.Tensor", by: Norm) -> "torch.Tensor":
        return functional.layer_norm(tokens, (HIDDEN,), by.scale, by.shift, NORM_EPSILON)

    seen = room.spread(torch.ones(len(ids), 1, dtype=torch.bool, device=ids.device))  # (B, T, 1)
    mask = seen.view(room.rows, 1, 1, room.length)
    tokens = normed(network.words[ids] + network.positions[at], network.norm)
    for layer in network.layers:
        asked = room.spread(functional.linear(tokens, *layer.attended))  # (B, T, 3H)
        parts = asked.view(room.rows, room.length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)  # (3, B, heads, T, H / heads)
        answer = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
        mixed = functional.linear(room.gathered(answer.transpose(1, 2)), *layer.mixed)
        tokens = normed(tokens + mixed, layer.mixed_norm)
        neurons = functional.gelu(functional.linear(tokens, *layer.wide))
        tokens = normed(tokens + functional.linear(neurons, *layer.narrow), layer.norm)
        yield tokens, neurons
