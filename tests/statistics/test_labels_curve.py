"""Whether more labels help: parts of the rows, the power law carried on, and its interval."""

import numpy as np
import pytest

from core.evaluation.more_labels import more_labels
from core.specs import Predictions
from core.statistics.labels_curve import DRAWS, SHARES, labels_curve, nested_rows
from core.tasks.text_classification import TASK

ACCURACY = TASK.metric("accuracy")


def fits(errors: dict[int, float], test: int = 4_000, luck: float = 0.0) -> dict[int, list[Predictions]]:
    """Return what methods with these errors do: the harder rows of the same test split are wrong."""
    chance, hardness = np.random.default_rng(5), np.random.default_rng(6).random(test)
    full = max(errors)
    return {
        rows: [
            Predictions(np.zeros(test), np.zeros(test, int), (hardness < error + luck * chance.normal()).astype(int))
            for _ in range(1 if rows == full else DRAWS)
        ]
        for rows, error in errors.items()
    }


def test_a_power_law_is_carried_on_to_twice_the_labels() -> None:
    errors = {rows: 0.1 + 2 * rows**-0.5 for rows in (100, 250, 500, 1000)}
    found = labels_curve("baseline", "simple", ACCURACY, fits(errors))
    assert found.gain == pytest.approx(2 * (1000**-0.5 - 2000**-0.5), abs=0.004)
    assert found.low < found.gain < found.high
    assert found.is_clear
    assert more_labels(found, ACCURACY).startswith("Twice the labels would likely add 2.")
    assert [p.rows for p in found.points] == [100, 250, 500, 1000]
    assert found.points[0].low < found.points[0].value < found.points[0].high


def test_where_the_curve_is_flat_or_luck_is_large_it_says_that_it_cannot_tell() -> None:
    flat = labels_curve("model", "x", ACCURACY, fits(dict.fromkeys((100, 250, 500, 1000), 0.2), luck=0.01))
    assert not flat.is_clear
    assert more_labels(flat, ACCURACY).startswith("Whether twice the labels would help cannot be told: −")


def test_a_law_that_misses_the_whole_promises_nothing() -> None:
    learns_late = fits({100: 0.5, 250: 0.5, 500: 0.1, 1000: 0.06}, 400)
    found = labels_curve("baseline", "boosted trees", ACCURACY, learns_late)
    assert not found.is_clear
    assert found.gain <= 0.06  # no more than what is wrong


def test_the_interval_holds_what_twice_the_labels_bring() -> None:
    chance, held = np.random.default_rng(11), 0
    for _ in range(20):
        level, slope, power = 0.1 + 0.1 * chance.random(), 1 + chance.random(), 0.35 + 0.2 * chance.random()
        errors = {rows: level + slope * rows**-power for rows in (200, 500, 1000, 2000)}
        rows = chance.integers(400, size=400)
        drawn = {n: [one.select(rows) for one in part] for n, part in fits(errors, 400, luck=0.004).items()}
        found = labels_curve("baseline", "x", ACCURACY, drawn)
        held += found.low <= slope * (2000**-power - 4000**-power) <= found.high
    assert held >= 17  # 95 % of 20, less two standard errors


def test_parts_are_nested_keep_their_labels_and_their_groups_whole() -> None:
    targets, groups = np.repeat([0, 1, 2], [800, 190, 10]), np.arange(1000) // 5
    parts = nested_rows(targets, groups, SHARES, seed=3)
    assert len(parts[-1]) == 1000
    for share, part, larger in zip(SHARES, parts, parts[1:], strict=False):
        assert set(part) <= set(larger)
        assert len(part) == pytest.approx(1000 * share, abs=15)
        assert np.isin(groups, groups[part]).sum() == len(part)
        assert set(targets[part]) == {0, 1, 2}
    numbers = nested_rows(np.random.default_rng(0).normal(size=500), None, SHARES, seed=1)
    assert [len(part) for part in numbers] == pytest.approx([50, 125, 250, 500], abs=5)
