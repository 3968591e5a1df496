"""Findings of the data doctor: severity, number of rows, reason and one-click fix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.label_issues import LabelIssues
from core.specs.dataset_types import Finding, VersionInfo
from pages.components.data.image_pairs import image_pairs
from pages.components.data.label_issues import kept_notice, label_issue_choices
from pages.components.widgets.dataset_words import task_of
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.once import once
from pages.components.widgets.starting import one_key
from pages.components.widgets.text import plain


@dataclass(frozen=True)
class SeverityBadge:
    """How a severity is shown: colour, icon and words together, never colour alone."""

    word: str
    plural: str
    icon: str
    color: Literal["red", "orange", "blue"]


BADGES = {
    "error": SeverityBadge("Serious", "serious", ":material/error:", "red"),
    "warning": SeverityBadge("Worth a look", "worth a look", ":material/warning:", "orange"),
    "note": SeverityBadge("Good to know", "good to know", ":material/info:", "blue"),
}


def finding_summary(findings: Sequence[Finding]) -> str:
    """Return the number of findings per severity: "1 serious, 2 worth a look"."""
    counts = [(badge, sum(f.severity == severity for f in findings)) for severity, badge in BADGES.items()]
    return ", ".join(f"{count} {badge.plural}" for badge, count in counts if count)


def finding_list(
    findings: Sequence[Finding], info: VersionInfo, in_use: bool, busy: bool, label_issues: LabelIssues | None = None
) -> None:
    """Show what was found in a version, the most serious first.

    Args:
        findings: What was found.
        info: The version.
        in_use: Whether it is the version in use: only that one is put right.
        busy: Whether it is being put right now.
        label_issues: What a trained model doubts; its finding is among the others.
    """
    known = task_of(info.task)
    looked_for = known.looked_for if known else "what usually goes wrong"
    if not findings:
        with st.container(border=True, gap="xsmall", key="nothing-found"):
            st.markdown("## :green[:material/verified:] Nothing found")
            st.markdown(f"Looked for: {looked_for}.")
        kept_notice(info)
        return
    for severity, badge in BADGES.items():
        for finding in findings:
            if finding.severity == severity:
                _finding(finding, badge, info, in_use, busy, label_issues)
    kept_notice(info)
    st.caption(f"Looked for: {looked_for}.")


def _finding(
    finding: Finding,
    badge: SeverityBadge,
    info: VersionInfo,
    in_use: bool,
    busy: bool,
    label_issues: LabelIssues | None,
) -> None:
    with st.container(border=True, gap="small", key=f"finding-{finding.code}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(badge.word, icon=badge.icon, color=badge.color)
            st.markdown(f"**{plain(finding.message)}**", width="stretch")
        st.caption(plain(finding.why))
        if label_issues is not None and finding is label_issues.finding:
            label_issue_choices(label_issues, info, in_use and not busy)
        elif finding.pairs and (task := task_of(info.task)) is not None and task.input_kind == "image":
            image_pairs(finding, info)
        elif finding.examples:
            with st.container(gap="xxsmall", key=f"examples-{finding.code}"):
                for example in finding.examples:
                    st.text(example)
        with st.container(horizontal=True, vertical_alignment="center"):
            if finding.fix:
                _fix(finding, info, in_use, busy)
            if finding.rows:
                query = {"set": info.name, "part": "browse", "finding": finding.code}
                if not in_use:
                    query["version"] = info.fingerprint
                if label_issues is not None and finding is label_issues.finding:
                    query["run"] = label_issues.run.id
                st.page_link("data.py", label="Show these", query_params=query, icon=":material/search:")


def _fix(finding: Finding, info: VersionInfo, in_use: bool, busy: bool) -> None:
    note = "Makes a new version; this one stays." if in_use else "Use this version first."
    clicked = st.button(
        plain(finding.fix), key=f"fix-{finding.code}", icon=":material/auto_fix_high:", help=note,
        disabled=busy or not in_use,
    )  # fmt: skip
    key = one_key(f"fix-{info.fingerprint}-{finding.code}", clicked)
    if clicked:
        with shown_errors():
            dataset_service = shared_service().dataset_service
            st.query_params["work"] = once(
                key, lambda: dataset_service.start_fix(info.name, finding.code, info.fingerprint)
            )
            st.rerun()
