"""Train: task, data, target, time, start; model and settings are folded."""

from collections.abc import Iterable, Mapping

import streamlit as st

from core.evaluation.target_words import wanted
from core.services.bootstrap import shared_service
from core.services.dataset_service import DatasetPreview
from core.services.recommendation import recommended
from core.specs import DatasetSpec, TaskSpec
from core.specs.target import UNDECIDED
from pages.components.data.preview import data_glimpse
from pages.components.run.run_again import clone_notice, cloned_from
from pages.components.train.augmentation_preview import augmentation_preview
from pages.components.train.effort import circumstances, effort_choice, minutes_at_most
from pages.components.train.estimate import folds_note
from pages.components.train.lr_finder import rate_finder
from pages.components.train.missing_data import forget_missing_data, missing_data
from pages.components.train.model_choice import model_choice
from pages.components.train.setting_groups import all_settings
from pages.components.train.summary import made_config, train_summary
from pages.components.widgets.notices import empty_state
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.target_form import TargetChoice, target_form
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import chosen_place, read_choice, write_choice


def page() -> None:
    """Show the page."""
    st.title("Train a model", anchor=False)
    clone_notice()
    service = shared_service()
    choices, summary = st.columns([1.9, 1], gap="large")
    with choices:
        task = _task(service.tasks())
        datasets, models = service.datasets(task.name), service.models(task.name)
        if not datasets or not models:
            empty_state("inventory_2", "Nothing to train yet", "There is no data set or no model for this task.")
            return
        dataset, preview = _data(task, datasets)
        target = _target(task, dataset, preview)
        preset, place = effort_choice()
        around = circumstances(preset)
        best = recommended(service.dataset_service, dataset.name, task.name, around)
        model, changed = model_choice(task, models, best, preset, keep_minutes=around.are_chosen)
        with place:
            changed |= minutes_at_most(task, model, preset)
        more, finder, places = all_settings(task, model, preset)
        changed |= more
    config, problem = made_config(task, dataset, model, preset, changed)
    if config is not None and finder is not None:
        with finder:
            folds_note(config)
            rate_finder(config)
    if config is not None and "augmentation" in places:
        with places["augmentation"]:
            augmentation_preview(model, config)
    with summary, st.container(key="summary"), st.container(border=True):
        if problem:
            st.error(plain(problem), icon=":material/error:")
        train_summary(task, dataset, preview, model, config, changed, target)


def _task(tasks: Mapping[str, TaskSpec]) -> TaskSpec:
    names = list(tasks)
    read_choice("task", names, names[0])
    chosen = st.segmented_control(
        "Task", names, default=st.session_state["task"], key="task", required=True, wrap=True,
        format_func=lambda name: tasks[name].title,
        label_visibility="collapsed",
    )  # fmt: skip
    write_choice("task", names[0])
    task = tasks[chosen or names[0]]
    st.caption(task.summary)
    return task


def _data(task: TaskSpec, datasets: Mapping[str, DatasetSpec]) -> tuple[DatasetSpec, DatasetPreview]:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header("Data", anchor=False, width="content")
        st.page_link("import_data.py", label="Import your own", icon=":material/add:", query_params={"as": task.name})
    names = _first(datasets, task.demo[0])
    missing_data(task, names)
    read_choice("data", names, names[0])
    chosen = st.selectbox(
        "Data set", names, chosen_place(names, "data"), key="data", label_visibility="collapsed",
        format_func=distinct(names, lambda name: datasets[name].title),
        on_change=forget_missing_data,
    )  # fmt: skip
    write_choice("data", names[0])
    dataset = datasets[chosen or names[0]]
    preview = data_glimpse(dataset)
    return dataset, preview


def _target(task: TaskSpec, dataset: DatasetSpec, preview: DatasetPreview) -> TargetChoice:
    """Ask how good it must be, from the known target on."""
    datasets, before = shared_service().dataset_service, cloned_from()
    current = (shared_service().run(before).target if before else None) or datasets.target(dataset.name)
    current = None if current == UNDECIDED else current
    unit = datasets.target_unit(dataset.name)
    choice = target_form(task, preview.version.labels, f"target-{dataset.name}-{before}", current, unit)
    if choice.target is None and current is not None and not choice.problem:
        st.caption(f"This run is held to nothing, although its data asks for {plain(wanted(current, unit))}.")
    return choice


def _first(entries: Iterable[str], favourite: str) -> list[str]:
    """Return the names, the demo's first, as the best one for a beginner."""
    return sorted(entries, key=lambda name: name != favourite)


if __name__ == "__main__":
    page()
