from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.hub.server import HubServer


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    """A hub on this machine, a home of its own, and nobody's token."""
    server = HubServer()
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setenv("HF_TOKEN", "")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "home"))
    yield server
    server.close()
