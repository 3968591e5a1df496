"""Which words of a prompt mattered for what was written."""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.components.charts.figure_chart import figure_chart
from pages.components.explanation.contributions import SHOWN, bars
from pages.components.widgets.text import plain

MOST = 1_000  # times, beyond which nobody can imagine the difference


def draw_prompt_words(said: Mapping[str, Any], key: str) -> None:
    """Show how much less likely the text is without each word, in nats."""
    words = sorted(said["words"], key=lambda one: -abs(one["nats"]))
    st.markdown(f"**{plain(headline(words))}**")
    rows = [(str(one["word"]), float(one["nats"])) for one in words[:SHOWN]]
    title = "What the text's loss (cross-entropy) would be more without the word"
    figure_chart(bars(rows, "", title), key=f"prompt-{key}", alt=headline(words))
    unread = sum(not one["is_read"] for one in words)
    gain = said["whole"] - said["alone"]
    st.markdown(plain(
        f"The whole prompt makes these {said['tokens']:,} tokens {times(gain)} than no prompt."
        + (f" {unread} words lie before what the model reads, so they cannot matter." if unread else "")
    ))  # fmt: skip


def headline(words: list[Mapping[str, Any]]) -> str:
    """Return which word mattered most, as a title."""
    first = words[0]
    if abs(first["nats"]) < 0.005:
        return "No single word of the prompt mattered for what was written"
    return f"'{first['word']}' mattered most: with it, this text is {times(first['nats'])}"


def times(nats: float) -> str:
    """Return a difference of log likelihoods as a ratio: "2.0 times likelier".

    >>> times(0.6931), times(-0.6931), times(20.0)
    ('2.0 times likelier', '2.0 times less likely', 'over 1,000 times likelier')
    """
    way = "likelier" if nats >= 0 else "less likely"
    ratio = math.exp(min(abs(nats), 100.0))
    return f"over {MOST:,} times {way}" if ratio > MOST else f"{ratio:.1f} times {way}"
