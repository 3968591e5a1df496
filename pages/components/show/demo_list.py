"""A run's open demo pages: address, QR code, what was said, and the end."""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.demos.demos import Demos
from core.services.demos.qr_code import qr_code
from core.specs.demo import LONGEST_TITLE, Demo
from pages.components.show.demo_form import ROOM_HELP
from pages.components.show.demo_words import word_fields
from pages.components.widgets.lazy_expander import folded
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain
from pages.components.widgets.visitor import viewer_zone

COMMENTS = 20  # that are shown, the newest first
LONGEST_SHOWN = 200  # characters of what was tried


def open_pages(run: Run) -> None:
    """Show each open page of a run."""
    demos = Demos(shared_service())
    for demo in demos.open(run.id):
        with st.container(border=True, key=f"demo-{demo.id}"):
            _page(demos, demo)


def _page(demos: Demos, demo: Demo) -> None:
    addresses = demos.addresses(demo)
    left, right = st.columns([3, 1], gap="medium")
    with left:
        until = demo.expires_at.astimezone(viewer_zone())
        st.markdown(f"**{plain(demo.words.title)}** · open until {until:%d %B, %H:%M}")
        st.markdown(f"[{addresses.local}]({addresses.local})")
        if addresses.room:
            st.markdown(f"For phones: [{addresses.room}]({addresses.room})")
        if addresses.problem:
            st.warning(addresses.problem, icon=":material/wifi_off:")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.link_button("Present", f"{addresses.local}?present", icon=":material/slideshow:", help="In large type")
            st.toggle(
                "Phones in this room", demo.room, key=f"demo-room-{demo.id}", help=ROOM_HELP,
                on_change=_change_room, args=(demo.id,),
            )  # fmt: skip
            if st.button("Withdraw", icon=":material/block:", key=f"demo-end-{demo.id}", help="Ends it at once"):
                with shown_errors():
                    demos.withdraw(demo.id)
                    st.rerun(scope="fragment")
    with right:
        if addresses.room:
            st.image(qr_code(addresses.room), caption="Scan it with a phone in this network", width=180)
    folded("Edit its words, logo and examples", lambda: _edit(demos, demo), key=f"demo-edit-{demo.id}",
           icon=":material/edit:")  # fmt: skip
    _said(demos, demo)


def _edit(demos: Demos, demo: Demo) -> None:
    """Let its owner change what visitors read; the address stays."""
    key = f"demo-of-{demo.id}"
    title = st.text_input("Title of this page", demo.words.title, max_chars=LONGEST_TITLE, key=f"{key}-title")
    edited = word_fields(demo.words, demo.input, key, demos.draft(demo.run)[1].examples)
    if st.button("Save", icon=":material/save:", key=f"{key}-save", help="Whoever opens or reloads the page sees it."):
        demos.change(demo.id, words=edited.titled(title.strip() or demo.words.title), asked=edited.asked)
        st.rerun()


def _change_room(demo_id: str) -> None:
    Demos(shared_service()).change(demo_id, room=bool(st.session_state[f"demo-room-{demo_id}"]))


def _said(demos: Demos, demo: Demo) -> None:
    """Show thumbs, comments and, where they are kept, what was tried."""
    replies = demos.replies(demo)
    up, down = (sum(reply.thumb == way for reply in replies) for way in ("up", "down"))
    tried = sum(bool(reply.tried) for reply in replies)
    kept = f", {tried:,} inputs kept" if demo.keeps else ""
    st.caption(f"{up:,} thumbs up, {down:,} down{kept}")
    shown = [reply for reply in reversed(replies) if reply.comment or reply.tried][:COMMENTS]
    if not shown:
        return
    with st.expander("What visitors said", icon=":material/forum:"):
        for reply in shown:
            if reply.comment:
                st.text(f"“{reply.comment}”")
            if reply.tried:
                st.caption(plain(f"Tried: {reply.tried[:LONGEST_SHOWN]} · answered: {reply.answered[:LONGEST_SHOWN]}"))
