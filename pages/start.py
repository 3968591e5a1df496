"""Start: one place for one's data, a real result, demos, last runs."""

import streamlit as st

from core.services.bootstrap import shared_service
from pages.components.start.demos import demos
from pages.components.start.example import example
from pages.components.start.last_runs import last_runs
from pages.components.start.lead import lead

REFRESH_S = 4.0


def page() -> None:
    """Show the page."""
    shared_service().worker.ensure_alive()  # loading what a run needs takes seconds, while somebody reads
    lead()
    example()
    demos()
    active = bool(shared_service().active_runs())
    st.fragment(last_runs, run_every=REFRESH_S if active else None, key="now")(active)


if __name__ == "__main__":
    page()
