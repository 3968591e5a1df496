"""Model choice: the recommended model with its reason, and the others behind a fold."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.services.recommendation.recommendation import Recommendation
from core.specs import ModelSpec, TaskSpec
from pages.components.train.setting_groups import BUDGET, back_to_preset, open_at_first
from pages.components.train.weight_source import weight_source
from pages.components.widgets.text import count, plain
from pages.components.widgets.url_state import chosen_place, read_choice, write_choice

_FOLLOWED = "recommended-model"  # of the session: what was recommended last
_SETTINGS_OF = "settings-of"  # of the session: task, model and preset that the fields were filled for


def model_choice(
    task: TaskSpec, models: Mapping[str, ModelSpec], recommended: Recommendation, preset: str, *, keep_minutes: bool
) -> tuple[ModelSpec, dict[str, Any]]:
    """Show the recommended model with its reason, the others in a fold.

    Args:
        task: What it shall do.
        models: Those that can, by name.
        recommended: What suits the data.
        preset: The effort.
        keep_minutes: Whether somebody chose the minutes, which another model does not change.

    Returns:
        The chosen model, and where its weights come from if that differs from the preset's.
    """
    names = in_order(models, task, recommended.model)
    _follow(recommended.model)
    read_choice("model", names, names[0])
    place = st.container(key="recommended", gap="xsmall")
    is_other, changed = st.session_state["model"] != names[0], dict[str, Any]()
    open_at_first("models", is_other)
    icon = ":material/model_training:"
    with st.expander("Choose another model", key="models", icon=icon, on_change="rerun") as fold:
        if fold.open or is_other:
            _cards(names, models, task, recommended)
        write_choice("model", names[0])
        model = models[st.session_state["model"]]
        _fill_anew((task.name, model.name, preset), (BUDGET,) if keep_minutes else ())
        if fold.open or is_other or model.name != names[0]:
            changed = weight_source(task, model, preset)
            _about(model, task)
    with place:
        _said(model, models[recommended.model], recommended)
    return model, changed


def _follow(best: str) -> None:
    """Let the choice move with the recommendation, until somebody chooses another model."""
    before = st.session_state.get(_FOLLOWED)
    st.session_state[_FOLLOWED] = best
    if before != best and before == st.session_state.get("model") and "model" not in st.query_params:
        st.session_state["model"] = best


def _fill_anew(chosen: tuple[str, str, str], keep: tuple[str, ...]) -> None:
    """Fill the fields anew where they were filled for another task, model or preset."""
    if st.session_state.get(_SETTINGS_OF, chosen) != chosen:
        back_to_preset(keep)
    st.session_state[_SETTINGS_OF] = chosen


def _cards(names: list[str], models: Mapping[str, ModelSpec], task: TaskSpec, recommended: Recommendation) -> None:
    # A radio group, drawn as cards by style.css: one stop of the Tab key, arrows move, and it is read as a choice.
    st.radio(
        "Model", names, chosen_place(names, "model"), key="model", width="stretch", label_visibility="collapsed",
        format_func=lambda name: _title(models[name], recommended),
        captions=[_caption(models[name], task) for name in names],
    )  # fmt: skip


def _said(model: ModelSpec, best: ModelSpec, recommended: Recommendation) -> None:
    """Say what is recommended and why, and what was chosen instead."""
    st.markdown(f":material/recommend: **Recommended: {plain(best.title)}**, {plain(recommended.why)}")
    if model.name == best.name:
        return
    if reason := recommended.against.get(model.name):
        st.warning(plain(f"Not recommended for this data. {reason}"), icon=":material/translate:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"You chose **{plain(model.title)}**.", width="content")
        st.button(
            "Take the recommended model", key="take-recommended", icon=":material/undo:", type="tertiary",
            on_click=_take, args=(best.name,),
        )  # fmt: skip


def _take(name: str) -> None:
    st.session_state["model"] = name


def _about(model: ModelSpec, task: TaskSpec) -> None:
    st.markdown(plain(model.summary))
    st.markdown(f":small[:gray[{_size(model, task)} · Read more: [{plain(model.paper)}]({model.paper_url})]]")


def in_order(models: Mapping[str, ModelSpec], task: TaskSpec, first: str = "") -> list[str]:
    """Return the names: the recommended model, then by size, pretrained ones last."""

    def place(name: str) -> tuple[bool, bool, int]:
        model = models[name]
        return name != (first or task.demo[1]), model.pretrained, model.parameter_count_for(task.name)

    return sorted(models, key=place)


def _title(model: ModelSpec, recommended: Recommendation) -> str:
    badges = {recommended.model: " :primary-badge[Recommended]", recommended.runner_up: " :gray-badge[Runner-up]"}
    return plain(model.title) + badges.get(model.name, "")


def _caption(model: ModelSpec, task: TaskSpec) -> str:
    known = "Pretrained, " if model.pretrained else ""
    return f"{plain(model.choose_when)}\n\n{known}{count(model.parameter_count_for(task.name))} parameters"


def _size(model: ModelSpec, task: TaskSpec) -> str:
    more = ", more for more columns" if task.input_kind == "table" else ""
    kind = "pretrained: it knows something before it starts" if model.pretrained else "starts from scratch"
    return f"About {model.parameter_count_for(task.name):,} parameters{more} · {kind}"
