"""Who answers: up to four contenders, named in the page's address."""

import streamlit as st

from core.errors import TouchstoneError
from core.services.bootstrap import shared_service
from core.services.contender_choice import (
    ContenderChoice,
    contender_choices,
    language_models,
    named_choice,
    why_no_original,
)
from pages.components.widgets.text import plain

MOST = 4
_KEY, _SHOWN, _FIRST = "try-who", "try-who-shown", "try-who-first"


def contender_picker() -> list[ContenderChoice] | None:
    """Show who answers; return them, None where there is nobody to ask at all."""
    service = shared_service()
    named, missing = _named()
    for sentence in missing:
        st.warning(plain(sentence), icon=":material/info:")
    choices = contender_choices(service, named[0].run.task if named else "")
    if not choices:
        return None
    if not named:
        named = [choices[0]]
        choices = [choice for choice in choices if choice.run.task == named[0].run.task]
    choices += language_models(service, named[0].run)
    known = {choice.reference: choice for choice in [*choices, *named]}
    wanted = [choice.reference for choice in named]
    if _KEY not in st.session_state or st.session_state.get(_SHOWN) != wanted:
        st.session_state[_KEY] = st.session_state[_FIRST] = wanted  # the address is new
    who = st.multiselect(
        "Who answers (up to four, side by side)", list(known), st.session_state[_FIRST], key=_KEY, max_selections=MOST,
        format_func=lambda reference: known[reference].title if reference in known else str(reference),
    )  # fmt: skip
    chosen = [known[reference] for reference in who if reference in known]
    if not chosen:
        st.info("Choose who shall answer.", icon=":material/person_search:")
        return []
    st.session_state[_SHOWN] = [choice.reference for choice in chosen]
    if st.query_params.get_all("run") != st.session_state[_SHOWN]:
        st.query_params["run"] = st.session_state[_SHOWN]
    if why := next((why for choice in chosen if (why := why_no_original(service, choice.run))), ""):
        st.caption(f"There is no original to ask beside it: {why[0].lower()}{why[1:]}")
    _warm(chosen)
    return chosen


def _named() -> tuple[list[ContenderChoice], list[str]]:
    """Return whom the address names, and why others are not shown."""
    found, missing = list[ContenderChoice](), list[str]()
    for reference in dict.fromkeys(st.query_params.get_all("run")):
        try:
            choice = named_choice(shared_service(), reference, found[0].run if found else None)
        except TouchstoneError as error:
            missing.append(str(error))
            continue
        if found and choice.run.task != found[0].run.task:
            missing.append(f"'{choice.title}' does something else than '{found[0].title}', so it cannot stand beside.")
        elif len(found) < MOST and choice.reference not in [one.reference for one in found]:
            found.append(choice)
    return found, missing


def _warm(chosen: list[ContenderChoice]) -> None:
    """Load the models while somebody still thinks of what to ask."""
    references = tuple(choice.reference for choice in chosen)
    if st.session_state.get("try-warm") != references:
        st.session_state["try-warm"] = references
        shared_service().inference.warm(references)
