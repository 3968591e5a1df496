"""Choice of the data source: files, images by class, pasted table, local path, hub."""

from pathlib import Path

import streamlit as st

from core.errors import TouchstoneError
from core.services.bootstrap import shared_service
from pages.components.import_data.hub_choices import hub_choices
from pages.components.import_data.image_collection import images_source
from pages.components.import_data.source import Source
from pages.components.upload.uploader import uploader
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import read_choice, write_choice
from pages.components.widgets.visitor import is_local

ACCEPT = (
    ".csv,.tsv,.txt,.md,.json,.jsonl,.ndjson,.parquet,.xlsx,.xls,.ods,.zip,.tar,.tgz,.npz,.npy,.gz,"
    ".pdf,.docx,.epub,.html,.htm,"
    ".jpg,.jpeg,.png,.webp,.gif,.bmp,.tif,.tiff,.heic"
)
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".parquet", ".json", ".jsonl", ".ndjson", ".csv.gz")
MOST_OFFERED = 20  # tables of one upload
HOWS = {
    "files": ":material/upload_file: Files or a folder",
    "pictures": ":material/photo_camera: Camera, or images by class",
    "paste": ":material/content_paste: Paste a table",
    "path": ":material/folder_open: A path on this machine",
    "hub": ":material/public: A well-known set",
}
PASTE_EXAMPLE = "text\tlabel\nArrived a day early, great!\tpositive\nThe lid was broken.\tnegative"


def choose_source() -> Source | None:
    """Ask for the data source; return it once available.

    The choice is kept in the URL.
    """
    hows = [how for how in HOWS if how != "path" or is_local()]
    read_choice("how", hows, hows[0])
    source = _given()
    if source is not None:
        _from(source)
        return source
    st.segmented_control(
        "Where is it?", hows, key="how", required=True, wrap=True, format_func=lambda how: HOWS[how],
        on_change=forget_source,
    )  # fmt: skip
    write_choice("how", hows[0])
    how = st.session_state["how"]
    with shown_errors():
        if how == "paste":
            _paste()
        elif how == "path":
            _path()
        elif how == "hub":
            hub_choices()
        elif how == "pictures":
            images_source()
        else:
            _files()
    return None


def _given() -> Source | None:
    """Return the source that the URL names, where it is still there."""
    query = st.query_params
    dataset_service, how = shared_service().dataset_service, st.session_state["how"]
    if query.get("ready") != "1":
        return None
    try:
        if how in ("files", "paste") and (upload := query.get("upload")):
            return _of_upload(dataset_service.uploaded(upload), how, upload)
        if how == "path" and (path := query.get("path")) and is_local():
            named = Path(path).expanduser()
            return Source(named, named.name, {"how": "path", "path": path, "ready": "1"})
        if how == "pictures" and (collection := query.get("collection")):
            found = dataset_service.collections.get(collection)
            known = {"how": "pictures", "collection": collection, "ready": "1"}
            return Source(dataset_service.collections.path(collection), found.title, known)
    except TouchstoneError as error:  # it was imported or discarded since
        st.error(plain(str(error)), icon=":material/error:")
    forget_source()
    return None


def _of_upload(path: Path | None, how: str, upload: str) -> Source | None:
    if path is None:
        return None
    known, title = {"how": how, "upload": upload, "ready": "1"}, "the pasted table" if how == "paste" else path.name
    files = tuple(sorted(child.name for child in path.iterdir() if child.is_file())) if path.is_dir() else ()
    if (one := st.query_params.get("file")) in files:
        return Source(path / one, one, {**known, "file": one}, files)
    return Source(path, title, known, files)


def _from(source: Source) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="source"):
        st.markdown(f":material/draft: From **{plain(source.title)}**", width="stretch")
        if "file" in source.query and st.button("Another of the files", key="another-file", icon=":material/draft:"):
            st.query_params.pop("file", None)
            st.rerun()
        if st.button("Choose something else", key="another-source", icon=":material/undo:"):
            forget_source()
            st.rerun()


def choose_one(source: Source) -> None:
    """Offer the tables of a source that cannot come in together one by one."""
    tables = [name for name in source.files if name.lower().endswith(TABLES)]
    if len(tables) < 2 or "file" in source.query:
        return
    st.header("Tables are imported one at a time", anchor=False)
    st.caption(
        "Choose one. The others can be added to it afterwards: choose “More examples for …” when you import them."
    )
    with st.container(horizontal=True, key="one-of-several"):
        for place, name in enumerate(tables[:MOST_OFFERED]):
            if st.button(plain(name), key=f"only-{place}", icon=":material/table_chart:"):
                st.query_params["file"] = name
                st.rerun()


def forget_source() -> None:
    """Begin again with the choice of a source; what was uploaded is swept later."""
    for parameter in ("upload", "path", "collection", "ready", "as", "file", "hub"):
        st.query_params.pop(parameter, None)


def _files() -> None:
    dataset_service = shared_service().dataset_service
    if "upload" not in st.query_params:
        st.query_params["upload"] = dataset_service.new_upload()
    upload = st.query_params["upload"]
    try:
        dataset_service.upload_folder(upload)
    except TouchstoneError:  # a link of long ago
        upload = st.query_params["upload"] = dataset_service.new_upload()
    hint = (
        "Tables: CSV, TSV, Excel, Parquet, JSON. Images: a ZIP or a folder with a folder for each class. "
        "Texts: TXT, Markdown, PDF, Word. Messy is fine."
    )
    if uploader("drop", upload, ACCEPT, folders=True, hint=hint) is not None:
        st.query_params["ready"] = "1"
        st.rerun()


def _paste() -> None:
    with st.form("paste", border=False):
        text = st.text_area(
            "Rows with their header, as copied from a spreadsheet or a CSV file", key="pasted", height=260,
            placeholder=PASTE_EXAMPLE,
        )  # fmt: skip
        if st.form_submit_button("Preview", type="primary", icon=":material/search:"):
            with shown_errors():
                st.query_params.update(upload=shared_service().dataset_service.save_pasted(text or ""), ready="1")
                st.rerun()


def _path() -> None:
    with st.form("path", border=False):
        path = st.text_input(
            "File or folder on this machine", st.query_params.get("path", ""), key="typed-path",
            placeholder="/home/you/reviews.csv",
        )  # fmt: skip
        st.caption("It stays where it is; Touchstone makes a copy of what it needs.")
        if st.form_submit_button("Preview", type="primary", icon=":material/search:"):
            if (path or "").strip():
                st.query_params.update(path=str(path).strip().strip("\"'"), ready="1")
                st.rerun()
            st.error("Type where the file or folder is first.", icon=":material/error:")
