"""Shapley values: an answer divided among parts by taking them away in several orders.

For models that have no gradient to what a person reads, such as a frozen encoder. Every order's changes add up to the
whole answer, and so does their mean.

Source:
    Castro, Gomez and Tejada, Polynomial Calculation of the Shapley Value Based on Sampling, 2009; orders in pairs, one
    the other's reverse: Mitchell et al., Sampling Permutations for Shapley Value Estimation, 2022.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.serving.explanation.subject import Numbers

PAIRS = 3  # of orders
MOST_ASKED = 400  # variants of the input: of long ones fewer orders are tried


def shapley_values(
    answers: Callable[[NDArray[np.bool_]], Numbers], count: int, pairs: int = PAIRS
) -> tuple[list[float], float, float]:
    """Return what each part adds, and the answers to nothing and to everything.

    Args:
        answers: Of variants of the input, (N,), from which parts are there, (N, count).
        count: Parts.
        pairs: Of orders in which they are added.
    """
    chance = np.random.default_rng(0)
    pairs = max(1, min(pairs, MOST_ASKED // max(2 * count, 1)))
    orders = [order for _ in range(pairs) for order in _both_ways(chance.permutation(count))]
    kept = np.zeros((len(orders), count + 1, count), dtype=np.bool_)
    for states, order in zip(kept, orders, strict=True):
        for size in range(1, count + 1):
            states[size, order[:size]] = True
    unique, places = np.unique(kept.reshape(-1, count), axis=0, return_inverse=True)
    said = answers(unique)[places.ravel()].reshape(len(orders), count + 1)
    values = np.zeros(count)
    for steps, order in zip(np.diff(said, axis=1), orders, strict=True):
        values[order] += steps / len(orders)
    return values.tolist(), float(said[0, 0]), float(said[0, -1])


def _both_ways(order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return order, order[::-1]
