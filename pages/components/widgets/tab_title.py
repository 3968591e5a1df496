"""Browser tab titles that show the page, so that ten tabs stay distinguishable."""

import streamlit as st

LONGEST = 80  # characters of what stands before the name of the product


def tab_title(*parts: str) -> None:
    """Set the browser's tab title to the page's content.

    An example is "Airline tweets · Touchstone".

    Args:
        parts: From the special to the general; the product is added.
    """
    said = [" ".join(part.split())[:LONGEST] for part in parts if part.strip()]
    st.set_page_config(page_title=" · ".join([*said, "Touchstone"]))
