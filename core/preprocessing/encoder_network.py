"""Texts through the sentence encoder: batched by similar length, a batch per core."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.preprocessing.batch_threads import each_batch
from core.preprocessing.bert import HIDDEN, Network, Room, outputs_of

BATCH = 32  # windows: few enough that what a layer computes stays in the processor's cache
BEGINNING, END = 101, 102  # ids of the marks of this encoder, whose files are known by their hash


class Recipe(NamedTuple):
    """What is read of the encoder.

    Args:
        mean_layers: Layers of which the mean over the tokens is read, 384 numbers each; 1 is the first.
        neuron_layers: Layers of which the maximum of each neuron over the tokens is read, 1,536 numbers each.
    """

    mean_layers: tuple[int, ...]
    neuron_layers: tuple[int, ...]

    @property
    def width(self) -> int:
        """The number of features."""
        return HIDDEN * len(self.mean_layers) + 4 * HIDDEN * len(self.neuron_layers)


def features_of(network: Network, texts: list[list[list[int]]], recipe: Recipe) -> NDArray[np.float32]:
    """Return the features of texts, (N, F)."""
    features = np.zeros((len(texts), recipe.width), dtype=np.float32)
    shortest_first = sorted(range(len(texts)), key=lambda i: (len(texts[i]), len(texts[i][0])))  # little padding
    batches = [shortest_first[start : start + BATCH] for start in range(0, len(texts), BATCH)]

    def read(batch: list[int]) -> None:
        features[batch] = _together(network, [texts[i] for i in batch], recipe)

    each_batch(read, batches[::-1], network.words.device.type)  # the longest first: the last is not waited for alone
    return features


def _together(network: Network, texts: list[list[list[int]]], recipe: Recipe) -> NDArray[np.float32]:
    """Return features of windowed texts, (B, F): length-weighted means, and maxima."""
    windows = [window for text in texts for window in text]
    batches = [windows[i : i + BATCH] for i in range(0, len(windows), BATCH)]
    read = np.concatenate([_encode(network, batch, recipe) for batch in batches])
    features, place = np.zeros((len(texts), recipe.width), dtype=np.float32), 0
    means = len(recipe.mean_layers) * HIDDEN
    for row, text in zip(features, texts, strict=True):
        own, place = read[place : place + len(text)], place + len(text)
        row[:means] = np.average(own[:, :means], axis=0, weights=[len(window) + 2 for window in text])
        row[means:] = own[:, means:].max(axis=0)
    return features


def _encode(network: Network, windows: list[list[int]], recipe: Recipe) -> NDArray[np.float32]:
    """Return the features of one batch of windows, (B, F)."""
    import torch

    device = network.words.device
    lengths = np.array([len(window) + 2 for window in windows])
    longest = int(lengths.max())
    ids = torch.from_numpy(np.concatenate([[BEGINNING, *window, END] for window in windows])).to(device)
    at = torch.from_numpy(np.concatenate([np.arange(length) for length in lengths])).to(device)
    row = torch.from_numpy(np.repeat(np.arange(len(windows)), lengths)).to(device)
    room = Room(row * longest + at, len(windows), longest)
    with torch.inference_mode():
        means, maxima = [], []
        for number, (tokens, neurons) in enumerate(outputs_of(network, ids, at, room), start=1):
            if number in recipe.mean_layers:
                means.append(room.spread(tokens).sum(1) / torch.from_numpy(lengths).to(device)[:, None])
            if number in recipe.neuron_layers:
                maxima.append(room.spread(neurons, float("-inf")).amax(1))
        features: NDArray[np.float32] = torch.cat([*means, *maxima], dim=1).float().cpu().numpy()
    return features
