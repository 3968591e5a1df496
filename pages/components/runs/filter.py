"""Filter of the Runs page: a query of words and comparisons, and three choices.

The choices serve users who do not write queries.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.run_search.fields import Fields, Part
from core.services.run_search.filters import Filter, Test, understand
from core.services.run_search.query_parser import FilterError
from core.services.run_search.unmatched import why_none
from pages.components.widgets.notices import empty_state
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.status_badge import BADGES
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import read_choice, write_choice

PAUSE = "50ms"  # after the last key: people who filter wait for it, and a look at known runs costs little
_GOOD = "last-good-filter"
MOST_NAMES = 100  # of logged metrics, in the help
EXAMPLES = {
    "digits first": "both words are somewhere in the name, note, tags, data, model or verdict",
    "accuracy > 90%": "the score on unseen examples, or the last that was logged; 90 and 0.9 are the same",
    "train/loss < 0.01": "any logged metric: its last value; also train/loss.best, .first, .min, .max",
    "accuracy > 0.9 and model = resnet": "both must hold",
    "status = failed or tag = demo": "one of them must hold",
    "not starred": "also: archived, baseline",
    "learning_rate <= 1e-3": "any setting by its name",
    'name ~ "first try"': "~ is: has it in it; quotes keep words together",
    "created > 2026-11-01": "or: today, yesterday (in UTC)",
    "time > 5 min": "how long it took; also s and h",
    "(data = digits or project = churn) and not tag = old": "parentheses work",
}


def filter_field() -> str:
    """Ask for the filter text, with help beside it, and return it."""
    if "search" in st.query_params and "filter" not in st.query_params:  # as links of earlier versions call it
        st.session_state.setdefault("filter", st.query_params["search"])
    text = st.text_input(
        "Filter", key="filter", type="search", placeholder="Words, or: accuracy > 90% and model = resnet",
        bind="query-params", live=PAUSE, label_visibility="collapsed", icon=":material/filter_alt:",
    )  # fmt: skip
    return text or ""


def understood(text: str, fields: Fields) -> Filter:
    """Return the parsed filter; after an error, show it and return the last valid."""
    try:
        found = understand(text, fields)
    except FilterError as error:
        good = str(st.session_state.get(_GOOD, ""))
        shown = f"Until then, this is shown: {plain(good)}" if good else "Until then, all runs are shown."
        st.markdown(f":orange[:material/error:] {plain(str(error))} :gray[{shown}]")
        try:
            return understand(good, fields)
        except FilterError:  # it was good for other runs
            return understand("", fields)
    st.session_state[_GOOD] = text
    return found


def choices(runs: Sequence[Run]) -> dict[str, Test]:
    """Ask for status, task and model; return the chosen tests on runs by name."""
    tasks = shared_service().tasks()
    signs = {status.value: f"{badge_of.sign} {badge_of.word}" for status, badge_of in BADGES.items()}
    status = choice("Status", "status", signs)
    of_task = choice("Task", "of_task", {name: task.title for name, task in tasks.items()})
    models = sorted({run.config.model for run in runs if run.config.model})
    with_model = choice("Model", "with_model", {name: name for name in models})
    chosen: dict[str, Test] = {}
    if status is not None:
        chosen[f"Status: {signs[status]}"] = lambda run: run.status == status
    if of_task is not None:
        chosen[f"Task: {tasks[of_task].title}"] = lambda run: run.task == of_task
    if with_model is not None:
        chosen[f"Model: {with_model}"] = lambda run: run.config.model == with_model
    return chosen


def no_match(wanted: Filter, chosen: Mapping[str, Test], runs: Sequence[Run], fields: Fields) -> None:
    """Show that no run matches, which filter excluded them, and what remains without it."""
    hint = plain(why_none(wanted, chosen, runs, fields)) or "Remove a filter, or search for something else."
    empty_state("filter_alt_off", "No matching runs", hint)


def choice(label: str, key: str, titles: Mapping[str, str], none: str = "Any") -> str | None:
    """Ask for one or none of these names, kept in the URL by name."""
    read_choice(key, [*titles], None)
    chosen = st.selectbox(
        label, list(titles), None, key=key, placeholder=none, format_func=distinct(titles, titles.__getitem__)
    )
    write_choice(key, None)
    return chosen


def filter_help(fields: Fields) -> None:
    """Show examples, and the names that can be used for the runs at hand."""
    with st.popover(
        "", icon=":material/help:", help="What can be written here", key="filter-help", on_change="rerun"
    ) as shown:
        if not shown.open:
            return
        st.markdown("**Words** search names, notes, tags, data and models. **Comparisons** go further:")
        st.table({"Write": [f"`{text}`" for text in EXAMPLES], "Finds": list(EXAMPLES.values())}, border="horizontal")
        if fields.logged.names:
            more = len(fields.logged.names) - MOST_NAMES
            st.markdown("**Logged metrics**")
            st.text(", ".join(fields.logged.names[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else ""))
        parts: dict[Part, str] = {"fact": "Facts", "score": "Scores on unseen examples", "setting": "Settings"}
        for part, title in parts.items():
            names = [field.name for field in fields.in_use if field.part == part]
            if names:
                st.markdown(f"**{title}** of the runs here")
                st.text(", ".join(names))
