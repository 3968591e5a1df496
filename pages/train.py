"""Train: task, data, model, how thorough; then start."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from core.bootstrap import shared_service
from core.config import PRESETS, TrainConfig
from core.errors import TouchstoneError
from core.service import DatasetPreview
from core.specs import DatasetSpec, ModelSpec, TaskSpec
from pages.components.data_preview import data_preview
from pages.components.missing_data import forget_missing_data, missing_data
from pages.components.notices import empty_state
from pages.components.setting_form import forget_settings, setting_inputs
from pages.components.starting import one_key, start
from pages.components.text import plain, value
from pages.components.url_state import read_choice, write_choice

PRESET_TITLES = {"quick": "Quick look", "balanced": "Balanced", "best": "Best"}
UNITS = {"text": "texts", "image": "pictures", "table": "rows"}
PRESET_HELP = {
    "quick": "The first honest answer, in a minute or a few.",
    "balanced": "Longer, for a score that you can build on.",
    "best": "As good as this model gets here. Take a break.",
}


def page() -> None:
    """Show the page."""
    st.title("Train a model", anchor=False)
    service = shared_service()
    choices, summary = st.columns([1.9, 1], gap="large")
    with choices:
        task = _task(service.tasks())
        datasets, models = service.datasets(task.name), service.models(task.name)
        if not datasets or not models:
            empty_state("inventory_2", "Nothing to train yet", "There is no data set or no model for this task.")
            return
        dataset, preview = _data(task, datasets)
        model = _model(task, models)
        preset, changed = _settings(model)
    with summary, st.container(key="summary"), st.container(border=True):
        _summary(task, dataset, preview, model, preset, changed)


def _task(tasks: Mapping[str, TaskSpec]) -> TaskSpec:
    names = list(tasks)
    read_choice("task", names, names[0])
    chosen = st.segmented_control(
        "Task", names, key="task", required=True, wrap=True, format_func=lambda name: tasks[name].title,
        label_visibility="collapsed",
    )  # fmt: skip
    write_choice("task", names[0])
    task = tasks[chosen or names[0]]
    st.caption(task.summary)
    return task


def _data(task: TaskSpec, datasets: Mapping[str, DatasetSpec]) -> tuple[DatasetSpec, DatasetPreview]:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("Data", anchor=False, width="content")
        st.page_link("bring.py", label="Bring your own data", icon=":material/add:", query_params={"as": task.name})
    names = _first(datasets, task.demo[0])
    missing_data(task, names)
    read_choice("data", names, names[0])
    chosen = st.selectbox(
        "Data set", names, key="data", format_func=lambda name: datasets[name].title, label_visibility="collapsed",
        on_change=forget_missing_data,
    )  # fmt: skip
    write_choice("data", names[0])
    dataset = datasets[chosen or names[0]]
    preview = data_preview(dataset)
    st.page_link("data.py", label="All about this data", icon=":material/database:", query_params={"set": dataset.name})
    return dataset, preview


def _model(task: TaskSpec, models: Mapping[str, ModelSpec]) -> ModelSpec:
    st.subheader("Model", anchor=False)
    names = _first(models, task.demo[1])
    read_choice("model", names, names[0])
    chosen = st.radio(
        "Model", names, key="model", on_change=_forget, label_visibility="collapsed",
        format_func=lambda name: models[name].title, captions=[models[name].summary for name in names],
    )  # fmt: skip
    write_choice("model", names[0])
    model = models[chosen or names[0]]
    kind = "pretrained, with a part that learns" if model.pretrained else "starts from scratch"
    more = ", more for more columns" if task.input_kind == "table" else ""
    st.caption(
        f"**When to choose it:** {plain(model.choose_when)}\n\n"
        f"About {model.parameter_count:,} numbers to learn{more} · {kind}"
    )
    st.markdown(f":small[Read more: [{plain(model.paper)}]({model.paper_url})]")
    return model


def _settings(model: ModelSpec) -> tuple[str, dict[str, Any]]:
    st.subheader("How thorough", anchor=False)
    read_choice("preset", PRESETS, PRESETS[0])
    preset = st.segmented_control(
        "Preset", list(PRESETS), key="preset", required=True, on_change=_forget,
        format_func=lambda name: PRESET_TITLES[name], label_visibility="collapsed",
    ) or PRESETS[0]  # fmt: skip
    write_choice("preset", PRESETS[0])
    st.caption(PRESET_HELP[preset])
    service = shared_service()
    fields, values = service.setting_fields(model.name), service.preset_values(model.name, preset)
    changed = setting_inputs([f for f in fields if f.level == "beginner"], values, 3)
    with st.expander("More settings", icon=":material/tune:"):
        changed |= setting_inputs([f for f in fields if f.level == "expert"], values, 2)
    return preset, changed


def _summary(
    task: TaskSpec,
    dataset: DatasetSpec,
    preview: DatasetPreview,
    model: ModelSpec,
    preset: str,
    changed: dict[str, Any],
) -> None:
    st.subheader("Summary", anchor=False)
    service = shared_service()
    config, problem = None, ""
    try:
        config = service.make_config(task.name, dataset.name, model.name, preset, changed)
    except TouchstoneError as error:
        problem = str(error)
    if config is not None:
        st.markdown(_in_words(task, dataset, preview, model, config))
        if changed:
            st.caption("Changed by you: " + ", ".join(f"{plain(k)} {plain(value(v))}" for k, v in changed.items()))
    else:
        st.error(plain(problem), icon=":material/error:")
    name = st.text_input("Name", key="name", placeholder="Named for you if empty", max_chars=80)
    clicked = st.button(
        "Start training", key="start", type="primary", icon=":material/play_arrow:", width="stretch",
        disabled=config is None,
    )  # fmt: skip
    key = one_key("train", clicked)
    if clicked and config is not None:
        start(config, key, name or "")
    _queue_note()


def _in_words(
    task: TaskSpec, dataset: DatasetSpec, preview: DatasetPreview, model: ModelSpec, config: TrainConfig
) -> str:
    sizes = preview.version.split_sizes
    unit, each = UNITS[task.input_kind], ""
    if task.output_kind == "text":
        unit, each = "characters", " stretches"
    passes = "1 pass" if config.epochs == 1 else f"{config.epochs:,} passes"
    return (
        f"Train **{plain(model.title)}** on **{plain(dataset.title)}**: {passes} over {sizes['train']:,} {unit}, "
        f"{config.batch_size:,}{each} at a time. The score comes from {sizes['test']:,} others that it never sees "
        "before the end, beside what simple methods reach on the same ones."
    )


def _queue_note() -> None:
    ahead = len(shared_service().active_runs())
    device = shared_service().worker.info().device
    where = f"Trains on {plain(device)}, in a process of its own." if device else "Trains in a process of its own."
    waits = f" {ahead} before it." if ahead else ""
    st.caption(f"{where}{waits} You can close this page.")


def _forget() -> None:
    service, model = shared_service(), st.session_state.get("model")
    if model in service.models():
        values = service.preset_values(model, st.session_state.get("preset") or PRESETS[0])
        forget_settings(service.setting_fields(model), values)


def _first(entries: Iterable[str], favourite: str) -> list[str]:
    """Return the names, the one of the demo first: it is what a beginner should take."""
    return sorted(entries, key=lambda name: name != favourite)


if __name__ == "__main__":
    page()
