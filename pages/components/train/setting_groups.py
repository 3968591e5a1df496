"""Training settings in a fold: a few basic ones, and the others in groups."""

from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.configure import SettingField, learning_rate_for
from core.services.bootstrap import shared_service
from core.specs import ModelSpec, TaskSpec
from core.specs.config import PRESETS, Group
from pages.components.train.setting_form import (
    HEADINGS,
    SOURCE,
    forget_settings,
    group_heading,
    is_changed,
    setting_inputs,
)
from pages.components.widgets.url_state import read_choice, write_choice

BUDGET = "time_budget_min"  # asked for beside the effort
EVALUATION = "evaluation"
_ELSEWHERE = (SOURCE, EVALUATION, BUDGET)  # settings with a place of their own
EVALUATION_TITLES = {"auto": "Automatic", "quick-look": "One split", "every-row": "Every row (cross-validation)"}
EVALUATION_HELP = {
    "auto": "Every row below 5,000 rows where that takes under a minute; else one split. What it takes here "
    "is in the summary.",
    "quick-look": "Judged on one split that is kept apart: fast, and with few rows less certain.",
    "every-row": "Five more trainings, each judged on a fifth of the rows that it has not seen, so that all rows judge "
    "and a smaller difference is clear. The model that you get is the same.",
}


def evaluation_choice(task: TaskSpec) -> dict[str, Any]:
    """Ask how precise the score shall be; return a choice not left to cost."""
    if task.output_kind == "text":
        return {}
    names = list(EVALUATION_TITLES)
    read_choice(EVALUATION, names, names[0])
    chosen = st.segmented_control(
        "Confidence in the score", names, default=st.session_state[EVALUATION], key=EVALUATION, required=True,
        wrap=True, format_func=lambda name: EVALUATION_TITLES[name],
    ) or names[0]  # fmt: skip
    write_choice(EVALUATION, names[0])
    st.caption(EVALUATION_HELP[chosen])
    return {EVALUATION: chosen} if chosen != names[0] else {}


def all_settings(
    task: TaskSpec, model: ModelSpec, preset: str
) -> tuple[dict[str, Any], DeltaGenerator | None, dict[Group, DeltaGenerator]]:
    """Show every setting in a fold, once it is opened or one is changed.

    Returns:
        The settings that differ from the preset's, and the places for what is found out: beside the common settings
        (None in a closed fold), and in each group.
    """
    fields, values = _fields(task, model), _values(task, model, preset)
    count = sum(is_changed(field, values[field.name]) for field in fields) + is_evaluation_chosen(task)
    label = "All settings" + (f" :primary-badge[{count} changed]" if count else "")
    open_at_first("settings", bool(count))
    with st.expander(label, key="settings", icon=":material/tune:", on_change="rerun") as fold:
        if not fold.open and not count:  # what nobody sees and nobody has changed is not drawn: see `group_settings`
            return {}, None, {}
        changed = common_settings(task, model, preset) | evaluation_choice(task)
        beside = st.container()
        more, places = group_settings(task, model, preset)
    return changed | more, beside, places


def open_at_first(key: str, is_open: bool) -> None:
    """Open a fold at first sight, such as for a link's changes."""
    if key not in st.session_state:
        st.session_state[key] = is_open


def is_evaluation_chosen(task: TaskSpec) -> bool:
    """Return whether somebody, or a link, has said how precise the score shall be."""
    usual = next(iter(EVALUATION_TITLES))
    chosen = st.query_params.get(EVALUATION, st.session_state.get(EVALUATION, usual))
    return task.output_kind != "text" and chosen in EVALUATION_TITLES and chosen != usual


def common_settings(task: TaskSpec, model: ModelSpec, preset: str) -> dict[str, Any]:
    """Show the settings that beginners ask for; return those that differ from the preset's."""
    fields, values = [f for f in _fields(task, model) if f.level == "beginner"], _values(task, model, preset)
    _follow_optimizer(values["learning_rate"])
    return setting_inputs(fields, values, 3)


def group_settings(task: TaskSpec, model: ModelSpec, preset: str) -> tuple[dict[str, Any], dict[Group, DeltaGenerator]]:
    """Show all other settings in groups; return the changed ones, and each group's place.

    Changed means different from the preset.
    """
    values, changed, places = _values(task, model, preset), dict[str, Any](), dict[Group, DeltaGenerator]()
    experts = [f for f in _fields(task, model) if f.level == "expert"]
    with st.container(gap="xsmall", key="setting-groups"):
        for group, heading in HEADINGS.items():
            fields = [f for f in experts if f.group == group]
            if not fields:
                continue
            label, icon = group_heading(group, fields, values), f":material/{heading.icon}:"
            is_any_changed = any(is_changed(field, values[field.name]) for field in fields)
            key = f"group-{group or 'model'}"
            open_at_first(key, is_any_changed)
            with st.expander(label, key=key, icon=icon, on_change="rerun") as part:
                # Forty fields that nobody sees cost the browser more than the rest of the page. What is as in the
                # preset has nothing that could be lost.
                if not part.open and not is_any_changed:
                    continue
                st.caption(heading.summary)
                changed |= setting_inputs(fields, values, 2)
                places[group] = st.container()
    return changed, places


def back_to_preset(keep: Collection[str] = ()) -> None:
    """Reset settings to the preset, after another choice or on request.

    Args:
        keep: Names of settings that stay as they are.
    """
    service, model = shared_service(), st.session_state.get("model")
    task = str(st.session_state.get("task") or "")
    if model in service.models(task or None):
        preset = st.session_state.get("preset") or PRESETS[0]
        fields = [field for field in service.setting_fields(model, task) if field.name not in keep]
        forget_settings(fields, service.preset_values(model, preset, task))


def _fields(task: TaskSpec, model: ModelSpec) -> Sequence[SettingField]:
    return [f for f in shared_service().setting_fields(model.name, task.name) if f.name not in _ELSEWHERE]


def _values(task: TaskSpec, model: ModelSpec, preset: str) -> dict[str, Any]:
    """Return the preset's values, with the learning rate suited to the chosen optimiser."""
    values = shared_service().preset_values(model.name, preset, task.name)
    optimizer = st.session_state.get("optimizer", st.query_params.get("optimizer", values["optimizer"]))
    return values | {"learning_rate": learning_rate_for(model, preset, task.name, str(optimizer))}


def _follow_optimizer(suiting: float) -> None:
    """Set the learning rate field to suit a new optimiser, unless chosen by hand."""
    before = st.session_state.get("suiting-rate")
    if before not in (None, suiting) and st.session_state.get("learning_rate") == before:
        st.session_state["learning_rate"] = suiting
    st.session_state["suiting-rate"] = suiting
