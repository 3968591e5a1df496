"""Under which addresses the browser finds what this server has."""

import streamlit as st

from core.web.js_assets import PLOTLY, UPLOT


def base_url() -> str:
    """Return the prefix of every route: "", or `/` and the configured base path."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def library_urls() -> dict[str, str]:
    """Return the URLs of the drawing libraries by the components' names for them."""
    return {name: f"{base_url()}/assets/{file}" for name, file in {"uplot": UPLOT, "plotly": PLOTLY}.items()}
