"""Page of one dataset: description, findings, examples, shape and versions."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.errors import UnknownName
from core.services.bootstrap import shared_service
from core.services.label_issues import LabelIssues, label_issues_of, label_issues_of_run, why_no_label_issues
from core.specs.dataset_types import DatasetEntry, Finding, VersionInfo
from pages.components.contest.panel import contest_panel
from pages.components.data.actions import data_actions, runs_of
from pages.components.data.browser import data_browser
from pages.components.data.charts import class_chart, histogram_chart, split_chart
from pages.components.data.findings import finding_list, finding_summary
from pages.components.data.preview import data_preview
from pages.components.data.undo import forget_undo, offer_version, undo_notice
from pages.components.data.versions import version_list
from pages.components.import_data.import_progress import find_import, import_card, watched
from pages.components.widgets.dataset_words import classes, counted, icon, many, parts, split_unit
from pages.components.widgets.guesses import guess_list
from pages.components.widgets.notices import empty_state
from pages.components.widgets.tab_title import tab_title
from pages.components.widgets.target_line import target_line
from pages.components.widgets.text import ago, plain, size
from pages.components.widgets.url_state import read_choice, write_choice

PARTS = {"report": "Report", "browse": "Browse", "shape": "Statistics", "versions": "Versions"}


def data_set(name: str) -> None:
    """Show one dataset, built-in or imported; version and tab are in the URL."""
    try:
        entry = shared_service().dataset_service.entry(name)
    except UnknownName:
        _nothing(name)
        return
    if entry.built_in:
        _built_in(entry)
    else:
        _imported(entry)


def _nothing(name: str) -> None:
    st.title("Data", anchor=False)
    text = f"There is no data set {plain(name[:40])}. It may have been removed."
    empty_state("search_off", "No such data set", text)
    with st.container(horizontal=True, horizontal_alignment="center"):
        _all_data_link()
        st.page_link("import_data.py", label="Import your data", icon=":material/add:")


def _built_in(entry: DatasetEntry) -> None:
    service = shared_service()
    tab_title(entry.title, "Data")
    _all_data_link()
    undo_notice()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(plain(entry.title), anchor=False, width="content")
        _train_link(entry)
    st.caption(f"{icon(entry.task)} {plain(_task_title(entry.task))}  ·  Built in, always here, also without a network")
    _target(entry)
    found = data_preview(service.dataset_service.find(entry.name))
    st.space("small")
    with st.grid(2, min_column_width=320, gap="medium"):
        if found.class_counts:
            with st.container(gap="xsmall", key="class-chart"):
                class_chart(found.class_counts, f"classes-{entry.name}")
        with st.container(gap="xsmall", key="split-chart"):
            split_chart(found.version.split_sizes, f"splits-{entry.name}", split_unit(entry.task))
    contest_panel(entry.name, entry.task)
    st.header("Runs that used it", anchor=False)
    runs_of(service.runs_using(entry.name), head_only=False)


def _target(entry: DatasetEntry) -> None:
    """Show the default target of models trained on a data set."""
    service = shared_service().dataset_service
    if (task := shared_service().tasks().get(entry.task)) is None or entry.deleted_at is not None:
        return
    labels = service.preview(entry.name).version.labels
    current, save = service.target(entry.name), partial(service.set_target, entry.name)
    target_line(task, labels, f"target-of-{entry.name}", current, service.target_unit(entry.name), save)


def _imported(entry: DatasetEntry) -> None:
    dataset_service = shared_service().dataset_service
    versions, head = dataset_service.versions(entry.name), dataset_service.head(entry.name)
    info = _chosen(versions, head)
    _all_data_link()
    busy = _work(info)
    undo_notice()
    _head(entry, info, versions)
    _target(entry)
    findings, label_issues = dataset_service.findings(entry.name, info.fingerprint), _asked_label_issues(info)
    if label_issues is not None:
        findings.append(label_issues.finding)
    read_choice("part", PARTS, "report")
    titles = PARTS | {"report": f"Report ({len(findings)})", "versions": f"Versions ({len(versions)})"}
    part = st.segmented_control(
        "Part", list(PARTS), key="part", required=True, format_func=lambda key: titles[key],
        label_visibility="collapsed",
    )  # fmt: skip
    write_choice("part", "report")
    if part == "browse":
        data_browser(info, findings)
    elif part == "shape":
        _shape(info)
    elif part == "versions":
        version_list(versions, head, info.fingerprint)
    else:
        _report(findings, info, info.fingerprint == head and entry.deleted_at is None, busy, label_issues)


def _asked_label_issues(info: VersionInfo) -> LabelIssues | None:
    """Return the label issues of the URL's run, else the latest ones.

    If there are none, the page says why.
    """
    service, asked = shared_service(), st.query_params.get("run", "")
    if not asked:
        return label_issues_of(service, info.name, info.fingerprint)
    if why := why_no_label_issues(service, asked, info.name, info.fingerprint):
        with st.container(horizontal=True, vertical_alignment="center", border=True, key="no-doubts"):
            st.markdown(f":material/rule: {plain(why)}", width="stretch")
            if st.button("Show what the latest run doubts", key="latest-doubts", icon=":material/close:"):
                st.query_params.pop("run", None)
                st.rerun()
        return None
    return label_issues_of_run(service, service.run(asked), info.fingerprint)


def _chosen(versions: Sequence[VersionInfo], head: str) -> VersionInfo:
    """Return the version that the URL names, or the one in use."""
    wanted = st.query_params.get("version", "") or head
    return next((v for v in versions if v.fingerprint == wanted), next(v for v in versions if v.fingerprint == head))


def _work(info: VersionInfo) -> bool:
    """Show a fix in progress; once done, the page switches to the new version."""
    progress = find_import(st.query_params.get("work", ""))
    if progress is None:
        st.query_params.pop("work", None)
        return False
    if progress.state == "working":
        watched(progress.id)
        return True
    if progress.state != "done":
        import_card(progress)
        return False
    dataset_service = shared_service().dataset_service
    made = dataset_service.version(progress.dataset, progress.fingerprint)
    dataset_service.forget_import(progress.id)
    st.query_params.pop("work", None)
    st.query_params.pop("version", None)
    if made.parent:
        offer_version(dataset_service.version(made.name, made.parent), made)
    else:
        forget_undo()
    st.rerun()


def _head(entry: DatasetEntry, info: VersionInfo, versions: Sequence[VersionInfo]) -> None:
    dataset_service = shared_service().dataset_service
    tab_title(entry.title, "Data")
    title, actions = st.columns([1.6, 1], vertical_alignment="bottom")
    with title:
        st.title(plain(entry.title), anchor=False)
    with actions, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if entry.deleted_at is None:
            _train_link(entry)
        with st.popover("More", icon=":material/more_horiz:", help="Rename, download, trash"):
            data_actions(entry, info)
    if entry.deleted_at is not None:
        st.warning("This data set is in the trash. Restore it to train on it.", icon=":material/delete:")
    number = len(versions) - [v.fingerprint for v in versions].index(info.fingerprint)
    facts = [_task_title(entry.task), counted(info.examples, info.task), classes(info), size(info.size_bytes)]
    what = f"{icon(entry.task)} " + "  ·  ".join(plain(fact) for fact in facts if fact)
    st.caption(f"{what}  \nVersion {number} of {len(versions)}: {plain(info.change)}, {ago(info.created_at)}")
    if info.fingerprint != dataset_service.head(entry.name):
        with st.container(horizontal=True, vertical_alignment="center", border=True, key="old-version"):
            st.markdown(":material/history: This version is not in use.", width="stretch")
            if st.button("Use this version", key="use-shown", icon=":material/check:"):
                dataset_service.use_version(entry.name, info.fingerprint)
                forget_undo()
                st.query_params.pop("version", None)
                st.rerun()
            if st.button("Back to the one in use", key="back-to-head", icon=":material/arrow_back:"):
                st.query_params.pop("version", None)
                st.rerun()


def _report(
    findings: Sequence[Finding], info: VersionInfo, in_use: bool, busy: bool, label_issues: LabelIssues | None
) -> None:
    left, right = st.columns([1.9, 1], gap="large")
    with left:
        st.header("What the doctor found", anchor=False)
        if findings:
            st.caption(finding_summary(findings))
        finding_list(findings, info, in_use, busy, label_issues)
        if in_use:
            contest_panel(info.name, info.task)
    with right:
        _facts(info)


def _facts(info: VersionInfo) -> None:
    service = shared_service()
    entry, found = service.dataset_service.entry(info.name), service.dataset_service.facts(info.name, info.fingerprint)
    st.header("About it", anchor=False)
    with st.container(border=True, gap="small", key="about"):
        _fact("Split", parts(info))
        # Long texts are divided within, so that what is said of examples is not true of them.
        if found.get("splits"):
            st.caption(plain(str(found["splits"])))
        if found.get("format"):
            _fact("Read as", str(found["format"]))
        _fact("Licence", entry.licence)
        _fact("Source", entry.source)
        _fact("ID", entry.name)
    if guesses := service.dataset_service.guesses(info.name, info.fingerprint):
        st.header("What was guessed", anchor=False)
        guess_list(guesses, "To choose otherwise, import it again as a new version.", "guesses")
    st.header("Runs that used this version", anchor=False)
    runs_of(service.runs_using(info.name, info.fingerprint), head_only=True)


def _fact(name: str, text: str) -> None:
    st.markdown(f":small[:gray[{name}]]  \n{plain(text)}")


def _shape(info: VersionInfo) -> None:
    mark = info.fingerprint[:12]
    with st.grid(2, min_column_width=320, gap="medium"):
        if info.class_counts:
            with st.container(gap="xsmall", key="class-chart"):
                class_chart(info.class_counts, f"classes-{mark}")
        with st.container(gap="xsmall", key="split-chart"):
            split_chart(info.split_sizes, f"splits-{mark}", split_unit(info.task))
    found = shared_service().dataset_service.histograms(info.name, info.fingerprint)
    with st.grid(2, min_column_width=320, gap="medium"):
        for place, shown in enumerate(found):
            with st.container(gap="xsmall", key=f"histogram-{place}"):
                title = _predicted(info) if shown.title == "target" else shown.title
                histogram_chart(shown, title, f"spread-{mark}-{place}")
    looked_at = max((sum(shown.counts) for shown in found), default=0)
    if 0 < looked_at < info.examples // 2:  # with missing values there are fewer too, which the report says
        st.caption(f"Measured on {looked_at:,} of the {info.examples:,}, taken evenly from the whole.")
    if not found and not info.class_counts:
        st.caption(f"Nothing to draw for {many(info.examples, 'example')}.")


def _all_data_link() -> None:
    """Show a link to the dataset list.

    The menu's link stays on a dataset, as it is the same page.
    """
    with st.container(key="all-data"):
        st.page_link("data.py", label="All data", query_params={"shelf": "sets"}, icon=":material/arrow_back:")


def _predicted(info: VersionInfo) -> str:
    target = shared_service().dataset_service.facts(info.name, info.fingerprint).get("target")
    return f"{target}, to predict" if target else "The number to predict"


def _train_link(entry: DatasetEntry) -> None:
    query = {"task": entry.task, "data": entry.name}
    if st.button("Train on this", key="train-on-it", type="primary", icon=":material/model_training:"):
        st.switch_page("train.py", query_params=query)


def _task_title(task: str) -> str:
    known = shared_service().tasks()
    return known[task].title if task in known else task
