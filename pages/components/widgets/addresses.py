"""Under which addresses the browser finds what this server has."""

import streamlit as st

from core.web.js_assets import PLOTLY, UPLOT


def base_url() -> str:
    """Return what stands before the path of every route: empty, or `/` and the configured base."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def library_urls() -> dict[str, str]:
    """Return the addresses of the libraries that draw, by the word that the components use."""
    return {name: f"{base_url()}/assets/{file}" for name, file in {"uplot": UPLOT, "plotly": PLOTLY}.items()}
