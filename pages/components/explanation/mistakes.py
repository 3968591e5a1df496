"""Why a mistake was made: one of those that are shown, explained."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import Examples
from pages.components.explanation.panel import Given, explanation


def why_mistaken(run: Run, names: Sequence[str], mistakes: Sequence[int | Given], key: str) -> None:
    """Offer to explain one of some mistakes.

    Args:
        run: Whose mistakes they are.
        names: Of each, in the order in which they are shown.
        mistakes: Of each: its place in the test split, or its input where that is at hand.
        key: Unique on the page.
    """
    if not names:
        return
    chosen = st.selectbox(
        "Why was it wrong?", range(len(names)), None, key=f"mistake-{key}", placeholder="Choose a mistake", width=420,
        format_func=lambda at: names[at],
    )  # fmt: skip
    if chosen is None:
        return
    one = mistakes[chosen]
    if isinstance(one, int):
        data = shared_service().dataset_service
        one = given_of(data.test_examples(run.config.dataset, run.dataset_fingerprint, [one]))
    explanation(run.id, one, key=key)


def given_of(examples: Examples) -> Given:
    """Return a single example as a text, an image file or a row."""
    inputs = examples.inputs
    if isinstance(inputs, tuple):
        return inputs[0]
    if isinstance(inputs, np.ndarray):
        return _png(inputs[0])
    return {str(name): _cell(value) for name, value in inputs.iloc[0].items()}


def _png(pixels: np.ndarray) -> bytes:
    from PIL import Image

    target = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(target, "PNG")
    return target.getvalue()


def _cell(value: Any) -> Any:
    """Return a cell as people write it."""
    if value is None or value is pd.NaT or value != value:  # NaN is the one value that differs from itself
        return None
    if isinstance(value, pd.Timedelta):
        return f"{pd.Timestamp(0) + value:%H:%M:%S}"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    return float(value) if isinstance(value, np.number) else value
