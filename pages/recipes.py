"""Recipes: well-known settings with a name, started with one click."""

import streamlit as st

from pages.components.recipes.recipe_cards import recipe_cards


def page() -> None:
    """Show the page."""
    st.title("Recipes", anchor=False)
    st.markdown("Well-known settings with a name. One click starts them, on your data too.")
    recipe_cards()


if __name__ == "__main__":
    page()
