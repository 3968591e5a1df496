"""Form of a new demo page: words, logo, examples, how long and for whom."""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.demos.demos import DAYS, MOST_DAYS, Demos
from core.specs.demo import LONGEST_TITLE
from pages.components.show.demo_words import word_fields
from pages.components.widgets.notices import shown_errors

ROOM_HELP = (
    "Other devices in this network, such as phones, may then open the page: this machine listens on its address in the "
    "network, for demo pages only. It is not encrypted: others in the network can read along. Without it the page "
    "opens on this machine alone."
)


def demo_form(run: Run) -> None:
    """Show the form, and make the page when asked to."""
    demos = Demos(shared_service())
    words, asked = demos.draft(run.id)
    title = st.text_input("Title", words.title, max_chars=LONGEST_TITLE, key="demo-title")
    with st.expander("Words, logo and examples", icon=":material/edit:"):
        edited = word_fields(words, asked, "demo")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        days = st.number_input("Days until it ends", 1, MOST_DAYS, DAYS, key="demo-days", width=150)
        room = st.toggle("Let phones in this room open it", key="demo-room", help=ROOM_HELP)
        keeps = st.toggle("Keep what visitors try", key="demo-keeps", help="The page says so to whoever opens it.")
    if st.button("Create demo page", type="primary", icon=":material/slideshow:", key="demo-create"):
        with shown_errors(), st.spinner("Starting the page ..."):
            said = edited.titled(title.strip() or words.title)
            demos.create(run.id, said, edited.asked, days=days, room=room, keeps=keeps)
            st.rerun(scope="fragment")
