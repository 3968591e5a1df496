"""JavaScript drawing libraries, served locally under names with their version."""

from importlib.metadata import version
from pathlib import Path

# From npm, MIT licence beside it: PyPI has no package of it, and a newcomer's machine no npm.
UPLOT = "uplot-1.6.32.min.js"
PLOTLY = f"plotly-{version('plotly')}.min.js"


def library_files() -> dict[str, Path]:
    """Return the file of each library, by the name under which it is served."""
    import plotly  # 20 ms; its figures, which take a second, are not imported

    return {
        UPLOT: Path(__file__).parent / "assets" / UPLOT,
        PLOTLY: Path(plotly.__file__).parent / "package_data" / "plotly.min.js",
    }
