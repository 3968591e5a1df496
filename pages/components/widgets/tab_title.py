"""The title of the browser's tab: where one is, so that ten tabs can be told apart."""

import streamlit as st

LONGEST = 80  # characters of what stands before the name of the product


def tab_title(*parts: str) -> None:
    """Say in the browser's tab what the page shows, such as "Airline tweets · Touchstone".

    Args:
        parts: From the special to the general; the product is added.
    """
    said = [" ".join(part.split())[:LONGEST] for part in parts if part.strip()]
    st.set_page_config(page_title=" · ".join([*said, "Touchstone"]))
