"""Samples of a finished model from low to high temperature, with their copied shares."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.runs import Run
from pages.components.widgets.sample_text import sample_text
from pages.components.widgets.text import plain

SHOWN = 160  # characters of the longest copied stretch


def has_temperature_samples(report: Mapping[str, Any]) -> bool:
    """Return whether a report has samples by temperature."""
    return bool((report.get("samples") or {}).get("written"))


def temperature_samples(run: Run, report: Mapping[str, Any]) -> None:
    """Show a sample per temperature with its copied share; nothing for older runs."""
    if not has_temperature_samples(report):
        return
    found = report["samples"]
    written: Sequence[Mapping[str, Any]] = found["written"]
    st.header("By temperature", anchor=False)
    st.markdown(f"**{plain(finding(found))}**")
    st.caption(_about(found))
    at = st.segmented_control(
        "Temperature", range(len(written)), default=min(1, len(written) - 1), required=True,
        format_func=lambda i: f"{written[i]['temperature']:g}{_word(written[i]['temperature'])}",
        key=f"temperature-{run.id}", help="Low is careful and repeats itself, high is bold and makes mistakes.",
    )  # fmt: skip
    one = written[at or 0]
    sample_text(str(one["text"]))
    st.caption(plain(_copied(one, int(found["stretch"]))))


def finding(found: Mapping[str, Any]) -> str:
    """Return what the samples show, as their title."""
    written, stretch, unseen = found["written"], found["stretch"], found["unseen_copied"]
    beside = "" if unseen is None else f" (real text that it never saw: {_percent(unseen)})"
    most, least = (pick(written, key=lambda one: float(one["copied"])) for pick in (max, min))
    if most["copied"] == 0:
        return f"Nothing that it writes is copied in stretches of {stretch} characters or more{beside}"
    if most["copied"] == least["copied"]:
        return f"{_percent(most['copied'])} of what it writes is copied from what it learnt from{beside}"
    at = f"At temperature {most['temperature']:g}, {_percent(most['copied'])} of what it writes is copied"
    return f"{at}, at {least['temperature']:g} {_percent(least['copied'])}{beside}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _about(found: Mapping[str, Any]) -> str:
    searched = ""
    if found["searched"] < found["training_characters"]:
        searched = f" Compared with the first {found['searched']:,} characters of it."
    return (
        f"Written by the best model at its end, going on from “{plain(str(found['prompt']).strip())}”. Copied are "
        f"stretches of {found['stretch']} characters or more that stand in the training text just so.{searched}"
    )


def _word(temperature: float) -> str:
    return " careful" if temperature <= 0.5 else " bold" if temperature > 1 else ""


def _copied(one: Mapping[str, Any], stretch: int) -> str:
    if not one["longest"]:
        return f"No {stretch} characters of it stand in the training text."
    longest = " ".join(str(one["longest"]).split())
    shown = f"{longest[:SHOWN]}…" if len(longest) > SHOWN else longest
    return f"{_percent(one['copied'])} copied; the longest stretch has {len(one['longest'])} characters: “{shown}”"
