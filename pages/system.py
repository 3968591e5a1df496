"""System: the machine, who works on the queue, the disk, the database, the versions."""

import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import pandas as pd
import streamlit as st

from core.services.bootstrap import shared_service
from pages.components.system.language_models import language_models
from pages.components.system.prices import prices
from pages.components.system.webhook_settings import webhook_settings
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import duration, plain, size

REFRESH_S = 5.0
PACKAGES = (
    "touchstone",
    "streamlit",
    "torch",
    "transformers",
    "scikit-learn",
    "numpy",
    "pandas",
    "plotly",
    "sqlalchemy",
)


def page() -> None:
    """Show the page."""
    st.title("System", anchor=False)
    st.fragment(_now, run_every=REFRESH_S, key="system")()
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Where things are", anchor=False)
        _places()
        prices()
        webhook_settings()
    with right:
        language_models()
        st.header("Versions", anchor=False)
        _table({"Python": platform.python_version()} | {name: _version(name) for name in PACKAGES})


def _now() -> None:
    with shown_errors():
        service = shared_service()
        worker, disk = service.watch(), shutil.disk_usage(service.settings.home)
        with st.grid(4, min_column_width=200):
            st.metric("Device", plain(_device(worker.device)) or "–", border=True, help="Where runs compute.")
            word = "Ready" if worker.alive else "Not running"
            note = "PyTorch is loaded, so a run starts at once. The worker starts by itself when a run waits."
            st.metric("Worker", word, border=True, help=note)
            running = sum(run.is_own for run in service.active_runs()) - len(service.queue())
            st.metric("Runs", f"{running} of {worker.slots}", border=True, help="How many train now, and how many may.")
            st.metric("Free disk", size(disk.free), border=True, help=f"Of {size(disk.total)}.")
        icon = ":material/power_settings_new:"
        if not worker.alive and st.button("Start the worker", key="wake", type="primary", icon=icon):
            service.worker.ensure()
        _queue()


def _device(called: str) -> str:
    """Return a device as people say it: "CPU, 2 cores"."""
    kind, _, what = called.removesuffix(")").partition(" (")
    return f"CPU, {what}" if kind == "cpu" and what else called


def _queue() -> None:
    service = shared_service()
    waiting = service.queue()
    st.header("Queue", anchor=False)
    if not waiting:
        st.caption("The queue is empty.")
    for place, entry in enumerate(waiting, 1):
        wait = f" · about {duration(entry.wait_s)}" if entry.wait_s is not None else ""
        label = f"{place}\\. {plain(service.run(entry.run_id).name)}{plain(wait)}"
        st.page_link("run.py", label=label, query_params={"run": entry.run_id}, icon=":material/hourglass_empty:")


def _places() -> None:
    service = shared_service()
    settings = service.settings
    database = settings.home / "touchstone.db"
    places = {"Home": str(settings.home), "Runs": str(settings.runs_folder), "Logs": str(settings.logs_folder)}
    if settings.database_url:
        places["Database"] = settings.database_url.rpartition("@")[2]  # without its password
    else:
        places["Database"] = f"{database} ({size(database.stat().st_size)})"
    worker = service.worker.info()
    places["Worker log"] = str(settings.logs_folder / "supervisor.log")
    places["Worker process"] = str(worker.pid or "–")
    _table(places)


def _table(pairs: Mapping[str, str]) -> None:
    table = pd.DataFrame({"Name": list(pairs), "Value": list(pairs.values())})
    st.dataframe(
        table, hide_index=True, height="content", column_config={"Value": st.column_config.TextColumn(width="large")}
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "–"


if __name__ == "__main__":
    page()
