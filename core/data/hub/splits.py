"""Which part of a hub set is which of ours."""

from collections.abc import Iterable, Mapping

from core.data.split_names import SPLIT_NAMES


def our_splits(names: Iterable[str], split_map: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the used parts, each with its split, and the unused ones.

    One part alone is no division, whatever its name; nor are parts without one to train on. Beside known names, others
    ("unsupervised") are left out.

    Args:
        names: Of the set's parts, in its order.
        split_map: What is known of this set: part -> "train", "validation", "test", or "" to leave it out.
    """
    parts = list(names)
    mapped = {part: split_map.get(part, "") if split_map else SPLIT_NAMES.get(part.lower(), "") for part in parts}
    used = {part: split for part, split in mapped.items() if split}
    if not used:
        return dict.fromkeys(parts, ""), ()
    left_out = tuple(part for part in parts if part not in used)
    if "train" not in used.values() or len(used) == 1:
        return dict.fromkeys(used, ""), left_out
    return used, left_out
