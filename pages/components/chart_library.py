"""Where the components that draw curves find the libraries that draw."""

import streamlit as st

from core.chart_libraries import PLOTLY, UPLOT


def base_path() -> str:
    """Return what stands before every address of the dashboard: nothing, or a slash and a path."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def library_urls() -> dict[str, str]:
    """Return the addresses of the libraries, by the word that the components use."""
    return {name: f"{base_path()}/assets/{file}" for name, file in {"uplot": UPLOT, "plotly": PLOTLY}.items()}
