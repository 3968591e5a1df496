"""Language models that can be asked: added, tested and removed."""

import streamlit as st

from core.contest.ability import EndpointProbe
from core.contest.endpoints import Endpoint, Endpoints
from core.services.bootstrap import shared_service
from core.services.contests.in_words import price_in_words
from core.services.contests.probe import probe
from pages.components.widgets.notices import shown_errors
from pages.components.widgets.text import plain

_TESTED = "tested-language-models"  # by name
KEY_HELP = (
    "The name of a variable, not the key itself. It is read from the environment in which Touchstone was started, or "
    "from .streamlit/secrets.toml, when somebody asks; it is never kept."
)


def language_models() -> None:
    """Show the language models, and let one be added."""
    st.header("Language models", anchor=False)
    endpoints = Endpoints(shared_service().settings.home)
    known = endpoints.list()
    if not known:
        st.markdown(
            "Any OpenAI-compatible model can be asked about your test rows, beside what you train: Ollama, llama.cpp, "
            "vLLM or LM Studio on this machine, or a cloud. Your rows are sent nowhere before you have confirmed it."
        )
    for endpoint in known:
        with st.container(border=True, gap="xsmall", key=f"llm-{endpoint.name}"):
            _shown(endpoints, endpoint)
    with st.expander("Add a language model", icon=":material/add:", key="llm-add"):
        _add(endpoints)


def _shown(endpoints: Endpoints, endpoint: Endpoint) -> None:
    st.markdown(f"**{plain(endpoint.name)}**: {plain(endpoint.model)}")
    where = "on this machine" if endpoint.is_local else "your rows are sent there only after you confirm it"
    key = f", key from {endpoint.key_env}" if endpoint.key_env else ""
    price = f". {price_in_words(endpoint)}" if endpoint.has_price else ". No price is stated"
    st.caption(plain(f"{endpoint.url} ({where}{key}){price}."))
    with st.container(horizontal=True):
        tries = st.button("Test", key=f"llm-test-{endpoint.name}", icon=":material/network_check:")
        if st.button("Remove", key=f"llm-remove-{endpoint.name}", icon=":material/delete:", type="tertiary"):
            endpoints.remove(endpoint.name)
            _tested().pop(endpoint.name, None)
            st.rerun()
    if tries:
        _tested().pop(endpoint.name, None)
        with shown_errors(), st.spinner("Asking a few sentences of ours …"):
            _tested()[endpoint.name] = (endpoint, probe(shared_service().settings, endpoint))
    found = _tested().get(endpoint.name)
    if found is not None and found[0] == endpoint:
        _found(found[1])


def _found(found: EndpointProbe) -> None:
    st.markdown(f":green[:material/check_circle:] It answers, and gives {plain(found.can)}\\.")
    st.caption(
        plain(
            f"An answer takes {found.p50_ms:,.0f} ms (p50), {found.p95_ms:,.0f} ms (p95), one after another. Asked "
            f"whether “{found.question}” is positive or negative, it said: {found.answer}"
        )
    )


def _tested() -> dict[str, tuple[Endpoint, EndpointProbe]]:
    """Return what was found out in this session, by name."""
    tested: dict[str, tuple[Endpoint, EndpointProbe]] = st.session_state.setdefault(_TESTED, {})
    return tested


def _add(endpoints: Endpoints) -> None:
    with st.form("llm-add-form", border=False, enter_to_submit=False, clear_on_submit=False):
        name = st.text_input("Name", key="llm-name", placeholder="qwen", help="What it is called here.")
        url = st.text_input("Address", key="llm-url", placeholder="http://localhost:11434/v1", autocomplete="off")
        model = st.text_input("Model", key="llm-model", placeholder="qwen2.5:3b", help="As the endpoint calls it.")
        key_env = st.text_input(
            "Key from variable (optional)", key="llm-key-env", placeholder="OPENAI_API_KEY", help=KEY_HELP
        )
        with st.grid(2, min_column_width=140):
            price_in = st.number_input("Price in (a million tokens)", value=None, key="llm-price-in", format="%g")
            price_out = st.number_input("Price out (a million tokens)", value=None, key="llm-price-out", format="%g")
            currency = st.text_input("Currency", "USD", key="llm-currency", max_chars=3)
            priced_on = st.date_input("Priced on", "today", key="llm-priced-on")
        sent = st.form_submit_button("Add", icon=":material/add:")
    if sent:
        with shown_errors():
            date = priced_on.isoformat() if priced_on else ""
            endpoints.add(Endpoint(name, url, model, key_env, price_in, price_out, currency, date))
            for part in ("name", "url", "model", "key-env", "price-in", "price-out"):
                st.session_state.pop(f"llm-{part}", None)
            st.rerun()
