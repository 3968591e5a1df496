"""The token of a start: where it comes from, where it is kept, and that no child of the process holds it."""

import os
import stat
from pathlib import Path

import pytest

from core.access.token import announce_dashboard, find_dashboard, refuse_other_addresses, take_token
from core.errors import UserError


def test_a_token_is_made_for_each_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOUCHSTONE_TOKEN", raising=False)
    assert len({take_token() for _ in range(20)}) == 20


def test_a_given_token_is_taken_out_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_TOKEN", "sixteen characters")
    assert take_token() == "sixteen characters"
    assert "TOUCHSTONE_TOKEN" not in os.environ


def test_a_token_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_TOKEN", "secret")
    with pytest.raises(UserError, match="at least 16"):
        take_token()


def test_no_token_is_a_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_NO_TOKEN", "1")
    assert take_token() == ""


def test_the_address_is_kept_for_its_owner_alone_as_long_as_the_dashboard_lives(tmp_path: Path) -> None:
    said = announce_dashboard(tmp_path, "http://127.0.0.1:8501", "abc")
    assert said.address == "http://127.0.0.1:8501/?token=abc"
    assert find_dashboard(tmp_path) == said
    file = tmp_path / "dashboard.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text(file.read_text().replace(f'"pid": {os.getpid()}', '"pid": 999999999'))
    assert find_dashboard(tmp_path) is None


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.7", "", None, "::", "example.org"])
def test_listening_elsewhere_is_refused_in_words(address: str | None) -> None:
    with pytest.raises(UserError, match="signing in is not built yet"):
        refuse_other_addresses(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "unix:///tmp/touchstone.sock"])
def test_listening_on_this_machine_is_allowed(address: str) -> None:
    refuse_other_addresses(address)
