"""Recipe cards: one click starts a recipe, or shows where to get its data.

Cards without data say what to bring, and link to the page for it.
"""

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.recipes import Recipe, recipes
from core.services.recipes.fitting import Fit, fit
from core.specs.dataset_types import DatasetEntry
from pages.components.widgets.dataset_words import icon
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.option_titles import distinct
from pages.components.widgets.starting import one_key, start
from pages.components.widgets.text import plain, size

CARD_WIDTH = 300  # pixels, at least, where there is room for more than one


def recipe_cards() -> None:
    """Show every recipe, those that can start at once first."""
    service = shared_service()
    known = service.models()
    found = [(recipe, fit(recipe, service.dataset_service)) for recipe in recipes().values() if recipe.model in known]
    with st.grid(3, min_column_width=CARD_WIDTH, gap="small"):
        for recipe, fitting in sorted(found, key=lambda one: not one[1].suiting):
            _card(recipe, fitting)


def _card(recipe: Recipe, found: Fit) -> None:
    model = shared_service().models()[recipe.model]
    with st.container(border=True, height="stretch", vertical_alignment="distribute", key=f"recipe-{recipe.name}"):
        with st.container(gap="xsmall"):
            st.markdown(f"**{icon(recipe.task)} {plain(recipe.title)}**")
            st.markdown(f":small[{plain(recipe.summary)}]")
            if found.suiting:
                st.page_link(
                    "train.py", label=plain(model.title), icon=":material/tune:",
                    query_params=_settings(recipe, found.suiting[0].name), help="See the settings before the start.",
                )  # fmt: skip
            else:
                st.caption(plain(model.title))
        with st.container(gap="xsmall"), shown_errors():
            if found.suiting:
                _ready(recipe, found)
            else:
                _missing(recipe, found)


def _settings(recipe: Recipe, dataset: str) -> dict[str, str]:
    """Return the query of the Train page that shows a recipe's settings."""
    chosen = {"task": recipe.task, "data": dataset, "model": recipe.model, "preset": recipe.preset}
    return chosen | {name: str(value) for name, value in recipe.settings.items()}


def _ready(recipe: Recipe, found: Fit) -> None:
    st.markdown(f":small[:green[:material/check_circle:] {plain(found.suiting[0].title)}]")
    with st.container(horizontal=True, gap="small"):
        clicked = st.button("Start", key=f"start-{recipe.name}", icon=":material/play_arrow:")
        _start(recipe, found.suiting[0].name, clicked)
        _other_data(recipe, [*found.suiting[1:], *found.others])


def _missing(recipe: Recipe, found: Fit) -> None:
    st.markdown(f":small[:material/inventory_2: **Needs {plain(recipe.data.title)}.** {plain(recipe.data.bring)}]")
    with st.container(horizontal=True, gap="small"):
        if st.button("Import", key=f"bring-{recipe.name}", icon=":material/upload_file:"):
            st.switch_page("import_data.py", query_params={"as": recipe.task})
        if recipe.data.hub:
            cost = f" ({size(found.hub_set.size_bytes)})" if found.hub_set else ""
            if st.button(f"Download{cost}", key=f"fetch-{recipe.name}", icon=":material/download:"):
                st.switch_page("import_data.py", query_params={"how": "hub", "hub": recipe.data.hub})
        _other_data(recipe, list(found.others))


def _other_data(recipe: Recipe, entries: list[DatasetEntry]) -> None:
    """Offer all other datasets of the task, as a recipe works on any."""
    if not entries:
        return
    titles = {entry.name: entry.title for entry in entries}
    with st.popover("Other data", icon=":material/database:", key=f"other-{recipe.name}"):
        chosen = st.selectbox(
            "Train on", list(titles), key=f"data-{recipe.name}", format_func=distinct(titles, titles.__getitem__)
        )
        clicked = st.button("Start", key=f"start-other-{recipe.name}", icon=":material/play_arrow:")
        _start(recipe, chosen or entries[0].name, clicked)


def _start(recipe: Recipe, dataset: str, clicked: bool) -> None:
    key = one_key(f"recipe-{recipe.name}-{dataset}", clicked)
    if clicked:
        service = shared_service()
        start(service.make_config(recipe.task, dataset, recipe.model, recipe.preset, recipe.settings), key)
