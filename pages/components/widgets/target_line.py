"""A target in words on one line, and the way to another one."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.evaluation.target_words import wanted
from core.specs import TaskSpec
from core.specs.target import Target
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.target_form import target_form
from pages.components.widgets.text import plain


def target_line(
    task: TaskSpec,
    labels: Sequence[str],
    key: str,
    current: Target | None,
    unit: str,
    save: Callable[[Target | None], None],
    whose: str = "",
) -> None:
    """Show what something is held to, and offer to change it.

    Args:
        task: What the model does.
        labels: The classes of the data, as far as they are known.
        key: Of the widgets.
        current: The target in force.
        unit: Of the numbers that are predicted, if it is known.
        save: Takes over another one; what it raises is shown.
        whose: Behind the target: whose it is, where that is not plain.
    """
    # Another target is another form: it begins with what is in force, and closes when that was saved.
    mark = f"{key}-{current.format() if current is not None else ''}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="target"):
        if current is not None:
            st.markdown(f":small[Target: {plain(wanted(current, unit))}{whose}]", width="content")
        label = "Change target" if current is not None else "Set a target"
        with st.popover(label, icon=":material/flag:", type="tertiary", key=f"change-{mark}"):
            choice = target_form(task, labels, mark, current, unit)
            if st.button("Save target", key="save-target", type="primary", disabled=bool(choice.problem)):
                with shown_errors():
                    save(choice.target)
                    st.rerun()
