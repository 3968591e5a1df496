"""Summary of the run to start: description, estimate and start button."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import TouchstoneError
from core.services.bootstrap import shared_service
from core.services.dataset_service import DatasetPreview
from core.specs import DatasetSpec, ModelSpec, TaskSpec
from core.specs.config import TrainConfig
from pages.components.run.run_again import cloned_from
from pages.components.train.estimate import estimate_panel
from pages.components.train.setting_groups import back_to_preset
from pages.components.widgets.dataset_words import many
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.starting import one_key, start
from pages.components.widgets.target_form import TargetChoice
from pages.components.widgets.text import plain, value

FEW = 5_000  # rows; of more, one split tells as much
UNITS = {"text": "texts", "image": "images", "table": "rows"}


def train_summary(
    task: TaskSpec,
    dataset: DatasetSpec,
    preview: DatasetPreview,
    model: ModelSpec,
    config: TrainConfig | None,
    changed: Mapping[str, Any],
    wanted: TargetChoice,
) -> None:
    """Show the summary of all choices and start a run on a click.

    Args:
        task: What the model shall do.
        dataset: What it learns from.
        preview: A look at that.
        model: The model.
        config: All of it; None where a setting has a value that it cannot take.
        changed: The settings that differ from the preset's.
        wanted: The target.
    """
    fits = False
    if config is not None:
        st.markdown(_in_words(task, dataset, preview, model, config))
    if changed:
        _changes(task, model, changed)
    if config is not None:
        fits = estimate_panel(model, config)
    name = st.text_input("Name", key="name", placeholder="Optional; a name is made for you", max_chars=80)
    clicked = st.button(
        "Start training", key="start", type="primary", icon=":material/play_arrow:", width="stretch",
        disabled=not fits or bool(wanted.problem),
    )  # fmt: skip
    key = one_key("train", clicked)
    if clicked and config is not None:
        with shown_errors():
            start(config, key, name or "", cloned_from(), wanted.changed)
    _queue_note()


def made_config(
    task: TaskSpec, dataset: DatasetSpec, model: ModelSpec, preset: str, changed: Mapping[str, Any]
) -> tuple[TrainConfig | None, str]:
    """Return the configuration of all choices, or None and what is wrong with them."""
    try:
        return shared_service().make_config(task.name, dataset.name, model.name, preset, changed), ""
    except TouchstoneError as error:
        return None, str(error)


def _changes(task: TaskSpec, model: ModelSpec, changed: Mapping[str, Any]) -> None:
    """List what differs from the preset, with the way back."""
    labels = {f.name: f.label.partition(" (")[0] for f in shared_service().setting_fields(model.name, task.name)}
    said = ", ".join(f"{plain(labels.get(k, k))} {plain(value(v) or 'empty')}" for k, v in changed.items())
    st.caption(f"Changed by you: {said}")
    st.button(
        "Reset", key="back-to-preset", icon=":material/undo:", type="tertiary", on_click=back_to_preset
    )  # fmt: skip


def _in_words(
    task: TaskSpec, dataset: DatasetSpec, preview: DatasetPreview, model: ModelSpec, config: TrainConfig
) -> str:
    sizes = preview.version.split_sizes
    unit = "characters" if task.output_kind == "text" else UNITS[task.input_kind]
    epochs = "1 epoch" if config.epochs == 1 else f"{config.epochs:,} epochs"
    limit = f", for {config.time_budget_min:g} min at most" if config.time_budget_min else ""
    return (
        f"Train **{plain(model.title)}** on **{plain(dataset.title)}**: {epochs} over {sizes['train']:,} {unit}"
        f"{limit}. {_judged_by(task, sizes, config.evaluation)}"
    )


def _judged_by(task: TaskSpec, sizes: Mapping[str, int], evaluation: str) -> str:
    """Return where the score comes from, a sentence."""
    rows = sum(sizes.values())
    if task.output_kind != "text" and evaluation == "every-row":
        return f"Tested on all {rows:,}, each in one of five folds that never saw it, beside baselines."
    either = ", or on all in five folds where that is quick" if evaluation == "auto" and rows < FEW else ""
    either = "" if task.output_kind == "text" else either
    return f"Tested on {sizes['test']:,} unseen ones{either}, beside baselines."


def _queue_note() -> None:
    ahead = sum(run.is_own for run in shared_service().active_runs())
    device = shared_service().worker.info().device
    where = f"Trains on {plain(device)}, in a process of its own." if device else "Trains in a process of its own."
    waits = f" {many(ahead, 'run')} ahead of it." if ahead else ""
    st.caption(f"{where}{waits} You can close this page.")
