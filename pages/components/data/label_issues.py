"""Labels that a trained model doubts, each changed or kept by a person."""

from collections.abc import Sequence

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.label_issues import LabelIssues
from core.specs.dataset_types import LabelIssue, VersionInfo
from pages.components.data.label_corrections import Corrections, correction_bar, corrections_of, show_as
from pages.components.data.sample_gallery import image_url
from pages.components.widgets.dataset_words import SPLIT_TITLES, many, shortened, unit
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

PER_PAGE = 6
LONGEST_TEXT = 280  # characters
THUMBNAIL_WIDTH = 84  # pixels
MORE_RIGHT_THAN_WRONG = 0.5  # expected precision from which suggestions may be chosen together
_PICKED = "doubted"  # before the key of a tick box


def label_issue_choices(label_issues: LabelIssues, info: VersionInfo, may_change: bool) -> None:
    """Show every doubted label with the model's suggestion, to change or keep."""
    corrections = corrections_of(info)
    st.page_link(
        "run.py", label=f"The run: {plain(label_issues.run.name)}", query_params={"run": label_issues.run.id},
        icon=":material/show_chart:",
    )  # fmt: skip
    if label_issues.is_older:
        st.caption("It was trained on an earlier version. Train on this one, and other examples are judged.")
    if any(one.split == "test" for one in label_issues.labels):
        st.caption(_about_test(label_issues.labels))
    pages = -(-len(label_issues.labels) // PER_PAGE)
    shown = st.container(gap="small", key="doubted-labels")
    at = 1
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            at = min(st.pagination(pages, key=f"doubts-page-{label_issues.run.id}"), pages)
    with shown:
        for one in label_issues.labels[(at - 1) * PER_PAGE : at * PER_PAGE]:
            _doubted(one, info, corrections, may_change)
    if not may_change:
        return
    _together(label_issues, corrections)
    correction_bar(info, corrections)


def _about_test(doubted: Sequence[LabelIssue]) -> str:
    count = sum(one.split == "test" for one in doubted)
    return (
        f"{count:,} of them {'is' if count == 1 else 'are'} in the test split. A test split that was cleaned where a "
        "model pointed flatters that model: its mistakes that look right to it stay. So test labels are never chosen "
        "together; change one only if you have looked at it and would have said so without the model."
    )


def _together(label_issues: LabelIssues, corrections: Corrections) -> None:
    """Offer to accept all suggestions outside the test split, if mostly right."""
    others = [one for one in label_issues.labels if one.split != "test"]
    if not others:
        return
    if label_issues.trial is None or label_issues.trial.precision < MORE_RIGHT_THAN_WRONG:
        why = "is not known of this run" if label_issues.trial is None else "is below one half"
        st.caption(f"There is no choice of all at once: the expected precision {why}, so look at each.")
        return
    st.button(
        f"Choose all {len(others):,} of the validation split", key="choose-doubted", icon=":material/done_all:",
        on_click=_choose, args=(others, corrections),
    )  # fmt: skip


def _doubted(one: LabelIssue, info: VersionInfo, corrections: Corrections, may_change: bool) -> None:
    item = shared_service().dataset_service.browse(info.name, info.fingerprint, rows=(one.position,), limit=1).items[0]
    with st.container(border=True, gap="xsmall", key=f"doubted-{one.position}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=not item.has_image):
            if item.has_image:
                with st.container(width=THUMBNAIL_WIDTH):
                    url = image_url(info.name, info.fingerprint, one.position)
                    st.image(url, width="stretch", alt=f"Image {one.position + 1}, {one.given}")
            else:
                row = ", ".join(f"{name} {value}" for name, value in item.values.items() if name != "target")
                st.text(shortened(item.text or row, LONGEST_TEXT), width="stretch")
            if item.has_image:
                st.text(item.name, width="stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if one.split:
                st.badge(SPLIT_TITLES.get(one.split, one.split), color="orange" if one.split == "test" else "gray")
            st.markdown(
                f"**{plain(one.given)}** :gray[→ the model says] **{plain(one.suggested)}** "
                f":gray[({100 * one.confidence:.0f} % sure)]",
                width="stretch",
            )
            if may_change:
                _decision(one, info, corrections)


def _decision(one: LabelIssue, info: VersionInfo, corrections: Corrections) -> None:
    what, key = f"{unit(info.task, 1)} {one.position + 1}", f"{_PICKED}-{info.fingerprint[:12]}-{one.position}"
    show_as(key, corrections.get(one.position) == one.suggested)
    st.checkbox(
        f"Change to {plain(one.suggested)}", key=key, help=f"Collected until you save, as a new version ({what}).",
        on_change=_decide, args=(key, one, corrections),
    )  # fmt: skip
    if st.button("Keep label", key=f"keep-label-{one.position}", help=f"No model's doubt is shown again ({what})."):
        with shown_errors():
            corrections.pop(one.position, None)
            shared_service().dataset_service.keep_labels(info.name, (one.position,), info.fingerprint)
            st.rerun()


def _decide(key: str, one: LabelIssue, corrections: Corrections) -> None:
    if (is_ticked := st.session_state.get(key)) is None:
        return  # the page was turned a moment before: this box has gone, and says nothing of what was collected
    if is_ticked:
        corrections[one.position] = one.suggested
    elif corrections.get(one.position) == one.suggested:
        corrections.pop(one.position)


def _choose(doubted: Sequence[LabelIssue], corrections: Corrections) -> None:
    corrections.update({one.position: one.suggested for one in doubted})


def kept_notice(info: VersionInfo) -> None:
    """Show how many doubted labels were kept, and offer to review them again."""
    dataset_service = shared_service().dataset_service
    if not info.labels or not (kept := dataset_service.kept_labels(info.name)):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="kept-labels"):
        st.caption(f"{many(kept, 'label')} kept as {'it is' if kept == 1 else 'they are'} against a model's doubt.")
        if st.button("Undo", key="doubt-again", icon=":material/undo:", type="tertiary"):
            with shown_errors():
                dataset_service.suggest_again(info.name)
                st.rerun()
