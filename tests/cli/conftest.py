"""The commands, called as a terminal would."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.cli.app import run as touchstone
from core.services.run_service import Service
from tests.live import service

__all__ = ["service"]  # a fixture
Cli = Callable[..., tuple[int, str, str]]
Json = Callable[..., Any]


@pytest.fixture
def cli(service: Service, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command; return its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = touchstone(list(arguments))
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def answer(cli: Cli) -> Json:
    """Run a command with --json; return what it printed."""

    def call(*arguments: str) -> Any:
        code, out, err = cli(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return call
