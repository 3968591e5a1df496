"""Message formats of chat services, chosen by the webhook's address.

Slack: api.slack.com/messaging/webhooks. Mattermost: developers.mattermost.com, "Incoming webhooks". Google Chat:
developers.google.com/workspace/chat/quickstart/webhooks. Discord: discord.com/developers/docs/resources/webhook,
"Execute Webhook". Teams: learn.microsoft.com, "Create incoming webhooks with Workflows" (adaptive cards only).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from core.notifications.messages import Message

LONGEST = {"Discord": 2000}  # characters
Payload = Mapping[str, Any]


def format_of(url: str) -> str:
    """Return the format for an address: "Slack", "Discord", ..., or "JSON" for other programs."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    for name, hosts in _HOSTS.items():
        if any(host == known or host.endswith(f".{known}") for known in hosts):
            return "Slack" if name == "Discord" and parts.path.rstrip("/").endswith("/slack") else name
    return "Mattermost" if re.fullmatch(r"(/[\w-]+)?/hooks/[a-z0-9]{26}/?", parts.path) else "JSON"


def payload(url: str, message: Message) -> Payload:
    """Return the JSON to post to an address."""
    return _FORMATS[format_of(url)](message)


def _text(message: Message) -> Payload:
    return {"text": message.text}


def _discord(message: Message) -> Payload:
    return {"content": message.text[: LONGEST["Discord"]], "allowed_mentions": {"parse": []}}


def _teams(message: Message) -> Payload:
    said = [{"type": "TextBlock", "text": line, "wrap": True} for line in message.lines]
    title = {"type": "TextBlock", "text": message.title, "wrap": True, "weight": "Bolder", "size": "Medium"}
    opens = [{"type": "Action.OpenUrl", "title": "Open the run", "url": message.url}] if message.url else []
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *said],
        "actions": opens,
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def _fields(message: Message) -> Payload:
    return {"text": message.text, **message.fields}


_HOSTS = {
    "Slack": ("hooks.slack.com", "hooks.slack-gov.com"),
    "Discord": ("discord.com", "discordapp.com"),
    "Google Chat": ("chat.googleapis.com",),
    "Teams": ("webhook.office.com", "logic.azure.com", "api.powerplatform.com"),
}
_FORMATS: Mapping[str, Callable[[Message], Payload]] = {
    "Slack": _text,
    "Mattermost": _text,
    "Google Chat": _text,
    "Discord": _discord,
    "Teams": _teams,
    "JSON": _fields,
}
