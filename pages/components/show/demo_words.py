"""Words, logo and examples of a demo page, edited before or later."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.services.demos.logo import logo_url
from core.specs.demo import EXAMPLES, LARGEST_LOGO, LONGEST_WORDS, DemoExample, DemoInput, DemoWords
from pages.components.widgets.text import plain

_IMAGES = ["png", "jpg", "jpeg", "webp"]


@dataclass(frozen=True)
class EditedWords:
    """What stands in the fields.

    Args:
        intro: What one does on the page.
        limits: What the model cannot.
        logo: The one that stays, as a data URL; empty for none.
        uploaded: A new one, as a file's bytes; empty for none.
        asked: With the examples that were chosen.
    """

    intro: str
    limits: str
    logo: str
    uploaded: bytes
    asked: DemoInput

    def titled(self, title: str) -> DemoWords:
        """Return the words of a page.

        Raises:
            UserError: The logo is no image, or too large.
        """
        logo = logo_url(self.uploaded) if self.uploaded else self.logo
        return DemoWords(title=title, intro=self.intro, limits=self.limits, logo=logo)


def word_fields(words: DemoWords, asked: DemoInput, key: str, spare: Sequence[DemoExample] = ()) -> EditedWords:
    """Show the fields; return what stands in them.

    Args:
        words: That stand there first.
        asked: With the examples that are shown now.
        key: Unique on the page.
        spare: Further examples that could be shown.
    """
    intro = st.text_area("What one does here", words.intro, max_chars=LONGEST_WORDS, height=68, key=f"{key}-intro")
    limits = st.text_area("Its limits", words.limits, max_chars=LONGEST_WORDS, height=90, key=f"{key}-limits")
    logo = words.logo
    if logo:
        st.image(logo, width=120)
        logo = logo if st.checkbox("Show this logo", True, key=f"{key}-logo-stays") else ""
    most = f"Logo (at most {LARGEST_LOGO // 1000} kB)"
    file = st.file_uploader(most, _IMAGES, key=f"{key}-logo", max_upload_size=1)
    return EditedWords(intro, limits, logo, file.getvalue() if file else b"", _examples(asked, key, spare))


def _examples(asked: DemoInput, key: str, spare: Sequence[DemoExample]) -> DemoInput:
    """Show the examples; those of texts can be written anew."""
    others = [one for one in spare if one not in asked.examples]
    offered = [*((one, True) for one in asked.examples), *((one, False) for one in others)][:EXAMPLES]
    if not offered:
        st.caption("No examples to click: the data is gone, or holds personal data.")
        return asked
    st.caption("Examples to click, from the test split; whoever opens the page sees them.")
    chosen: list[DemoExample] = []
    for place, ((example, is_shown), column) in enumerate(zip(offered, st.columns(len(offered)), strict=True)):
        with column:
            shown = _example(example, place, key, is_shown)
            if shown is not None:
                chosen.append(shown)
    return asked.model_copy(update={"examples": tuple(chosen)})


def _example(example: DemoExample, place: int, key: str, is_shown: bool) -> DemoExample | None:
    name = f"{key}-example-{place}"
    if example.text:
        text = st.text_area(f"Example {place + 1}", example.text if is_shown else "", height=120, key=name).strip()
        return DemoExample(name=text[:90], text=text) if text else None
    if example.image:
        st.image(example.image, width=96)
    else:
        st.markdown(plain(example.name))
    return example if st.checkbox(f"Show example {place + 1}", is_shown, key=name) else None
