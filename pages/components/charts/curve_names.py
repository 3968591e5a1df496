"""Short names of curves that differ: `generator/loss` and `discriminator/loss` are not both "Loss"."""

from collections import Counter
from collections.abc import Callable, Collection


def unique_names(keys: Collection[str], name: Callable[[str, int], str]) -> dict[str, str]:
    """Return a name for each key, as short as those of the others allow.

    Args:
        keys: Of the curves.
        name: Returns the name of a key with so many parts of its path, from its end: 1 is the shortest.
    """
    depth = dict.fromkeys(keys, 1)
    while True:
        names = {key: name(key, parts) for key, parts in depth.items()}
        alike = _alike(names)
        longer = [key for key in alike if depth[key] <= key.count("/") + 1]
        if not longer:
            break
        for key in longer:
            depth[key] += 1
    names |= {key: key for key in alike}
    return names if not (left := _alike(names)) else names | {key: key for key in left}


def _alike(names: dict[str, str]) -> list[str]:
    counts = Counter(names.values())
    return [key for key, name in names.items() if counts[name] > 1]
