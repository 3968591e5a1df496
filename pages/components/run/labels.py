"""Labels of a run: tags, star, note, and comparison with the baseline run."""

from collections.abc import Sequence

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.run_search.against_baseline import against_baseline
from core.services.run_search.run_tags import LONGEST_TAG, MOST_TAGS, RunTags, known_tags
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain
from pages.components.widgets.undo import offer_undo


def run_labels(run: Run) -> None:
    """Show a run's marks and tags, as far as present."""
    marks = [(run.starred, "Starred", ":material/star:"), (run.archived_at, "Archived", ":material/archive:")]
    if run.tags or any(has for has, _, _ in marks):
        with st.container(horizontal=True, gap="xsmall", key="labels"):
            for has, word, icon in marks:
                if has:
                    st.badge(word, icon=icon, color="gray")
            for tag in run.tags:
                st.badge(plain(tag), icon=":material/label:", color="blue")


def against_baseline_run(run: Run) -> None:
    """Show a run against the baseline run of its task, if any."""
    standing = against_baseline(shared_service(), run)
    if standing is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="baseline"):
            st.markdown(f":material/flag: {plain(standing.sentence)}", width="content")
            if standing.comparable and standing.baseline_id != run.id:
                ids = {"runs": f"{standing.baseline_id},{run.id}"}
                if st.button("Compare them", key="compare-baseline", type="tertiary", icon=":material/compare_arrows:"):
                    st.switch_page("compare.py", query_params=ids)


@st.dialog("Tags")
def tags_dialog(run: Run) -> None:
    """Ask for the tags of one run."""
    tags = _tag_field("Tags", run.tags, f"tags-of-{run.id}")
    if st.button("Save", type="primary", key="keep-tags"):
        with shown_errors():
            RunTags(shared_service()).set_tags(run.id, tags)
            st.rerun()


@st.dialog("Tags of several runs")
def many_tags_dialog(runs: Sequence[Run]) -> None:
    """Ask for tags to give to runs, and tags to take from them."""
    these = f"{runs[0].id}-{runs[-1].id}-{len(runs)}"  # a dialog that was closed leaves what was chosen in it
    add = _tag_field("Add", (), f"tags-to-add-{these}")
    remove = st.multiselect("Remove", known_tags(runs), key=f"tags-to-remove-{these}", placeholder="None")
    if st.button("Change", type="primary", key="change-tags", disabled=not (add or remove)):
        with shown_errors():
            change = RunTags(shared_service()).tag([run.id for run in runs], add, remove)
            count = "1 run has" if len(change) == 1 else f"{len(change):,} runs have"
            offer_undo(f"{count} other tags now.", "label", change)
            st.rerun()


def _tag_field(label: str, chosen: Sequence[str], key: str) -> list[str]:
    known = known_tags(shared_service().runs())
    return st.multiselect(
        label, list(dict.fromkeys([*chosen, *known])), list(chosen), key=key, accept_new_options=True,
        max_selections=MOST_TAGS, placeholder="Choose, or write a new one",
        help=f"At most {MOST_TAGS} of {LONGEST_TAG} characters. They can be filtered by: tag = demo",
    )  # fmt: skip
