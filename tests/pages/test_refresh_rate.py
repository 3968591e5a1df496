"""How often a live page looks again, by how many watch."""

import pytest

from pages.components.widgets.refresh_rate import pace_s


@pytest.mark.parametrize(("viewers", "seconds"), [(1, 2.0), (8, 2.0), (12, 3.0), (30, 7.5), (1_000, 8.0)])
def test_the_more_watch_the_seldomer_each_page_looks(viewers: int, seconds: float) -> None:
    assert pace_s(viewers) == seconds
