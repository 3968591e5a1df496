"""Every page of the dashboard draws the saved home."""

from pathlib import Path

import pytest

from core.services.run_service import Service
from tests.golden.freeze import TRAINED, unpack
from tests.golden.sources import IMPORTS
from tests.pages.conftest import RECORD, Open, open_page, service, unfolded, words

__all__ = ["open_page", "service"]  # fixtures
SHOWN = ("golden images", "golden texts", "golden rows", "golden writing", "golden stopped", "golden logged")


@pytest.fixture(autouse=True)
def saved_home(home: Path) -> None:
    """Lay the saved home where the pages look, before they do."""
    assert unpack(home.parent)[0] == home


@pytest.mark.parametrize("page", ["start", "data", "import_data", "train", "system", "import_runs"])
def test_a_page_draws(open_page: Open, page: str) -> None:
    at = open_page(page)
    assert len(at.title) == 1
    assert not at.error


def test_the_runs_are_listed(open_page: Open) -> None:
    assert not open_page("runs").error


def test_a_run_of_each_kind_is_shown(open_page: Open, service: Service) -> None:
    runs = {run.name: run.id for run in service.runs()}
    assert set(runs) == {*TRAINED, *SHOWN}
    for name in SHOWN:
        for tab in ("overview", "mistakes", "curves", "details"):
            at = unfolded(open_page("run", run=runs[name], tab=tab), *(RECORD if tab == "details" else ()))
            assert name in words(at)
            assert not at.error


def test_every_data_set_is_shown(open_page: Open) -> None:
    for name in IMPORTS:
        at = open_page("data", set=name)
        assert name in words(at)
        assert not at.error


def test_runs_are_compared(open_page: Open, service: Service) -> None:
    runs = [run.id for run in service.runs() if run.name in ("golden texts", "golden reviews")]
    assert not open_page("compare", runs=",".join(runs)).error
