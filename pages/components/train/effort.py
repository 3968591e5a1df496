"""How long a run may take: an effort (preset), and minutes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.services.bootstrap import shared_service
from core.services.recommendation.recommendation import Circumstances
from core.specs import ModelSpec, TaskSpec
from core.specs.config import PRESETS, PresetName
from pages.components.train.setting_form import setting_inputs
from pages.components.train.setting_groups import BUDGET
from pages.components.widgets.url_state import read_choice, write_choice

TITLES: Mapping[PresetName, str] = {"quick": "Quick", "balanced": "Balanced", "best": "Best"}
HELP: Mapping[PresetName, str] = {
    "quick": "The first honest answer, in a minute or a few.",
    "balanced": "Longer, for a score that you can build on.",
    "best": "As good as this model gets here. Take a break.",
}
MINUTES_WIDTH = 190  # pixels


def effort_choice() -> tuple[PresetName, DeltaGenerator]:
    """Ask for the effort; return the preset, and the place for minutes."""
    st.header("How long may it take", anchor=False)
    read_choice("preset", PRESETS, PRESETS[0])
    with st.container(horizontal=True, vertical_alignment="top", key="effort"):
        preset = st.segmented_control(
            "Effort", list(PRESETS), default=st.session_state["preset"], key="preset", required=True,
            format_func=lambda name: TITLES[name],
        ) or PRESETS[0]  # fmt: skip
        minutes = st.container(width=MINUTES_WIDTH)
    write_choice("preset", PRESETS[0])
    st.caption(HELP[preset])
    return preset, minutes


def minutes_at_most(task: TaskSpec, model: ModelSpec, preset: str) -> dict[str, Any]:
    """Ask for a run's minutes; return them unless they are the preset's."""
    service = shared_service()
    fields = [f for f in service.setting_fields(model.name, task.name) if f.name == BUDGET]
    named = [replace(field, label="Minutes at most (0: no limit)") for field in fields]
    return setting_inputs(named, service.preset_values(model.name, preset, task.name), 1)


def circumstances(preset: PresetName) -> Circumstances:
    """Return the device, and the minutes that were chosen or are the effort's."""
    return Circumstances.of(preset, _chosen_minutes(preset), shared_service().worker.info().device)


def _chosen_minutes(preset: str) -> float | None:
    """Return the minutes that somebody chose; None where they are a preset's."""
    task, model = st.session_state.get("task"), st.session_state.get("model", st.query_params.get("model"))
    given = st.session_state.get(BUDGET, st.query_params.get(BUDGET))
    try:
        minutes = float(given) if given is not None else None
    except ValueError:
        return None
    if model in shared_service().models(task):
        usual = shared_service().preset_values(str(model), preset, str(task))[BUDGET]
        return None if minutes == usual else minutes
    return minutes
