"""Source of pretrained weights: a local folder, or a name on the hub."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.services.bootstrap import shared_service
from core.specs import ModelSpec, TaskSpec
from pages.components.train.setting_form import SOURCE
from pages.components.widgets.text import plain
from pages.components.widgets.visitor import is_local

NOT_FROM_HERE = (
    ":material/block: A folder on this machine can be named only by its owner, at this machine, with the token of this "
    "start\\. Name a model of the hub instead, or use the command line\\."
)


def weight_source(task: TaskSpec, model: ModelSpec, preset: str) -> dict[str, Any]:
    """Ask for a pretrained model's source; return it if it differs from the preset's.

    Only models with such a source are asked about.
    """
    service = shared_service()
    field = next((f for f in service.setting_fields(model.name, task.name) if f.name == SOURCE), None)
    if field is None:
        return {}
    usual = str(service.preset_values(model.name, preset, task.name)[SOURCE] or "")
    example = task.weights_example
    with st.container(border=True, gap="xsmall", key="weight-source"):
        given = st.text_input(
            field.label, usual, key=SOURCE, help=field.help, bind="query-params",
            placeholder=f"A folder, or a name on the hub: {example}",
        )  # fmt: skip
        given = (given or "").strip()
        if is_folder(given) and not is_local():
            st.caption(NOT_FROM_HERE)
            return {}
        st.caption(_what_happens(given, example))
    return {SOURCE: given} if given != usual else {}


def _what_happens(source: str, example: str) -> str:
    """Say what Touchstone will do with a source, before it does."""
    if not source:
        return (
            ":material/info: Name the folder of a model that is on this machine (with config\\.json and safetensors "
            f"files), or a model of the Hugging Face hub by its owner and name, such as {plain(example)}\\."
        )
    if is_folder(source):
        folder = Path(source).expanduser()
        if folder.is_dir():
            return f":material/folder: Read from the folder {plain(str(folder))}\\. Nothing is downloaded\\."
        return f":material/folder_off: There is no folder {plain(str(folder))} on this machine\\."
    return (
        f":material/cloud_download: Downloaded once from the Hugging Face hub \\({plain(source)}\\) when the run "
        "starts, and kept for all later runs: its settings, what prepares texts or images for it, and its weights "
        "as safetensors files\\. No program code of it is ever run\\."
    )


def is_folder(source: str) -> bool:
    """Return whether a source is a local folder, not a name on the hub."""
    return source.startswith(("~", "/", "./", "../")) or "\\" in source or Path(source).is_absolute()
