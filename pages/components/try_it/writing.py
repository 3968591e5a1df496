"""A prompt that up to four contenders go on from, side by side."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.services.bootstrap import shared_service
from core.services.contender_choice import ContenderChoice
from core.services.tried_inputs import TriedInputs
from core.specs.contender import Contender
from pages.components.explanation.panel import explanation
from pages.components.widgets.addresses import base_url
from pages.components.widgets.text import plain

_HERE = Path(__file__).parent
ALTERNATIVES = 5
LONGEST = 20_000  # characters of a prompt
_component = st.components.v2.component(
    "touchstone_writing",
    css=(_HERE / "writing.css").read_text(),
    js="\n".join(
        (_HERE / name).read_text() for name in ("../charts/mounting.js", "../upload/sending.js", "writing.js")
    ),
)


def written_side_by_side(chosen: Sequence[ContenderChoice]) -> None:
    """Show the prompt with its settings, and what everybody writes after it."""
    with st.form("ask-prompt", border=False):
        st.text_area("Prompt", key="try-prompt", height=100, max_chars=LONGEST, placeholder="What it shall go on from.")
        with st.expander("How it writes"):
            _settings()
        hosts = {one.reference: one.host for one in chosen if one.host}
        for host in dict.fromkeys(hosts.values()):
            st.checkbox(f"Send the prompt to {host}", key=f"try-send-{host}", help="It is not on this machine.")
        st.form_submit_button(
            "Write", type="primary", icon=":material/edit_note:", shortcut="Ctrl+Enter", on_click=_ask, args=(hosts,)
        )
    asked: Mapping[str, Any] | None = st.session_state.get("try-writing")
    names = {one.reference: one.title for one in chosen}
    data = {"base": base_url(), "names": names, "asked": asked}
    found = _component(key="writing", data=data, on_written_change=_nothing)
    written = found.get("written")
    if asked and written and st.session_state.get("try-written") != written["number"]:
        st.session_state["try-written"] = written["number"]
        settings = {name: asked[name] for name in ("temperature", "top_k", "top_p", "max_tokens", "seed")}
        content = {"text": asked["prompt"], "settings": settings}
        TriedInputs(shared_service()).keep(chosen[0].reference, "prompt", content, written["answers"])
    if asked and written and written["number"] == asked["number"]:
        own = [one for one in written["answers"] if not Contender.parse(one["contender"]).language_model]
        for number, answer in enumerate(own):
            if len(own) > 1:
                st.caption(plain(names.get(answer["contender"], "")))
            explanation(answer["contender"], asked["prompt"], written=answer["text"], key=f"{asked['number']}-{number}")


def _settings() -> None:
    left, right = st.columns(2)
    with left:
        st.slider("Temperature", 0.0, 2.0, 0.8, 0.05, key="try-temperature", help="Lower is safer, 0 is the likeliest.")
        st.number_input("Top-k", 0, 10_000, 0, key="try-top_k", help="Draw from so many likeliest tokens; 0 is all.")
        st.number_input("Length (tokens)", 1, 4_096, 200, key="try-max_tokens")
    with right:
        st.slider(
            "Top-p", 0.05, 1.0, 1.0, 0.05, key="try-top_p", help="Draw from the likeliest that make up this share."
        )
        st.number_input("Seed", 0, 2**31, None, key="try-seed", placeholder="another one each time")
        st.text_input("Stop before", key="try-stop", max_chars=100, help="A text before which it ends.")


def _ask(hosts: Mapping[str, str]) -> None:
    state = st.session_state
    seed = state.get("try-seed")
    stop = state.get("try-stop") or ""
    state["try-writing"] = {
        "number": state.get("try-writing", {"number": 0})["number"] + 1,
        "prompt": state.get("try-prompt", ""),
        "temperature": float(state["try-temperature"]),
        "top_k": int(state["try-top_k"] or 0),
        "top_p": float(state["try-top_p"]),
        "max_tokens": int(state["try-max_tokens"] or 200),
        "seed": secrets.randbelow(2**31) if seed is None else int(seed),
        "stop": [stop] if stop else [],
        "alternatives": ALTERNATIVES,
        "hosts": {who: host for who, host in hosts.items() if state.get(f"try-send-{host}")},  # that may be asked
    }


def _nothing() -> None:
    """Let the page run again with what was written."""
