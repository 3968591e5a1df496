"""Runs for other trackers: choose a format, get a ZIP."""

from collections.abc import Sequence

import streamlit as st

from core.exchange.export_runs import export_zip
from core.exchange.formats import exporters
from core.services.bootstrap import shared_service
from pages.components.widgets.text import plain


def export_runs(run_ids: Sequence[str], key: str) -> None:
    """Offer runs in each format.

    Args:
        run_ids: Of the runs; what is offered is made when it is asked for.
        key: Unique on the page.
    """
    formats = exporters()
    chosen = st.segmented_control(
        "Format", list(formats), default=next(iter(formats)), required=True, key=f"export-format-{key}",
        format_func=lambda name: formats[name].title,
    )  # fmt: skip
    exporter = formats[str(chosen)]
    st.caption(f"You get {plain(exporter.gives)}")
    several = "this run" if len(run_ids) == 1 else f"{len(run_ids):,} runs"
    name = run_ids[0] if len(run_ids) == 1 else f"{len(run_ids)}-runs"
    st.download_button(
        f"Download {several} for {exporter.title}",
        lambda: export_zip(shared_service(), run_ids, exporter.name),
        f"touchstone-{name}-{exporter.name}.zip",
        "application/zip",
        key=f"export-{key}",
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption("Unpack it and open a terminal there:")
    st.code(exporter.how_to_open, language=None, wrap_lines=True)
