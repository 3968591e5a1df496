"""Webhook settings: set, tested and removed here, never shown.

The webhook is notified when a run ends.
"""

from urllib.parse import urlsplit

import streamlit as st

from core.notifications.formats import format_of
from core.notifications.notify import send_test
from core.notifications.webhook import ENDS, Webhook, checked, load, remove, save
from core.services.bootstrap import shared_service
from pages.components.widgets.addresses import base_url
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

WORDS = {"finished": "It finished", "failed": "It failed", "stopped": "It was stopped or interrupted"}


def webhook_settings() -> None:
    """Show which chat is told when a run ends, or ask for its address."""
    st.header("Notifications", anchor=False)
    webhook = load(shared_service().settings)
    if webhook is None:
        _ask(None)
        return
    kind = format_of(webhook.url)
    name = f" ({kind})" if kind != "JSON" else ""
    told = ", ".join(WORDS[end].lower() for end in webhook.ends)
    st.markdown(f"Messages go to **{plain(webhook.host)}**{plain(name)} when a run has ended: {plain(told)}\\.")
    with st.container(horizontal=True):
        tries = st.button("Send a test", icon=":material/send:", key="webhook-test")
        with st.popover("Change", icon=":material/edit:"):
            _ask(webhook)
        with st.popover("Remove", icon=":material/delete:"):
            st.markdown("Nobody is told any more. To set it again you need its address again.")
            if st.button("Remove the webhook", type="primary", key="webhook-remove"):
                remove(shared_service().settings)
                st.rerun()
    if tries:
        with st.spinner("Sending …"):
            answer = send_test(webhook)
        (st.success if answer.taken else st.error)(plain(answer.sentence))


def _ask(known: Webhook | None) -> None:
    """Ask for a webhook address, sent once and kept in a file.

    It is never shown on a page again.
    """
    if known is None:
        st.markdown(
            "When a run ends, Touchstone can post a short message to a chat or a program of yours: paste the address "
            "of an incoming webhook of Slack, Mattermost, Google Chat, Discord, Teams, or of anything that takes JSON."
        )
    key = "webhook-url" if known is None else "webhook-url-new"
    with st.form("webhook", border=False, enter_to_submit=False):
        help_text = (
            "Whoever has it can write to your chat. It is kept in a file that only this user of the machine reads."
        )
        url = st.text_input(
            "Webhook address", type="password", key=key, autocomplete="off", help=help_text,
            placeholder="https://…" if known is None else "As it is: type only to replace it",
        )  # fmt: skip
        ends = st.pills(
            "Tell when", list(ENDS), selection_mode="multi", default=list(known.ends if known else ENDS),
            format_func=lambda end: WORDS[end], key="webhook-ends",
        )  # fmt: skip
        dashboard = st.text_input(
            "Address of this dashboard", known.dashboard if known else _own_address(), key="webhook-dashboard",
            help="For a link to the run in each message. Empty is no link.",
        )  # fmt: skip
        sent = st.form_submit_button("Save", type="primary")
    if sent:
        with shown_errors():
            given = url.strip() or (known.url if known else "")
            save(shared_service().settings, checked(given, tuple(ends), dashboard))
            del st.session_state[key]
            st.rerun()


def _own_address() -> str:
    """Return where the viewer sees this dashboard, without the page."""
    parts = urlsplit(str(st.context.url or ""))
    return f"{parts.scheme}://{parts.netloc}{base_url()}" if parts.netloc else ""
