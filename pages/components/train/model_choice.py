"""Model choice: a task's models as cards with use, size and description."""

from collections.abc import Mapping

import streamlit as st

from core.services.recommendation import Recommendation
from core.specs import ModelSpec, TaskSpec
from pages.components.train.setting_groups import back_to_preset
from pages.components.widgets.text import count, plain
from pages.components.widgets.url_state import chosen_place, read_choice, write_choice


def model_choice(task: TaskSpec, models: Mapping[str, ModelSpec], recommended: Recommendation) -> ModelSpec:
    """Show a task's models, the recommended one first with reason; return the choice."""
    st.header("Model", anchor=False)
    names = in_order(models, task, recommended.model)
    if recommended.why:
        st.caption(f"Recommended: {plain(recommended.why)}")
    read_choice("model", names, names[0])
    # A radio group, drawn as cards by style.css: one stop of the Tab key, arrows move, and it is read as a choice.
    chosen = st.radio(
        "Model", names, chosen_place(names, "model"), key="model", on_change=back_to_preset, width="stretch",
        label_visibility="collapsed",
        format_func=lambda name: _title(models[name], recommended=name == recommended.model),
        captions=[_caption(models[name], task) for name in names],
    )  # fmt: skip
    write_choice("model", names[0])
    model = models[chosen or names[0]]
    if reason := recommended.against.get(model.name):
        st.warning(plain(f"Not recommended for this data. {reason}"), icon=":material/translate:")
    st.markdown(plain(model.summary))
    st.markdown(f":small[:gray[{_size(model, task)} · Read more: [{plain(model.paper)}]({model.paper_url})]]")
    return model


def in_order(models: Mapping[str, ModelSpec], task: TaskSpec, first: str = "") -> list[str]:
    """Return the names: the recommended model, then by size, pretrained ones last."""

    def place(name: str) -> tuple[bool, bool, int]:
        model = models[name]
        return name != (first or task.demo[1]), model.pretrained, model.parameter_count_for(task.name)

    return sorted(models, key=place)


def _title(model: ModelSpec, *, recommended: bool) -> str:
    return plain(model.title) + (" :primary-badge[Recommended]" if recommended else "")


def _caption(model: ModelSpec, task: TaskSpec) -> str:
    known = "Pretrained, " if model.pretrained else ""
    return f"{plain(model.choose_when)}\n\n{known}{count(model.parameter_count_for(task.name))} numbers to learn"


def _size(model: ModelSpec, task: TaskSpec) -> str:
    more = ", more for more columns" if task.input_kind == "table" else ""
    kind = "pretrained: it knows something before it starts" if model.pretrained else "starts from scratch"
    return f"About {model.parameter_count_for(task.name):,} numbers to learn{more} · {kind}"
