"""Summary of an import: its name, its place and the button that starts it."""

import re
from collections.abc import Callable

import streamlit as st

from core.formatting import sentence_case
from core.services.bootstrap import shared_service
from core.specs.dataset_types import DatasetEntry, ImportOptions, SourcePreview
from core.specs.target import Target
from pages.components.import_data.import_progress import address_of
from pages.components.import_data.source import Source
from pages.components.widgets.dataset_words import many, unit
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.once import once
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.starting import one_key
from pages.components.widgets.text import plain

NEW = ""  # the choice of a data set of its own
LONGEST_TITLE = 80  # characters


def import_summary(source: Source, preview: SourcePreview, blocked: str, target: Target | None = None) -> None:
    """Ask for the last things, and import.

    Args:
        source: What to import.
        preview: What it seems to be.
        blocked: What must be done first, as a sentence; empty where nothing must.
        target: How good a model on it must be, if that is decided.
    """
    st.header("Summary", anchor=False)
    st.markdown(f":orange[:material/arrow_back: {plain(blocked)}]" if blocked else _in_words(preview))
    place, title = _place_and_title(source, preview)
    with st.expander("Licence and source", icon=":material/copyright:"):
        licence = st.text_input(
            "Licence", preview.options.licence, key=f"licence-{preview.options.name}", placeholder="Not stated"
        )
        origin = st.text_input(
            "Source", preview.options.source, key=f"origin-{preview.options.name}", placeholder="Where it is from"
        )
    clicked = st.button(
        "Import", key="bring-in", type="primary", icon=":material/download_done:", width="stretch",
        disabled=bool(blocked),
    )  # fmt: skip
    key = one_key("bring-in", clicked)
    st.caption("The import runs in the background: you may close this page. Your file stays as it is.")
    if clicked:
        options = _complete(preview.options, place, title, licence or "", origin or "")
        options = options.model_copy(update={"target": target.format() if target else ""})
        with shown_errors():
            dataset_service = shared_service().dataset_service
            import_id = once(
                key, lambda: dataset_service.start_import(source.path, options, title or source.title, preview.guesses)
            )
            st.switch_page("data.py", query_params=address_of(import_id, source.query))


def _in_words(preview: SourcePreview) -> str:
    tasks, options = shared_service().tasks(), preview.options
    task = tasks[options.task].title if options.task in tasks else options.task
    count = f"{'' if preview.rows_are_exact else 'About '}{preview.rows:,} " if preview.rows else ""
    what = unit(options.task, preview.rows)
    words = f"{count}{what if count else what.capitalize()} for **{plain(task)}**"
    if preview.classes:
        words += f" in {many(len(preview.classes), 'class', 'classes')}"
    is_table = options.task in tasks and tasks[options.task].input_kind == "table"
    if answer := options.target_column or (options.label_column if is_table else ""):
        words += f", to predict **{plain(answer)}**"
    return (
        f"{words}. The data is checked for repeats, contradictions and the like, and split once into training, "
        "validation and test."
    )


def _place_and_title(source: Source, preview: SourcePreview) -> tuple[str, str]:
    """Ask whether the import is a new dataset or belongs to an existing one."""
    entries = {entry.name: entry for entry in _mine(preview.options.task)}
    choices = [NEW]
    if preview.options.name in entries:
        choices.append(f"version:{preview.options.name}")
    choices += [f"add:{name}" for name in entries]
    place = NEW
    if len(choices) > 1:
        title_of = distinct(entries, lambda name: entries[name].title)
        chosen = st.selectbox("Where to", choices, key="place", format_func=lambda choice: _place(choice, title_of))
        place = chosen or NEW
    if place != NEW:
        return place, entries[place.partition(":")[2]].title
    proposed = preview.options.title or _free_title(_title_of(source))
    title = st.text_input("Title", proposed, key=f"title-{preview.options.name}", max_chars=LONGEST_TITLE)
    return place, (title or "").strip() or proposed


def _title_of(source: Source) -> str:
    """Return what the source is called, as a title: "airline_tweets.csv" is "Airline tweets"."""
    name = source.path.stem.removesuffix(".csv") if source.path.is_file() else source.path.name
    words = " ".join(re.split(r"[\s_]+", name)).strip()[:LONGEST_TITLE]
    return sentence_case(words)


def _free_title(title: str) -> str:
    """Return a title that no data set here has: "Reviews", "Reviews 2"."""
    taken = {entry.title for entry in shared_service().dataset_service.entries()}
    numbered = (f"{title} {number}" for number in range(2, len(taken) + 3))
    return title if title not in taken else next(one for one in numbered if one not in taken)


def _place(choice: str, title_of: Callable[[str], str]) -> str:
    kind, _, name = choice.partition(":")
    if not name:
        return "A new data set"
    return f"A new version of {title_of(name)}" if kind == "version" else f"More examples for {title_of(name)}"


def _mine(task: str) -> list[DatasetEntry]:
    return [entry for entry in shared_service().dataset_service.entries(task) if not entry.built_in]


def _complete(options: ImportOptions, place: str, title: str, licence: str, origin: str) -> ImportOptions:
    kind, _, name = place.partition(":")
    changes = {"title": title, "licence": licence.strip(), "source": origin.strip(), "add_to": ""}
    if kind == "add":
        changes |= {"add_to": name}
    elif kind == "version":
        changes |= {"name": name}
    else:
        changes |= {"name": _free_name(options.name)}
    return options.model_copy(update=changes)


def _free_name(wanted: str) -> str:
    """Return a name that no data set has, not even one in the trash."""
    dataset_service = shared_service().dataset_service
    taken = {entry.name for entry in [*dataset_service.entries(), *dataset_service.entries(trashed=True)]}
    names = (wanted if i == 1 else f"{wanted[:36]}-{i}" for i in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
