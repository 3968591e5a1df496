"""Whether more labels help, fitted to its end: the best baseline and the run's own model, on rows of a saved home."""

from pathlib import Path

import pytest

from core.errors import StopRequested
from core.services.bootstrap import open_service
from core.services.labels_curve import read_result
from core.worker.labels_curve.__main__ import Reporter
from core.worker.labels_curve.fits import find_curves
from tests.golden.console import at_home
from tests.golden.freeze import unpack


class Counted(Reporter):
    """Counts what is told, and may stop the work."""

    def __init__(self, stops_at: int = 0) -> None:
        self.told, self._stops_at = list[int](), stops_at

    is_cancelled = False

    def tell(self, stage: str, done: int, total: int, time_left_s: float | None) -> None:
        self.told.append(done)
        if self._stops_at and done == self._stops_at:
            raise StopRequested


def test_model_and_baseline_are_fitted_on_parts_of_the_rows_and_nothing_twice(tmp_path: Path) -> None:
    with at_home(unpack(tmp_path)[0]):
        service = open_service()
        run = next(one for one in service.runs() if one.name == "golden rows")
        with pytest.raises(StopRequested):
            find_curves(run.id, with_model=True, reporter=Counted(stops_at=3))
        kept = sorted((service.settings.cache_folder / "labels-curve-fits").rglob("*.npz"))
        assert len(kept) == 3
        written = [file.stat().st_mtime_ns for file in kept]
        find_curves(run.id, with_model=True, reporter=Counted())
        assert [file.stat().st_mtime_ns for file in kept] == written
        found = read_result(service.folder(run.id))
        assert found is not None
        assert {kind: [len(p.draws) for p in one.points] for kind, one in found.curves.items()} == {
            "baseline": [5, 5, 5, 1], "model": [3, 3, 3, 1],
        }  # fmt: skip
        assert (found.curves["model"].name, found.curves["model"].points[-1].rows) == ("mlp", 144)
        assert all(one.low < one.high for one in found.curves.values())
        service.database.dispose()
