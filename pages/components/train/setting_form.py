"""Settings of a run as form fields, generated from the settings' metadata."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.configure import SettingField
from core.specs.config import Group

SOURCE = "source"  # of a pretrained model's weights: it has a place of its own beside the model


@dataclass(frozen=True)
class Heading:
    """Under what name a group of settings stands."""

    title: str
    icon: str
    summary: str


HEADINGS: Mapping[Group, Heading] = {
    "": Heading("The model itself", "hub", "How it is built."),
    "optimiser": Heading("Optimiser", "trending_down", "How large each correction is, and which way it goes."),
    "regularisation": Heading(
        "Regularisation", "psychology", "What keeps a model to rules that also hold for unseen examples."
    ),
    "augmentation": Heading(
        "Augmentation", "auto_awesome", "Each epoch shows slightly different examples, so that less depends on details."
    ),
    "machine": Heading("Machine", "memory", "Where it computes, how exactly, and how often it saves."),
}
# These matter only with some values of another setting.
_ONLY_WITH = {"momentum": ("optimizer", ("sgd", "muon")), "nesterov": ("optimizer", ("sgd", "muon"))}


def setting_inputs(fields: Sequence[SettingField], values: Mapping[str, Any], columns: int) -> dict[str, Any]:
    """Show the fields side by side; return values that differ from the preset.

    Args:
        fields: What to show.
        values: The preset's values by name.
        columns: How many stand side by side where there is room.
    """
    changed = {}
    with st.grid(columns, min_column_width=220, vertical_alignment="bottom"):
        for field in fields:
            chosen = _input(field, values[field.name], _is_idle(field, values))
            if chosen != values[field.name]:
                changed[field.name] = chosen
    return changed


def group_heading(group: Group, fields: Sequence[SettingField], values: Mapping[str, Any]) -> str:
    """Return a group's heading, with its number of settings changed from the preset."""
    count = sum(is_changed(field, values[field.name]) for field in fields)
    return HEADINGS[group].title + (f" :primary-badge[{count} changed]" if count else "")


def forget_settings(fields: Sequence[SettingField], values: Mapping[str, Any]) -> None:
    """Put every field back to these values: another model or preset was chosen."""
    for field in fields:
        if field.name in st.session_state:
            st.session_state[field.name] = _fitting(field, values[field.name])


def is_changed(field: SettingField, value: Any) -> bool:
    """Return whether a setting differs from the preset's value, or a link brings it."""
    if field.name in st.session_state:
        return bool(st.session_state[field.name] != _fitting(field, value))
    return field.name in st.query_params  # seen for the first time: a link brings it


def _is_idle(field: SettingField, values: Mapping[str, Any]) -> bool:
    """Return whether another setting keeps this one from having any effect."""
    if field.name not in _ONLY_WITH:
        return False
    other, needed = _ONLY_WITH[field.name]
    return st.session_state.get(other, values.get(other)) not in needed


def _input(field: SettingField, value: Any, idle: bool) -> Any:
    value = _fitting(field, value)
    if field.kind == "switch":
        return st.toggle(
            field.label, value, key=field.name, help=field.help, disabled=idle, wrap=True, bind="query-params"
        )
    if field.kind == "choice":
        options = list(field.choices)
        at = options.index(value) if value in options else 0
        return st.selectbox(field.label, options, at, key=field.name, help=field.help, bind="query-params")
    if field.kind == "text":
        return st.text_input(field.label, str(value), key=field.name, help=field.help, bind="query-params") or ""
    # The form does not hold the bounds: a value beyond them is answered with a sentence that names them.
    return st.number_input(
        field.label,
        value=value,
        step=_step(field, value),
        format="%d" if field.kind == "integer" else "%g",
        key=field.name,
        help=_help(field),
        disabled=idle,
        bind="query-params",
    )


def _fitting(field: SettingField, value: Any) -> Any:
    if field.kind == "integer":
        return int(value)
    return float(value) if field.kind == "number" else value


def _step(field: SettingField, value: float) -> float | int:
    if field.kind == "integer":
        return 1
    return float(10.0 ** math.floor(math.log10(value))) if value > 0 else 0.01


def _help(field: SettingField) -> str:
    if field.low is None or field.high is None:
        return field.help
    return f"{field.help} From {field.low:g} to {field.high:g}."
