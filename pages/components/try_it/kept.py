"""What was tried before: thumbs, right labels, and examples made of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.errors import TouchstoneError
from core.services.bootstrap import shared_service
from core.services.contender_choice import ContenderChoice
from core.services.tried_inputs import TriedInput, TriedInputs
from core.specs import TaskSpec
from pages.components.try_it.blind import is_voting
from pages.components.try_it.image_input import thumbnail
from pages.components.widgets.dataset_words import many, shortened
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.once import once
from pages.components.widgets.starting import one_key
from pages.components.widgets.text import ago, plain

PER_PAGE = 6
LONGEST = 160  # characters shown of a text


def kept_tries(chosen: Sequence[ContenderChoice], task: TaskSpec, place: str = "page") -> None:
    """Show what was tried, the newest first; not before a blind vote."""
    if is_voting(chosen, place):
        return
    tried = TriedInputs(shared_service())
    kept = tried.list(sorted({one.run.id for one in chosen}))
    if not kept:
        return
    st.header(f"Tried so far: {len(kept):,}", anchor=False)
    titles = {one.reference: one.title for one in chosen}
    labels = list(dict.fromkeys(str(a["label"]) for one in kept for a in one.answers if a.get("label")))
    pages = -(-len(kept) // PER_PAGE)
    at = min(st.session_state.get("tried-page", 1), pages)
    for one in kept[(at - 1) * PER_PAGE : at * PER_PAGE]:
        _try(one, task, titles, labels)
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages > 1:
            st.pagination(pages, key="tried-page")
        st.button("Forget all of these", key="forget-tried", icon=":material/delete:", on_click=_forget, args=(kept,))
    if task.output_kind != "text":
        _make_examples(kept)


def _try(one: TriedInput, task: TaskSpec, titles: Mapping[str, str], labels: Sequence[str]) -> None:
    with st.container(border=True, gap="xsmall", key=f"tried-{one.id}"):
        given, said, judged = st.columns([1.2, 1.2, 1], vertical_alignment="center")
        with given:
            _input(one)
        with said:
            for answer in one.answers:
                name = titles.get(str(answer["contender"]), str(answer["contender"]))
                words = plain(_in_words(answer))
                st.markdown(f"{plain(name)}: {words if one.kind == 'prompt' else f'**{words}**'}")
            st.caption(_facts(one))
        with judged:
            _judge(one, labels)


def _input(one: TriedInput) -> None:
    if one.kind == "image":
        with st.container(key=f"pictures-tried-{one.id}"):
            try:
                st.image(thumbnail(str(one.content["image"])), width=72, alt="An image that was tried")
            except TouchstoneError:
                st.caption("An image that cannot be shown")
    elif one.kind == "row":
        row: Mapping[str, Any] = one.content.get("row", {})
        st.markdown(plain(shortened(", ".join(f"{name} {value}" for name, value in row.items()), LONGEST)))
    else:
        st.markdown(plain(shortened(str(one.content.get("text", "")) or "(no prompt)", LONGEST)))


def _in_words(answer: Mapping[str, Any]) -> str:
    if answer.get("text"):
        return shortened(str(answer["text"]), LONGEST)
    if answer.get("value") is not None:
        return f"{float(answer['value']):,.6g}"
    return f"{answer.get('label', '')} {100 * float(answer.get('score', 0)):.0f} %"


def _facts(one: TriedInput) -> str:
    truth = f"Actual: {plain(str(one.content['truth']))} · " if one.content.get("truth") else ""
    added = f" · an example of {plain(one.added_to)}" if one.added_to else ""
    return f"{truth}{ago(one.created_at)}{added}"


def _judge(one: TriedInput, labels: Sequence[str]) -> None:
    """Ask whether the answer is good, and what would be right."""
    thumb_key, label_key = f"thumb-{one.id}", f"right-{one.id}"
    st.session_state.setdefault(thumb_key, {1: 1, -1: 0}.get(one.thumb))
    st.feedback("thumbs", key=thumb_key, on_change=_rate, args=(one.id, thumb_key))
    if one.kind == "prompt" or one.content.get("truth") or one.added_to:
        return  # nothing is right, or what is right is known; a test example must not be learnt from
    known = [one.right_label] if one.right_label else []
    st.session_state.setdefault(label_key, one.right_label or None)
    st.selectbox(
        "Right answer", list(dict.fromkeys([*labels, *known])), key=label_key, accept_new_options=True,
        placeholder="Type what is right", on_change=_correct, args=(one.id, label_key),
    )  # fmt: skip


def _rate(tried_id: str, key: str) -> None:
    thumb = st.session_state.get(key)  # 0 is down, 1 is up, None is taken back
    TriedInputs(shared_service()).rate(tried_id, 0 if thumb is None else 2 * int(thumb) - 1)


def _correct(tried_id: str, key: str) -> None:
    TriedInputs(shared_service()).set_right_label(tried_id, str(st.session_state.get(key) or ""))


def _forget(kept: Sequence[TriedInput]) -> None:
    TriedInputs(shared_service()).forget([one.id for one in kept])


def _make_examples(kept: Sequence[TriedInput]) -> None:
    """Offer to make training examples of what has a right answer."""
    ready = [one for one in kept if one.right_label and not one.added_to and not one.content.get("truth")]
    if not ready:
        st.caption("Type the right answer beside a try, and it can become an example to train on.")
        return
    configs = {one.id: shared_service().run(one.run_id).config for one in ready}
    ready = [one for one in ready if configs[one.id].dataset_version]
    if not ready:
        st.caption("This data set is built in and stays as it is. Tries on data of your own can become examples of it.")
        return
    names = sorted({configs[one.id].dataset for one in ready})
    what = f"Make {many(len(ready), 'example')} of it"
    clicked = st.button(
        what, key="make-examples", icon=":material/library_add:",
        help="They are added to the training split of a new version of the data; never to the test split.",
    )  # fmt: skip
    key = one_key(f"examples-{names}-{len(ready)}", clicked)
    if clicked:
        with shown_errors():
            tried = TriedInputs(shared_service())
            first = [one.id for one in ready if configs[one.id].dataset == names[0]]
            work = once(key, lambda: tried.make_examples(first))
            st.switch_page("data.py", query_params={"set": names[0], "work": work})
