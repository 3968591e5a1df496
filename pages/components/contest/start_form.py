"""The form that begins a contest: whom to ask, and how."""

import streamlit as st

from core.contest.endpoints import Endpoint
from core.contest.plan import TRIAL_ROWS
from core.contest.prompts import SHOTS
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.contests.contests import Contests, sent_in_words
from core.services.contests.rows import is_written, usual_template
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.once import once
from pages.components.widgets.starting import one_key
from pages.components.widgets.text import plain

BEST = "Best on validation"
PLACES = "{row} is each row, {labels} the list of labels, {examples} training examples."


def start_form(contests: Contests, dataset: str, task: str, run: Run | None) -> None:
    """Ask for model and prompt; begin with a few validation rows."""
    known = {one.name: one for one in contests.endpoints.list()}
    if not known:
        st.markdown(
            "A language model gets the task as an instruction and answers the same test rows, so that you see whether "
            "training pays. None is set up yet: add any OpenAI-compatible one, such as Ollama on this machine."
        )
        st.page_link("system.py", label="Add a language model", icon=":material/add:")
        return
    with st.grid(2, min_column_width=240):
        name = st.selectbox(
            "Language model", list(known), key="contest-llm", format_func=lambda one: _title(known[one])
        )
        shots = 0 if is_written(task) else _shots()
    endpoint, template = known[str(name)], _template(dataset, run)
    sent = sent_in_words(TRIAL_ROWS, "validation", max(SHOTS) if shots is None else shots)
    if endpoint.is_local:
        st.caption(
            f"First the prompt is tried with {plain(sent)}: then you see what the test rows would take. Nothing leaves "
            "this machine."
        )
    else:
        st.caption(
            f"First {plain(sent)} are sent to **{plain(endpoint.host)}**, to choose the prompt and to count tokens. "
            "What the test rows would take is said then, before any of them is sent."
        )
    label = f"Try it on {TRIAL_ROWS} rows" if endpoint.is_local else f"Send them to {endpoint.host}"
    clicked = st.button(label, key="contest-try", icon=":material/labs:")
    key = one_key(f"contest-{dataset}-{run.id if run else ''}", clicked)
    if clicked:
        with shown_errors():
            once(key, lambda: contests.start_trial(
                endpoint.name, dataset, run=run.id if run else "", shots=shots, template=template,
                confirmed_host=endpoint.host,
            ))  # fmt: skip
            st.rerun()


def _title(endpoint: Endpoint) -> str:
    return f"{endpoint.name} ({'this machine' if endpoint.is_local else endpoint.host})"


def _shots() -> int | None:
    """Ask how many training examples stand in the prompt; None tries all numbers."""
    chosen = st.selectbox(
        "Examples in the prompt", [BEST, *map(str, SHOTS)], key="contest-shots",
        help="Training examples, the same number of each class as far as it goes. More cost more tokens in each "
        "request. The best on validation tries them all.",
    )  # fmt: skip
    return None if chosen == BEST else int(chosen)


def _template(dataset: str, run: Run | None) -> str:
    """Show the prompt, which can be edited; return it."""
    fingerprint = run.config.dataset_version if run else shared_service().dataset_service.head(dataset)
    usual = usual_template(shared_service(), dataset, fingerprint)
    with st.expander("Prompt", icon=":material/edit_note:"):
        places = PLACES if "{labels}" in usual else "{row} is each text."
        return str(st.text_area("Prompt", usual, key=f"contest-prompt-{dataset}", height=260, help=places))
