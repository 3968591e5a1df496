"""Where the components that draw curves find the libraries that draw."""

from core.chart_libraries import PLOTLY, UPLOT
from pages.components.uploader import base_url


def library_urls() -> dict[str, str]:
    """Return the addresses of the libraries, by the word that the components use."""
    return {name: f"{base_url()}/assets/{file}" for name, file in {"uplot": UPLOT, "plotly": PLOTLY}.items()}
