"""The network of the sentence encoder, and how texts go through it: similar lengths together, a batch for each core."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import EncoderUnavailable

BATCH = 32  # windows: few enough that what a layer computes stays in the processor's cache
MOST_THREADS = 16
PADDING, BEGINNING, END = 0, 101, 102  # ids of the marks of this encoder, whose files are known by their hash
THREADS_VARIABLE = "TOUCHSTONE_THREADS"  # no more than so many, where somebody said so


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
        return 384 * len(self.mean_layers) + 1536 * len(self.neuron_layers)


def load_network(folder: Path, device: str, deepest: int) -> Any:
    """Load the network.

    Args:
        folder: Its files, whose weights were checked.
        device: Where it computes.
        deepest: The last layer that is read; those behind it are left out.

    Raises:
        EncoderUnavailable: Files beside the weights are missing or altered.
    """
    from transformers.models.bert.modeling_bert import BertModel  # by its own name: a second less than AutoModel takes
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model: Any = BertModel.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise EncoderUnavailable(
            f"Some files of the pretrained sentence encoder in {folder} are missing or altered. "
            "Install it again with: make setup"
        ) from error
    model.encoder.layer = model.encoder.layer[:deepest]
    return model.eval().to(device)


def features_of(network: Any, texts: list[list[list[int]]], recipe: Recipe) -> NDArray[np.float32]:
    """Return the features of texts, (N, F).

    Args:
        network: See `load_network`.
        texts: Of each the ids of its windows, without marks.
        recipe: What is read.
    """
    features = np.zeros((len(texts), recipe.width), dtype=np.float32)
    shortest_first = sorted(range(len(texts)), key=lambda i: (len(texts[i]), len(texts[i][0])))  # little padding
    batches = [shortest_first[start : start + BATCH] for start in range(0, len(texts), BATCH)]

    def read(batch: list[int]) -> None:
        features[batch] = _together(network, [texts[i] for i in batch], recipe)

    alone = network.device.type != "cpu" or recipe.neuron_layers  # neurons are read by hooks, which all threads share
    _each(read, batches, 1 if alone else _threads())
    return features


def _threads() -> int:
    """Return how many batches are read at once: one for each core.

    Batches wait for each other at no point, so that a core which another program takes slows down its own batch alone;
    several threads in one operation would all wait for the slowest.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    chosen = os.environ.get(THREADS_VARIABLE, "")
    return min(cores, MOST_THREADS, int(chosen) if chosen.isdecimal() and int(chosen) else cores)


def _each(read: Callable[[list[int]], None], batches: list[list[int]], threads: int) -> None:
    """Read each batch, several at once; an error of any is raised."""
    if threads < 2 or len(batches) < 2:
        for batch in batches:
            read(batch)
        return
    import torch

    with ThreadPoolExecutor(threads, "encoder", initializer=torch.set_num_threads, initargs=(1,)) as pool:
        list(pool.map(read, reversed(batches)))  # the longest texts first: the last batch is not waited for alone


def _together(model: Any, texts: list[list[list[int]]], recipe: Recipe) -> NDArray[np.float32]:
    """Return the features of texts in windows, (B, F): means weighted by the windows' lengths, and maxima."""
    windows = [window for text in texts for window in text]
    batches = [windows[i : i + BATCH] for i in range(0, len(windows), BATCH)]
    read = np.concatenate([_encode(model, batch, recipe) for batch in batches])
    features, place = np.zeros((len(texts), recipe.width), dtype=np.float32), 0
    means = len(recipe.mean_layers) * model.config.hidden_size
    for row, text in zip(features, texts, strict=True):
        own, place = read[place : place + len(text)], place + len(text)
        row[:means] = np.average(own[:, :means], axis=0, weights=[len(window) + 2 for window in text])
        row[means:] = own[:, means:].max(axis=0)
    return features


def _encode(model: Any, windows: list[list[int]], recipe: Recipe) -> NDArray[np.float32]:
    """Return the features of one batch of windows, (B, F)."""
    import torch

    longest = max(map(len, windows)) + 2
    ids, seen = np.full((len(windows), longest), PADDING), np.zeros((len(windows), longest), dtype=np.int64)
    for row, window in enumerate(windows):
        ids[row, : len(window) + 2], seen[row, : len(window) + 2] = [BEGINNING, *window, END], 1
    tokens, attended = (torch.from_numpy(each).to(model.device) for each in (ids, seen))
    neurons: dict[int, Any] = {}  # (B, T, 1536) by layer

    def keep(number: int) -> Any:
        return lambda _module, _inputs, output: neurons.__setitem__(number, output)

    # Layer n is at n - 1; its "intermediate" part is the wide half of the feed-forward network, after the GELU.
    hooks = [model.encoder.layer[n - 1].intermediate.register_forward_hook(keep(n)) for n in recipe.neuron_layers]
    try:
        with torch.inference_mode():
            layers = model(
                tokens, attended, output_hidden_states=True
            ).hidden_states  # (B, T, 384) each; 0 is the input
            mask = attended[..., None].float()  # (B, T, 1)
            means = [(layers[number] * mask).sum(1) / mask.sum(1) for number in recipe.mean_layers]
            maxima = [neurons[number].masked_fill(mask == 0, float("-inf")).amax(1) for number in recipe.neuron_layers]
    finally:
        for hook in hooks:
            hook.remove()
    features: NDArray[np.float32] = torch.cat([*means, *maxima], dim=1).float().cpu().numpy()
    return features
