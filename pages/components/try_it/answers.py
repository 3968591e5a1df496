"""Answers side by side: label or number, confidence, milliseconds, what to know of each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import TouchstoneError
from core.evaluation.unsure import NOT_SURE, in_words
from core.services.bootstrap import shared_service
from core.services.confidence import unsure_threshold
from core.services.contender_choice import ContenderChoice
from core.services.inference import Answer, Answers
from core.services.side_by_side import answers_of
from core.services.tried_inputs import TriedInputs
from core.specs import TaskSpec
from pages.components.explanation.panel import explanation
from pages.components.try_it.answer_in_view import bring_into_view
from pages.components.try_it.blind import blind_names, blind_switch, can_be_blind, vote_bar
from pages.components.try_it.image_input import asked_image
from pages.components.try_it.question import Question
from pages.components.widgets.dataset_words import many
from pages.components.widgets.text import money, plain

SHOWN_LABELS = 3
Found = dict[str, Answers | str]  # by reference: answers, or why there are none


def answer_cards(question: Question | None, chosen: Sequence[ContenderChoice], task: TaskSpec, place: str) -> None:
    """Show what everybody says of the question; keep it once.

    Args:
        question: None before anybody asked.
        chosen: Who answers.
        task: Theirs.
        place: Unique on the page.
    """
    st.header("Answers" if len(chosen) > 1 else "Answer", anchor=False)
    is_blind = blind_switch(chosen, place)
    if question is None:
        st.markdown(":gray[Ask, and the answer stands here: with its confidence and the milliseconds that it took.]")
        return
    bring_into_view(question.number, place)
    found = _asked(question, chosen, place)
    chosen = [one for one in chosen if one.reference in found]
    is_blind = is_blind and can_be_blind(chosen)
    names = blind_names(chosen, question.number) if is_blind else {one.reference: one.title for one in chosen}
    shown = sorted(chosen, key=lambda one: names[one.reference]) if is_blind else list(chosen)
    if question.kind == "image":
        asked_image(question)
    if question.truth:
        st.markdown(f"A test example. Actual: **{plain(question.truth)}**")
    if len(question.inputs) > 1:
        _table(question, shown, names, found)
    else:
        for at in range(0, len(shown), 2):
            for column, one in zip(st.columns(2 if len(shown) > 1 else 1), shown[at : at + 2], strict=False):
                with column:
                    _card(one, names[one.reference], found[one.reference], is_blind)
                    if not is_blind and isinstance(found[one.reference], Answers):
                        explanation(one.reference, question.inputs[0], key=f"{place} {question.number}")
    if is_blind:
        vote_bar(question, chosen, names, place)


def _asked(question: Question, chosen: Sequence[ContenderChoice], place: str) -> Found:
    """Return everybody's answers; who has answered this question already is not asked again."""
    key = f"answers-{place}"
    known: tuple[int, Found] | None = st.session_state.get(key)
    found: Found = known[1] if known and known[0] == question.number else {}
    missing = [one for one in chosen if one.reference not in found and _may_be_asked(one, question, place)]
    for one in missing:
        with st.spinner(f"Asking {plain(one.title)} …"):
            try:
                found[one.reference] = answers_of(shared_service(), one, question.inputs, one.host)
            except TouchstoneError as error:
                found[one.reference] = str(error)
    st.session_state[key] = (question.number, found)
    if missing:
        _keep(question, chosen, found, place)
    return found


def _may_be_asked(one: ContenderChoice, question: Question, place: str) -> bool:
    """Return whether an input may be sent; ask where it would leave."""
    if not one.host or st.session_state.get(f"sent-{place}-{one.host}") == question.number:
        return True
    what = many(len(question.inputs), "input")
    st.button(
        f"Send {what} to {one.host}", key=f"send-{place}-{one.reference}", icon=":material/cloud_upload:",
        on_click=_send, args=(place, one.host, question.number),
        help=f"{one.title} is not on this machine. Nothing has been sent yet.",
    )  # fmt: skip
    return False


def _send(place: str, host: str, number: int) -> None:
    st.session_state[f"sent-{place}-{host}"] = number


