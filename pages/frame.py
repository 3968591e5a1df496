"""The frame around every page: title, navigation, and where errors become sentences."""

from pathlib import Path

import streamlit as st

from pages.components.widgets.notices import shown_errors
from pages.components.widgets.tab_title import tab_title

HERE = Path(__file__).parent

st.set_page_config(page_title="Touchstone", page_icon=str(HERE / "icon.svg"), layout="wide")
st.html(HERE / "style.css")
dark = st.context.theme.type == "dark"
st.logo(str(HERE / f"logo-{'dark' if dark else 'light'}.svg"), icon_image=str(HERE / "icon.svg"), size="large")

page = st.navigation(
    [
        st.Page("start.py", title="Start", icon=":material/home:", default=True),
        st.Page("data.py", title="Data", icon=":material/database:", url_path="data"),
        st.Page("import_data.py", title="Import data", icon=":material/add:", url_path="bring", visibility="hidden"),
        st.Page("train.py", title="Train", icon=":material/model_training:", url_path="train"),
        st.Page("recipes.py", title="Recipes", icon=":material/menu_book:", url_path="recipes"),
        st.Page("runs.py", title="Runs", icon=":material/list:", url_path="runs"),
        st.Page("try_it.py", title="Try", icon=":material/science:", url_path="try"),
        st.Page("compare.py", title="Compare", icon=":material/compare_arrows:", url_path="compare"),
        st.Page("import_runs.py", title="Import runs", url_path="import-runs", visibility="hidden"),
        st.Page("run.py", title="Run", icon=":material/show_chart:", url_path="run", visibility="hidden"),
        st.Page("system.py", title="System", icon=":material/memory:", url_path="system"),
    ]
)
tab_title(page.title)
with shown_errors():
    page.run()
