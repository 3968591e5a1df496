"""The webhook is a secret: kept in a file of its owner alone, refused where it would be read on the way."""

import stat
import sys

import pytest

from core.notifications.webhook import ENDS, Webhook, WebhookUnusable, checked, load, remove, save
from core.runs import RunStatus
from core.settings import Settings

URL = "https://hooks.slack.com/services/T0/B0/SECRET"


def test_it_is_kept_as_it_was_set_and_can_be_removed(settings: Settings) -> None:
    assert load(settings) is None
    save(settings, checked(f"  {URL} ", ("stopped", "finished"), "http://127.0.0.1:8501/"))
    assert load(settings) == Webhook(URL, ("finished", "stopped"), "http://127.0.0.1:8501")
    remove(settings)
    remove(settings)
    assert load(settings) is None


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes there")
def test_only_its_owner_may_read_it_also_after_a_change(settings: Settings) -> None:
    for url in (URL, f"{URL}2"):
        save(settings, checked(url, ("failed",)))
    file = settings.home / "secrets" / "webhook.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [f.name for f in file.parent.iterdir()] == ["webhook.json"]


def test_nothing_that_shows_it_holds_more_than_the_host() -> None:
    webhook = checked(URL, tuple(ENDS))
    assert webhook.host == "hooks.slack.com"
    assert "SECRET" not in f"{webhook} {webhook!r} {[webhook]}"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "must be an address that begins with https://"),
        ("hooks.slack.com/SECRET", "must be an address that begins with https://"),
        ("ftp://hooks.slack.com/SECRET", "must be an address that begins with https://"),
        ("file:///etc/passwd?SECRET", "must be an address that begins with https://"),
        ("https://hooks.slack.com/SECRET\r\nX: y", "without spaces"),
        ("https://hooks.slack.com/SECRET way", "without spaces"),
        ("https://" + "SECRET" * 400, "must be an address"),
        ("https:///SECRET", "has no host"),
        ("https://host:SECRET/", "has no host"),
        ("https://[::SECRET/", "has no host"),
        ("https://name:SECRET@hooks.slack.com/", "before an @"),
        ("http://hooks.slack.com/SECRET", "anybody on the way could read it"),
        ("http://127.0.0.1.example.org/SECRET", "anybody on the way could read it"),
        ("http://10.0.0.1/SECRET", "anybody on the way could read it"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_words_without_it(url: str, words: str) -> None:
    with pytest.raises(WebhookUnusable) as refused:
        checked(url, ("finished",))
    assert words in str(refused.value)
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:80/x", "HTTPS://a.b/x"])
def test_on_this_machine_it_need_not_be_encrypted(url: str) -> None:
    assert checked(url, ("finished",)).url == url


def test_somebody_who_wants_to_hear_of_nothing_is_asked_again() -> None:
    with pytest.raises(WebhookUnusable, match="at least one kind of end"):
        checked(URL, ())
    with pytest.raises(WebhookUnusable, match="The address of this dashboard must be"):
        checked(URL, ("failed",), "javascript:alert(1)")


def test_a_damaged_file_is_no_webhook(settings: Settings) -> None:
    save(settings, checked(URL, ("failed",)))
    file = settings.home / "secrets" / "webhook.json"
    for damaged in ("", "[]", '{"url": 3}', '{"url": "http://evil.example/", "ends": ["failed"]}'):
        file.write_text(damaged)
        assert load(settings) is None


def test_which_ends_are_told() -> None:
    told = {s for s in RunStatus if Webhook(URL, ("failed", "stopped")).wants(s)}
    assert told == {RunStatus.FAILED, RunStatus.STOPPED, RunStatus.INTERRUPTED}
    assert {s for s in RunStatus if Webhook(URL).wants(s)} == told | {RunStatus.SUCCEEDED}
