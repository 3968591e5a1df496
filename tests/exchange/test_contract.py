"""What holds for every format, also for those to come."""

from pathlib import Path

import pytest

from core.errors import DataError, UnknownName
from core.exchange.exported_run import Exporter
from core.exchange.external_run import Importer
from core.exchange.formats import exporters, find_exporter, find_importer, fitting, importers
from core.exchange.source import opened
from tests.exchange.conftest import read
from tests.test_rooms import loaded_by


@pytest.fixture(params=importers())
def importer(request: pytest.FixtureRequest) -> Importer:
    return importers()[request.param]


@pytest.fixture(params=exporters())
def exporter(request: pytest.FixtureRequest) -> Exporter:
    return exporters()[request.param]


def test_every_format_is_a_file_of_its_own() -> None:
    assert list(importers()) == ["wandb", "mlflow", "tensorboard", "csv"]
    assert list(exporters()) == ["mlflow", "tensorboard"]


def test_an_importer_says_in_words_what_it_takes(importer: Importer) -> None:
    assert importer.title
    assert importer.takes.endswith(".")


def test_an_importer_passes_over_what_is_not_its_own(importer: Importer, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with opened(tmp_path) as source:
        assert not importer.sniff(source)


def test_an_exporter_says_what_it_gives_and_how_to_open_it(exporter: Exporter) -> None:
    assert exporter.gives.endswith(".")
    assert exporter.name in exporter.how_to_open


def test_a_format_that_nobody_knows_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownName, match="There is: wandb, mlflow, tensorboard, csv"):
        find_importer("aim")
    with pytest.raises(UnknownName, match="There is: mlflow, tensorboard"):
        find_exporter("aim")


def test_a_folder_without_runs_is_refused_with_what_could_be_brought(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(DataError, match=r"TensorBoard: a log folder with event files"), opened(tmp_path) as source:
        fitting(source)


@pytest.mark.parametrize("peer", ["tensorboard_logs", "mlflow_folder", "wandb_folder"])
def test_reading_twice_gives_the_same_runs_under_the_same_keys(peer: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(peer)
    first, second = read(folder)[0], read(folder)[0]
    assert {run.key for run in first.values()} == {run.key for run in second.values()}


def test_no_format_loads_torch_or_a_peer_into_the_dashboard() -> None:
    statement = "import core.exchange.export_runs, core.exchange.import_runs as i; i.find_importer('csv')"
    peers = {"torch", "tensorboard", "tensorboardX", "mlflow", "wandb"}
    assert not peers & loaded_by(statement)
