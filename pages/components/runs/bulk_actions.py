"""Actions on several runs at once, each of which can be undone."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.run_search.export import csv_of
from core.services.run_search.fields import Fields
from core.services.run_search.run_tags import Change, RunTags
from pages.components.run.export_runs import export_runs
from pages.components.run.labels import many_tags_dialog
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.undo import offer_undo

FEWEST, MOST = 2, 20  # runs that can be compared


def counted(count: int) -> str:
    """Return a number of runs in words."""
    return "1 run" if count == 1 else f"{count:,} runs"


def bulk_actions(runs: Sequence[Run], fields: Fields) -> None:
    """Show what can be done with the picked runs together."""
    ids, run_tags = [run.id for run in runs], RunTags(shared_service())
    with st.container(horizontal=True, border=True, vertical_alignment="center", key="picked-many"):
        st.markdown(f"**{counted(len(runs))}**", width="content")
        if any(run.deleted_at for run in runs):
            _change("Restore", "restore", "restore_from_trash", "are back", lambda: run_tags.restore(ids), runs)
            return
        _compare(ids)
        on = not all(run.starred for run in runs)
        said = "are starred" if on else "have no star now"
        _change("Star" if on else "Unstar", "star", "star", said, lambda: run_tags.star(ids, on), runs)
        if st.button("Tags", key="tag-many", icon=":material/label:"):
            many_tags_dialog(runs)
        if any(run.archived_at for run in runs):
            _change("Unarchive", "unarchive", "unarchive", "are in the list again",
                    lambda: run_tags.archive(ids, on=False), runs)  # fmt: skip
        else:
            _change("Archive", "archive", "archive", "are archived", lambda: run_tags.archive(ids), runs)
        _change("Move to trash", "trash", "delete", "are in the trash", lambda: run_tags.trash(ids), runs)
        csv_button("CSV", runs, fields, "csv-picked")
        with st.popover("Export", icon=":material/ios_share:", key="hand-on-many"):
            export_runs(ids, "many")


def _compare(ids: Sequence[str]) -> None:
    fits = FEWEST <= len(ids) <= MOST
    if st.button(
        "Compare", key="compare", icon=":material/compare_arrows:", disabled=not fits,
        help=None if fits else f"{FEWEST} to {MOST} runs can be compared.",
    ):  # fmt: skip
        st.switch_page("compare.py", query_params={"runs": ",".join(ids)})


def _change(label: str, key: str, icon: str, said: str, change: Callable[[], Change], runs: Sequence[Run]) -> None:
    """Show a button that changes the picked runs, reports their number, offers undo."""
    if not st.button(label, key=f"{key}-many", icon=f":material/{icon}:"):
        return
    with shown_errors():
        done = change()
        working = sum(run.status.is_active for run in runs) if key in ("archive", "trash") else 0
        left = f" {counted(working)} still wait or work, and stay: stop them first." if working else ""
        if working == 1:
            left = " 1 run still waits or works, and stays: stop it first."
        said = said.replace("are", "is", 1).replace("have", "has", 1) if len(done) == 1 else said
        offer_undo(f"{counted(len(done))} {said}.{left}", icon, done)
        st.rerun()


def csv_button(label: str, runs: Sequence[Run], fields: Fields, key: str) -> None:
    """Show a button that downloads runs as CSV, generated on demand."""
    st.download_button(
        label, lambda: csv_of(runs, fields), "runs.csv", "text/csv", key=key, icon=":material/download:",
        on_click="ignore", help="Every fact, score and setting, a run a line.",
    )  # fmt: skip
