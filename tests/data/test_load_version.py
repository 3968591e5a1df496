"""A data set's version and its splits never move: runs, scores and cached arrays point at them."""

import pytest

from core import catalog
from core.data.splits.fingerprint import fingerprint
from core.data.store.load_version import load_version
from core.specs import SPLITS

# The customer sentences were others until issue 11 (197d96d19faea62c).
# The documents of Python itself are missing here: each Python brings its own.
PINNED = {
    "customer-feedback": ("0c04cd611aae78d1", (1680, 360, 360), "80636e61276daa33 59f080a493de96d2 7cb9174b07f81b73"),
    "digits": ("6c45c0712017545a", (1259, 269, 269), "3c2e0b1f6e015e7b 936d3e52b55234fb a8e51dc75a277e82"),
}


@pytest.mark.parametrize("name", PINNED)
def test_a_built_in_data_set_is_divided_as_it_always_was(name: str) -> None:
    loaded = load_version(catalog.find_dataset(name))
    mark, sizes, parts = PINNED[name]
    assert loaded.version.fingerprint[:16] == mark
    assert tuple(loaded.version.split_sizes[split] for split in SPLITS) == sizes
    assert loaded.version.duplicate_count == 0
    assert " ".join(fingerprint(loaded.examples[split])[:16] for split in SPLITS) == parts
