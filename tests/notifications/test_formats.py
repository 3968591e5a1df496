"""Every chat gets a message as it wants it."""

import pytest

from core.notifications.formats import format_of, payload
from core.notifications.messages import Message, harmless

MESSAGE = Message("✓ cats is done.", ("Right on 90 %.",), "http://127.0.0.1:8501/run?run=ab", {"run": "ab"})
TEXT = "✓ cats is done.\nRight on 90 %.\nhttp://127.0.0.1:8501/run?run=ab"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://hooks.slack.com/services/T/B/X", "Slack"),
        ("https://discord.com/api/webhooks/1/x", "Discord"),
        ("https://ptb.discord.com/api/webhooks/1/x", "Discord"),
        ("https://discord.com/api/webhooks/1/x/slack", "Slack"),
        ("https://chat.googleapis.com/v1/spaces/X/messages?key=k", "Google Chat"),
        ("https://acme.webhook.office.com/webhookb2/x", "Teams"),
        ("https://prod-01.westeurope.logic.azure.com:443/workflows/x", "Teams"),
        ("https://abc.12.environment.api.powerplatform.com:443/powerautomate/x", "Teams"),
        ("https://chat.acme.example/hooks/" + "a1" * 13, "Mattermost"),
        ("https://acme.example/team/hooks/" + "a1" * 13, "Mattermost"),
        ("https://acme.example/anything", "JSON"),
        ("https://hooks.slack.com.evil.example/services/T/B/X", "JSON"),
    ],
)
def test_the_address_says_which_chat_it_is(url: str, kind: str) -> None:
    assert format_of(url) == kind


def test_chats_take_text() -> None:
    assert payload("https://hooks.slack.com/services/x", MESSAGE) == {"text": TEXT}
    assert payload("https://chat.googleapis.com/v1/x", MESSAGE) == {"text": TEXT}


def test_discord_takes_so_much_and_is_told_to_call_nobody() -> None:
    found = payload("https://discord.com/api/webhooks/1/x", Message("a" * 3000))
    assert found == {"content": "a" * 2000, "allowed_mentions": {"parse": []}}


def test_teams_takes_an_adaptive_card_with_a_button() -> None:
    found = payload("https://x.logic.azure.com/workflows/x", MESSAGE)
    (attachment,) = found["attachments"]
    assert found["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert [block["text"] for block in attachment["content"]["body"]] == ["✓ cats is done.", "Right on 90 %."]
    assert attachment["content"]["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open the run", "url": "http://127.0.0.1:8501/run?run=ab"}
    ]
    assert payload("https://x.logic.azure.com/x", Message("done"))["attachments"][0]["content"]["actions"] == []


def test_a_program_gets_fields_beside_the_text() -> None:
    assert payload("https://acme.example/x", MESSAGE) == {"text": TEXT, "run": "ab"}


def test_a_name_calls_nobody_and_links_nowhere() -> None:
    assert harmless("@everyone <!channel> <http://evil.example|here>") == (
        "@\u200beveryone ‹!channel› ‹http://evil.example|here›"
    )
