"""Telling that a run has ended: the webhook on the System page, the button of the browser where runs work."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.notifications.webhook import Webhook, checked, load, save
from core.runs import Run, RunStatus
from core.services.run_service import Service
from pages.components.widgets.text import plain
from tests.notifications.listener import chat, dead_url
from tests.pages.conftest import Open, healthy, words

SECRET = "https://hooks.slack.com/services/T0/B0/SECRET"


def save_button(at: AppTest) -> AppTest:
    """Click the form's button."""
    next(button for button in at.button if button.label == "Save").click()
    return healthy(at.run())


def test_a_webhook_is_set_and_only_its_host_is_shown(open_page: Open, service: Service) -> None:
    at = open_page("system")
    at.text_input(key="webhook-url").set_value(SECRET)
    at.text_input(key="webhook-dashboard").set_value("https://touch.example.org/")
    at = save_button(at)
    assert load(service.settings) == Webhook(SECRET, ("finished", "failed", "stopped"), "https://touch.example.org")
    assert f"Messages go to **{plain('hooks.slack.com')}**{plain(' (Slack)')}" in words(at)
    assert "SECRET" not in words(at) + "".join(str(field.value) for field in at.text_input)
    assert at.text_input(key="webhook-url-new").proto.type == at.text_input(key="webhook-url-new").proto.PASSWORD


def test_what_is_told_can_be_changed_without_the_address(open_page: Open, service: Service) -> None:
    save(service.settings, checked(SECRET, ("finished",)))
    at = open_page("system")
    at.pills(key="webhook-ends").set_value(["failed"])
    save_button(at)
    assert load(service.settings) == Webhook(SECRET, ("failed",))


def test_an_address_that_cannot_be_used_is_refused_in_words(open_page: Open, service: Service) -> None:
    at = open_page("system")
    at.text_input(key="webhook-url").set_value("http://hooks.slack.com/x")
    at = save_button(at)
    assert "anybody on the way could read it" in at.error[0].value
    assert load(service.settings) is None


def test_a_test_is_sent_and_its_answer_is_shown(open_page: Open, service: Service) -> None:
    with chat() as heard:
        save(service.settings, checked(heard.url, ("finished",)))
        at = healthy(open_page("system").button(key="webhook-test").click().run())
    assert heard.heard[0][1]["status"] == "test"
    assert "It was taken" in at.success[0].value
    save(service.settings, checked(dead_url(), ("finished",)))
    at = healthy(open_page("system").button(key="webhook-test").click().run())
    assert "could not be reached" in at.error[0].value
    assert "SECRET" not in at.error[0].value


def test_a_webhook_is_removed(open_page: Open, service: Service) -> None:
    save(service.settings, checked(SECRET, ("finished",)))
    at = healthy(open_page("system").button(key="webhook-remove").click().run())
    assert load(service.settings) is None
    assert "paste the address" in words(at)


@pytest.mark.parametrize("page", ["run", "start", "runs"])
def test_the_browser_offers_to_tell_while_something_works(
    open_page: Open, new_run: Callable[..., Run], finished: Callable[..., Run], page: str
) -> None:
    ended = finished()
    assert not components(open_page(page, run=ended.id), "tell-me")
    run = new_run(status=RunStatus.RUNNING)
    assert components(open_page(page, run=run.id), "tell-me")


def test_the_wall_is_shown_while_a_run_works_and_afterwards_where_it_has_looked(
    open_page: Open, service: Service, new_run: Callable[..., Run], finished: Callable[..., Run]
) -> None:
    run = new_run(status=RunStatus.RUNNING)
    assert components(open_page("run", run=run.id), f"wall-{run.id}")
    assert "Watch it learn" in words(open_page("run", run=run.id))

    older = finished()
    assert "Watch it learn" not in words(open_page("run", run=older.id))
    styles(service.folder(older.id))
    assert "Watch it learn" in words(open_page("run", run=older.id))


def test_a_text_model_shows_what_it_wrote(open_page: Open, finished: Callable[..., Run]) -> None:
    run = finished("text-generation")
    at = open_page("run", run=run.id)
    assert "What it writes" in [s.value for s in at.header]
    assert components(at, f"wall-{run.id}")


def styles(folder: Path) -> None:
    """Leave a look of a run."""
    (folder / "wall").mkdir()
    (folder / "wall" / "looks.jsonl").write_text('{"generation": "a"}\n{"step": 1, "predicted": [0]}\n')


def components(at: AppTest, key: str) -> list[object]:
    """Return the components with this key."""
    return [found for found in at.get("bidi_component") if found.proto.id.endswith(key)]
