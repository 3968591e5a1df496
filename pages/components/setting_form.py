"""The settings of a run as form fields, made from what each setting says of itself."""

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.configure import SettingField


def setting_inputs(fields: Sequence[SettingField], values: dict[str, Any], columns: int) -> dict[str, Any]:
    """Show the fields side by side and return the values that differ from the preset's.

    Args:
        fields: What to show.
        values: The preset's values by name.
        columns: How many stand side by side where there is room.
    """
    changed = {}
    with st.grid(columns, min_column_width=220, vertical_alignment="bottom"):
        for field in fields:
            chosen = _input(field, values[field.name])
            if chosen != values[field.name]:
                changed[field.name] = chosen
    return changed


def forget_settings(fields: Sequence[SettingField], values: dict[str, Any]) -> None:
    """Put every field back to these values: another model or preset was chosen."""
    for field in fields:
        if field.name in st.session_state:
            st.session_state[field.name] = _fitting(field, values[field.name])


def _input(field: SettingField, value: Any) -> Any:
    value = _fitting(field, value)
    if field.kind == "switch":
        return st.toggle(field.label, value, key=field.name, help=field.help, bind="query-params")
    if field.kind == "choice":
        options = list(field.choices)
        at = options.index(value) if value in options else 0
        return st.selectbox(field.label, options, at, key=field.name, help=field.help, bind="query-params")
    if field.kind == "text":
        return st.text_input(field.label, str(value), key=field.name, help=field.help, bind="query-params")
    # The form does not hold the bounds: a value beyond them is answered with a sentence that names them.
    return st.number_input(
        field.label,
        value=value,
        step=_step(field, value),
        format="%d" if field.kind == "integer" else "%g",
        key=field.name,
        help=_help(field),
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
