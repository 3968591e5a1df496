"""Probable label errors found by a run: their correction, and training again."""

import streamlit as st

from core.errors import UnknownName
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.label_issues import LabelIssues, is_believed, label_issues_of_run, why_not_believed
from core.specs.dataset_types import DatasetEntry
from pages.components.widgets.dataset_words import many
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.starting import one_key, start
from pages.components.widgets.text import plain

CORRECTED_TEST = (
    "Some test labels were changed. If a model pointed at them, its score on them flatters it: its mistakes that look "
    "right to it were not looked at. Compare only runs that were tested on the same version."
)


def label_repair(run: Run) -> None:
    """Show the number of probable label errors, and offer to retrain after correction."""
    name, mark = run.config.dataset, run.config.dataset_version
    if not mark:  # built in: its labels are not ours to change
        return
    try:
        entry = shared_service().dataset_service.entry(name)
    except UnknownName:
        return
    if entry.deleted_at is not None:
        return
    label_issues = label_issues_of_run(shared_service(), run)
    is_older = entry.fingerprint != mark
    if label_issues is None and not is_older:
        return
    with st.container(border=True, gap="xsmall", key="label-repair"):
        if label_issues is not None:
            _doubted(label_issues, run, entry)
        if is_older:
            _again(run, entry.fingerprint)


def _doubted(label_issues: LabelIssues, run: Run, entry: DatasetEntry) -> None:
    count = len(label_issues.labels)
    if not is_believed(shared_service(), run):
        st.markdown(f"**It doubts {many(count, 'label')}, but no label is suggested**")
        st.caption(plain(why_not_believed(shared_service(), run)))
        return
    st.markdown(f"**{count:,} label{'s look' if count > 1 else ' looks'} wrong to it**")
    expected = f" Expected precision: {100 * label_issues.trial.precision:.0f} %." if label_issues.trial else ""
    st.caption(
        f"A wrong label teaches the opposite, and here it counts a right answer as a mistake.{expected} Look at each "
        "and put it right or keep it; what you change becomes a new version of the data."
    )
    st.page_link(
        "data.py", label=f"Look at {'them' if count > 1 else 'it'} in {plain(entry.title)}",
        query_params={"set": entry.name, "run": run.id}, icon=":material/rule:",
    )  # fmt: skip


def _again(run: Run, fingerprint: str) -> None:
    """Offer the same run on the version of the data that is in use."""
    versions = shared_service().dataset_service.versions(run.config.dataset)
    number = next((len(versions) - i for i, info in enumerate(versions) if info.fingerprint == fingerprint), 0)
    change = next((info.change for info in versions if info.fingerprint == fingerprint), "")
    st.markdown(f"Version {number} of the data is in use by now: {plain(change)}")
    if "test split" in change:
        st.caption(CORRECTED_TEST)
    clicked = st.button("Same run on the new version", key="train-repaired", type="primary", icon=":material/replay:")
    key = one_key(f"repaired-{run.id}-{fingerprint}", clicked)
    if clicked:
        with shown_errors():
            config = shared_service().clone_config(run.id).model_copy(update={"dataset_version": fingerprint})
            start(config, key, cloned_from=run.id)
