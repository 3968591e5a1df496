"""Import runs page: TensorBoard, MLflow, Weights & Biases or tables, with preview and undo."""

from contextlib import suppress

import streamlit as st

from core.errors import TouchstoneError
from core.exchange.formats import importers
from core.exchange.import_runs import Found, Imported
from core.exchange.jobs import Work, Works
from core.services.bootstrap import shared_service
from pages.components.import_runs.found_runs import found_curves, found_summary, found_table, said, trouble
from pages.components.import_runs.source import runs_source
from pages.components.widgets.dataset_words import many
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import count, plain

REFRESH_S = 1.0
LONGEST_PROJECT = 80  # characters


def page() -> None:
    """Show the page."""
    st.title("Import runs", anchor=False)
    work = _work()
    if work is None:
        st.markdown("Import what you tracked elsewhere, and compare it with what you train here.")
        if (path := runs_source()) is not None:
            with shown_errors():
                st.query_params["work"] = _works().start(path)
                st.rerun()
        return
    if work.is_working:
        st.fragment(_watch, run_every=REFRESH_S, key="watch")(work.id)
        return
    if work.state == "failed":
        st.error(plain(work.message), icon=":material/error:")
    elif work.state == "cancelled":
        st.info("Cancelled. Runs that were whole by then are here; nothing is half there.", icon=":material/cancel:")
    elif work.imported is not None:
        _done(work.imported)
    elif work.found is not None:
        _found(work, work.found)
    _another()


def _works() -> Works:
    return Works(shared_service().settings)


def _work() -> Work | None:
    work_id = str(st.query_params.get("work", ""))
    if not work_id:
        return None
    try:
        return _works().get(work_id)
    except TouchstoneError as error:  # a link of long ago
        st.warning(plain(str(error)), icon=":material/warning:")
        st.query_params.pop("work", None)
        return None


def _watch(work_id: str) -> None:
    with shown_errors():
        work = _works().get(work_id)
        if not work.is_working:
            st.rerun()
        with st.container(border=True, key="working"):
            verb = "Looking at" if work.state == "looking" else "Importing"
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                st.markdown(f":blue[:material/progress_activity:] **{verb} {plain(work.run or 'what is there')}**")
                if st.button("Cancel", key="cancel", icon=":material/close:", help="No run stays half imported."):
                    _works().cancel(work_id)
            total = work.found.points if work.found and work.state == "importing" else 0
            words = f"{count(work.points)} points so far"
            st.progress(min(1.0, work.points / total) if total else 0.0, text=words if work.points else "Starting")
            st.caption("You may leave this page; it goes on.")


def _found(work: Work, found: Found) -> None:
    if found.also:
        _other_formats(work, found)
    trouble(found.trouble)
    if not found.runs:
        st.warning(f"There is no run in it that could be read as {plain(found.title)}.", icon=":material/warning:")
        return
    found_summary(found)
    chosen = found_table(found.runs, f"found-{work.id}")
    found_curves(found.curves)
    with st.form("bring", border=False):
        project = st.text_input(
            "Project", key="project", max_chars=LONGEST_PROJECT, placeholder="As the runs say themselves",
            help="What they shall be grouped under.",
        )  # fmt: skip
        picked = len(chosen) < len(found.runs)
        label = f"Import {'these ' if picked else ''}{many(len(chosen), 'run')}"
        if st.form_submit_button(label, type="primary", icon=":material/download:"):
            with shown_errors():
                _works().run_import(work.id, str(project or "").strip(), [run.key for run in chosen] if picked else ())
                st.rerun()
    st.caption("Nothing is written before you press it. Pick rows to import only those.")


def _other_formats(work: Work, found: Found) -> None:
    titles = {importer.title: name for name, importer in importers().items()}
    with st.container(horizontal=True, vertical_alignment="center", key="formats"):
        st.caption(f"Read as {plain(found.title)}.")
        for title in found.also:
            if st.button(f"Read as {title}", key=f"as-{titles[title]}", icon=":material/swap_horiz:"):
                st.query_params["work"] = _works().start_again(work.id, titles[title])
                st.rerun()


def _done(imported: Imported) -> None:
    service = shared_service()
    parts = [
        many(len(imported.added), "run") + " added" if imported.added else "",
        f"{len(imported.updated):,} brought up to date" if imported.updated else "",
        f"{len(imported.same):,} had nothing new" if imported.same else "",
    ]
    done = ", ".join(part for part in parts if part) or "No run was imported"
    st.success(f"{done}.", icon=":material/check_circle:")
    said((*imported.news, *imported.remarks))
    trouble(imported.trouble)
    there: list[str] = []
    gone: list[str] = []
    for run_id in imported.added:
        with suppress(TouchstoneError):  # removed for good since
            (gone if service.run(run_id).deleted_at else there).append(run_id)
    with st.container(horizontal=True, vertical_alignment="center", key="after"):
        if len(imported.all) == 1:
            st.page_link("run.py", label="Open it", icon=":material/show_chart:", query_params={"run": imported.all[0]})
        st.page_link("runs.py", label="See all runs", icon=":material/list:")
        if there and st.button("Undo", key="undo-import", icon=":material/undo:", help="To the trash."):
            with shown_errors():
                for run_id in there:
                    service.delete(run_id)
                st.rerun()
        if gone and st.button("Restore", key="redo-import", icon=":material/restore_from_trash:"):
            for run_id in gone:
                service.restore(run_id)
            st.rerun()
    if gone:
        st.caption(f"{many(len(gone), 'run')} of these in the trash.")


def _another() -> None:
    if st.button("Import something else", key="another", icon=":material/refresh:", type="tertiary"):
        for parameter in ("work", "upload", "how"):
            st.query_params.pop(parameter, None)
        st.rerun()


if __name__ == "__main__":
    page()
