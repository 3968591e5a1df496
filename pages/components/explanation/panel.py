"""Why this answer: folded beside an answer, asked for when it is opened."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.inference import path_of
from core.specs import TaskSpec
from core.specs.contender import Contender
from pages.components.explanation.contributions import draw_contributions
from pages.components.explanation.image_map import draw_image_map
from pages.components.explanation.nearest_examples import draw_nearest
from pages.components.explanation.prompt_words import draw_prompt_words
from pages.components.explanation.sliders import draw_sliders
from pages.components.explanation.what_if import draw_what_if
from pages.components.widgets.lazy_expander import folded
from pages.components.widgets.text import plain

Given = str | bytes | Mapping[str, Any]
Draw = Callable[[Mapping[str, Any], str], None]  # (what the server says, key)
LOOK_S = 0.4  # between two looks at how far a test is
REMEMBERED = 50  # explanations of one visitor
_ANSWERS = "explanations"
CONTRIBUTIONS, NEAREST = "Contributions (integrated gradients)", "Nearest training examples"
METHODS: Mapping[str, Mapping[str, tuple[str, Draw | None]]] = {  # None: drawn with the row, which it changes
    "image": {
        "contributions": (CONTRIBUTIONS, draw_image_map),
        "occlusion": ("Covered regions (occlusion)", draw_image_map),
        "nearest": (NEAREST, draw_nearest),
    },
    "text": {
        "contributions": ("Contributions of the words", draw_contributions),
        "what-if": ("Without each word", draw_what_if),
        "nearest": (NEAREST, draw_nearest),
    },
    "table": {
        "contributions": (CONTRIBUTIONS, draw_contributions),
        "occlusion": ("Columns unknown (occlusion)", draw_contributions),
        "sliders": ("Move a column", None),
        "nearest": (NEAREST, draw_nearest),
    },
    "writing": {"prompt": ("Words of the prompt", draw_prompt_words)},
}


def explanation(contender: str, given: Given, *, written: str = "", key: str = "") -> None:
    """Show a folded "Why this answer" for a run's own model.

    Args:
        contender: Who answered.
        given: The input: a text, the bytes of an image file, or a row; of a model that writes the prompt.
        written: What it wrote after the prompt.
        key: Unique on the page, where one input of one contender stands there more than once.
    """
    who = Contender.parse(contender)
    if who.language_model or who.baseline:
        return
    run = shared_service().run(who.run)
    task = shared_service().tasks().get(run.task)
    if task is None or (task.output_kind == "text" and not written.strip()):
        return
    mark = mark_of(contender, given, written, key)
    folded(
        "Why this answer", lambda: _explain(contender, task, given, written, mark), key=f"why-{mark}",
        icon=":material/lightbulb:",
    )  # fmt: skip


def mark_of(contender: str, given: Given, written: str = "", key: str = "") -> str:
    """Return what tells one explanation from others on a page."""
    return hashlib.sha256(f"{contender} {key} {_content(given)} {written}".encode()).hexdigest()[:12]


def _content(given: Given) -> str:
    if isinstance(given, bytes):
        return hashlib.sha256(given).hexdigest()
    return given if isinstance(given, str) else json.dumps(dict(given), default=str, sort_keys=True)


def _explain(contender: str, task: TaskSpec, given: Given, written: str, mark: str) -> None:
    methods = METHODS["writing" if task.output_kind == "text" else task.input_kind]
    method = next(iter(methods))
    if len(methods) > 1:
        chosen = st.pills(
            "Kind of explanation", list(methods), default=method, key=f"why-method-{mark}", required=True,
            format_func=lambda name: methods[name][0], label_visibility="collapsed",
        )  # fmt: skip
        method = chosen or method
    said = _said(contender, method, given, written, f"{mark} {method}")
    if said["withdrawn"]:
        st.info(plain(str(said["withdrawn"])), icon=":material/block:")
        return
    draw = methods[method][1]
    if draw is not None:
        draw(said, f"{mark}-{method}")
    elif isinstance(given, Mapping):
        draw_sliders(said, given, lambda row: _said(contender, method, row, "", f"{mark} {_content(row)}"), mark)
    st.caption(plain(f"What this does not prove: {said['caveat']} {_tested(said)}"))


def _tested(said: Mapping[str, Any]) -> str:
    return (
        f"Tested: with weights replaced by chance it is another explanation (rank correlation "
        f"{round(said['correlation'], 2) + 0:.2f}, below {said['bound']:g})."
    )


def _tested_first(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Ask until the explanation's test was made, and show how far it is."""
    place, begun = st.empty(), time.monotonic()
    with place, st.spinner("Explaining"):
        said = ask()
    while said.get("ready") is False:
        done, of = int(said["done"]), int(said["of"])
        place.progress(done / of if of else 0.0, text=how_far(done, of, time.monotonic() - begun))
        time.sleep(LOOK_S)
        said = ask()
    place.empty()
    return said


def how_far(done: int, of: int, passed_s: float) -> str:
    """Return how far an explanation's test is, and the time left."""
    if not done:
        return "Checking that the explanation depends on the weights, once for this run"
    left_s = max(round(passed_s * (of - done) / done), 1)
    return f"Checking that the explanation depends on the weights: {done} of {of}, about {left_s} s left"


def _said(contender: str, method: str, given: Given, written: str, name: str) -> dict[str, Any]:
    """Return what the server says, asked once for each input and method."""
    known: dict[str, dict[str, Any]] = st.session_state.setdefault(_ANSWERS, {})
    if name not in known:
        inference = shared_service().inference
        (prepared,) = inference.prepared(contender, [given])
        asked = {"method": method, "inputs": prepared, "written": written, "progress": True}
        known[name] = _tested_first(lambda: inference.post(f"{path_of(contender)}/explain", asked))
        while len(known) > REMEMBERED:
            del known[next(iter(known))]
    return known[name]
