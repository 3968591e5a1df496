"""Logged runs on the command line."""

import json

import pytest

from core import track
from core.cli.app import run as touchstone
from core.services.run_service import Service


def test_the_commands_know_them_too(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(*arguments: str) -> str:
        capsys.readouterr()
        code = touchstone(["runs", *arguments])
        printed = capsys.readouterr()
        return printed.out if code == 0 else f"{code} {printed.err}"

    run = track.init("churn", {"lr": 0.1}, "first")
    run.log({"loss": 0.5})
    assert f"first ({run.id}) is asked to stop: its script decides." in answer("stop", run.id)
    run.finish()
    assert "stopped" in answer("list")
    shown = json.loads(answer("show", run.id, "--json"))
    assert (shown["origin"], shown["project"], shown["settings"]) == ("tracked", "churn", {"lr": 0.1})
    assert json.loads(answer("metrics", run.id, "--json"))["loss"][0][:2] == [0, 0.5]
    assert answer("resume", run.id).startswith("2 'first' was not trained here but logged from a script")