def _keep(question: Question, chosen: Sequence[ContenderChoice], found: Found, place: str) -> None:
    """Keep each input with everybody's answers, once a question."""
    tried, key = TriedInputs(shared_service()), f"kept-{place}"
    old = st.session_state.get(key)
    if old and old[0] == question.number:
        tried.forget(old[1])  # somebody else was asked the same: one row holds all answers
    kept = []
    for at, content in enumerate(question.contents):
        answers = [
            _to_keep(one.reference, said, said.answers[at])
            for one in chosen
            if isinstance(said := found.get(one.reference), Answers)
        ]
        if answers:
            kept.append(tried.keep(chosen[0].reference, question.kind, content, answers))
    st.session_state[key] = (question.number, kept)


def _to_keep(reference: str, said: Answers, answer: Answer) -> Mapping[str, Any]:
    kept = {name: value for name, value in asdict(answer).items() if name in ("label", "score", "value")}
    return {"contender": reference, "ms": said.ms, **kept}


def _card(one: ContenderChoice, name: str, said: Answers | str, is_blind: bool) -> None:
    with st.container(border=True, gap="xsmall", key=f"answer-{one.reference}"):
        st.caption(plain(name))
        if isinstance(said, str):
            st.error(plain(said), icon=":material/error:")
            return
        answer = said.answers[0]
        if answer.value is not None:
            st.subheader(f"{answer.value:,.6g}", anchor=False)
        else:
            _label(one, answer)
        for remark in answer.remarks:
            st.markdown(f":material/info: {plain(remark)}")
        if said.note:
            st.caption(f":material/restart_alt: {plain(said.note)}")
        st.caption(_took(said) + ("" if is_blind else _cost(said)))


def _label(one: ContenderChoice, answer: Answer) -> None:
    threshold = unsure_threshold(shared_service(), one.reference)
    st.subheader(plain(answer.label), anchor=False)
    if answer.score:
        st.progress(min(max(answer.score, 0.0), 1.0), text=f"{100 * answer.score:.0f} % confident")
    else:
        st.caption("It does not say how sure it is.")
    if threshold is not None and answer.score < threshold:
        st.markdown(f":material/help: **{NOT_SURE}** {in_words(threshold)}")
    others = list(answer.scores.items())[1:SHOWN_LABELS]
    if others:
        st.caption("Else: " + ", ".join(f"{plain(label)} {100 * score:.0f} %" for label, score in others))


def _took(said: Answers) -> str:
    return f"{said.ms:,.0f} ms" if said.ms >= 1 else "under 1 ms"


def _cost(said: Answers) -> str:
    return "" if said.cost is None else f" · {money(said.cost, said.currency)}"


def _table(question: Question, shown: Sequence[ContenderChoice], names: Mapping[str, str], found: Found) -> None:
    """Show many inputs as a table, a column a contender."""
    service = shared_service()
    texts = [str(content.get("text") or _row_words(content)) for content in question.contents]
    columns: dict[str, list[str]] = {"Input": texts}
    for one in shown:
        said = found[one.reference]
        if isinstance(said, str):
            st.error(f"{plain(names[one.reference])}: {plain(said)}", icon=":material/error:")
            continue
        threshold = unsure_threshold(service, one.reference)
        columns[names[one.reference]] = [_in_a_cell(answer, threshold) for answer in said.answers]
    st.dataframe(pd.DataFrame(columns), hide_index=True, width="stretch")
    remarks = [
        f"{at + 1}: {remark}" for said in found.values() if isinstance(said, Answers)
        for at, answer in enumerate(said.answers) for remark in answer.remarks
    ]  # fmt: skip
    for remark in list(dict.fromkeys(remarks))[:5]:
        st.caption(f":material/info: Input {plain(remark)}")
    times = [
        f"{names[one.reference]}: {_took(said)}" for one in shown if isinstance(said := found[one.reference], Answers)
    ]
    st.caption(plain(" · ".join(times)) + f" for all {len(texts):,}")


def _row_words(content: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in content.get("row", {}).items())[:200]


def _in_a_cell(answer: Answer, threshold: float | None) -> str:
    if answer.value is not None:
        return f"{answer.value:,.6g}"
    unsure = " · not sure" if threshold is not None and answer.score < threshold else ""
    return f"{answer.label} {100 * answer.score:.0f} %{unsure}"
