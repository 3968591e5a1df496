"""What is asked: texts, an image, or rows, by the task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.runs import Run
from core.services.inference import Input
from core.services.tried_inputs import Kind
from core.specs import TaskSpec


@dataclass(frozen=True)
class Question:
    """One or more inputs that are asked together.

    Args:
        number: Another one for every question of a session.
        kind: What each input is.
        inputs: As the inference client takes them.
        contents: What is kept of each.
        truth: What a test example really is; empty where nobody knows.
    """

    number: int
    kind: Kind
    inputs: tuple[Input, ...]
    contents: tuple[Mapping[str, Any], ...]
    truth: str = ""


def put(place: str, kind: Kind, inputs: list[Input], contents: list[Mapping[str, Any]], truth: str = "") -> None:
    """Make this the question of a place on the page."""
    number = st.session_state.get("try-number", 0) + 1
    st.session_state["try-number"] = number
    st.session_state[f"question-{place}"] = Question(number, kind, tuple(inputs), tuple(contents), truth)


def ask(run: Run, task: TaskSpec, place: str) -> Question | None:
    """Show the input for a task; return what is asked, None before anything was.

    Args:
        run: Whose data the input is like.
        task: Says which kind of input.
        place: Unique for this input, so that a run's page and Try do not share it.
    """
    from pages.components.try_it.image_input import image_input
    from pages.components.try_it.row_input import row_input
    from pages.components.try_it.text_input import text_input

    {"image": image_input, "table": row_input, "text": text_input}[task.input_kind](run, place)
    question = st.session_state.get(f"question-{place}")
    wanted = {"image": "image", "table": "row", "text": "text"}[task.input_kind]
    return question if isinstance(question, Question) and question.kind == wanted else None
