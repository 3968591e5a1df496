"""Form of a new demo page: words, logo, examples, how long and for whom."""

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.demos.demos import DAYS, MOST_DAYS, Demos
from core.services.demos.logo import logo_url
from core.specs.demo import LARGEST_LOGO, LONGEST_TITLE, LONGEST_WORDS, DemoExample, DemoInput, DemoWords
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

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
        intro = st.text_area("What one does here", words.intro, max_chars=LONGEST_WORDS, height=68, key="demo-intro")
        limits = st.text_area("Its limits", words.limits, max_chars=LONGEST_WORDS, height=90, key="demo-limits")
        kinds = ["png", "jpg", "jpeg", "webp"]
        logo = st.file_uploader(f"Logo (at most {LARGEST_LOGO // 1000} kB)", kinds, key="demo-logo", max_upload_size=1)
        asked = _examples(asked)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        days = st.number_input("Days until it ends", 1, MOST_DAYS, DAYS, key="demo-days", width=150)
        room = st.toggle("Let phones in this room open it", key="demo-room", help=ROOM_HELP)
        keeps = st.toggle("Keep what visitors try", key="demo-keeps", help="The page says so to whoever opens it.")
    if st.button("Create demo page", type="primary", icon=":material/slideshow:", key="demo-create"):
        with shown_errors(), st.spinner("Starting the page ..."):
            url = logo_url(logo.getvalue()) if logo is not None else ""
            said = DemoWords(title=title.strip() or words.title, intro=intro, limits=limits, logo=url)
            demos.create(run.id, said, asked, days=days, room=room, keeps=keeps)
            st.rerun(scope="fragment")


def _examples(asked: DemoInput) -> DemoInput:
    """Show the examples; those of texts can be written anew."""
    if not asked.examples:
        st.caption("No examples to click: the data is gone, or holds personal data.")
        return asked
    st.caption("Examples to click, from the test split; whoever opens the page sees them.")
    chosen: list[DemoExample] = []
    for place, (example, column) in enumerate(zip(asked.examples, st.columns(len(asked.examples)), strict=True)):
        with column:
            shown = _example(example, place)
            if shown is not None:
                chosen.append(shown)
    return asked.model_copy(update={"examples": tuple(chosen)})


def _example(example: DemoExample, place: int) -> DemoExample | None:
    if example.text:
        text = st.text_area(f"Example {place + 1}", example.text, height=120, key=f"demo-example-{place}").strip()
        return DemoExample(name=text[:90], text=text) if text else None
    if example.image:
        st.image(example.image, width=96)
    else:
        st.markdown(plain(example.name))
    return example if st.checkbox(f"Show example {place + 1}", True, key=f"demo-example-{place}") else None
