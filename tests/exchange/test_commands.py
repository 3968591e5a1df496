"""`touchstone runs import` and `touchstone runs export`, as somebody types them."""

import json
from pathlib import Path

import pytest

from core.cli.app import run
from core.services.run_service import Service
from tests.exchange.test_csv import table
from tests.exchange.test_import_runs import SWEEP


def test_runs_come_in_and_go_out(service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(table(tmp_path, SWEEP))
    assert run(["runs", "import", path, "--look"]) == 0
    assert "fox" in capsys.readouterr().out
    assert service.runs() == []
    assert run(["runs", "import", path, "--project", "birds", "--json"]) == 0
    fox, owl = json.loads(capsys.readouterr().out)["added"]
    assert service.run(owl).project == "birds"
    assert run(["runs", "export", fox, owl, "--format", "mlflow", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.startswith(f"2 runs written to {tmp_path / 'out'}.")
    assert run(["runs", "import", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.count("new") == 2


def test_a_format_that_nobody_knows_is_the_users_mistake(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["runs", "import", str(table(tmp_path, SWEEP)), "--format", "aim"]) == 2
    assert "There is no format to import from called 'aim'" in capsys.readouterr().err
