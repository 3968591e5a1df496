"""A test example as an input, with what it really is."""

import io
import secrets
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from core.errors import TouchstoneError
from core.runs import Run
from core.services.bootstrap import shared_service
from core.specs import Examples


def test_example_button(run: Run, place: str, use: Callable[[Any, str], None]) -> None:
    """Show the button that takes a test example at random.

    Args:
        run: Whose data it is of.
        place: Unique on the page.
        use: Called with the input (a text, PNG bytes or a row) and what it really is.
    """
    st.button(
        "Take a test example", key=f"test-example-{place}", icon=":material/casino:", on_click=_take, args=(run, use),
        help="One that the model has never learnt from, with its actual answer beside.",
    )  # fmt: skip


def _take(run: Run, use: Callable[[Any, str], None]) -> None:
    try:
        use(*random_test_example(run))
    except TouchstoneError as error:
        st.toast(str(error), icon=":material/error:")


def random_test_example(run: Run) -> tuple[Any, str]:
    """Return a test example of a run's data, and what it really is."""
    datasets, name, mark = shared_service().dataset_service, run.config.dataset, run.dataset_fingerprint
    count = datasets.preview(name, run.config.dataset_version).version.split_sizes["test"]
    examples = datasets.test_examples(name, mark, [secrets.randbelow(max(count, 1))])
    return _input_of(examples), _truth_of(examples)


def _truth_of(examples: Examples) -> str:
    target = examples.targets[0]
    return examples.labels[int(target)] if examples.labels else f"{float(target):.6g}"


def _input_of(examples: Examples) -> Any:
    if isinstance(examples.inputs, np.ndarray):
        return _png(examples.inputs[0])
    if isinstance(examples.inputs, tuple):
        return examples.inputs[0]
    row = examples.inputs.iloc[0].to_dict()
    return {str(name): "" if value is None or value != value else str(value) for name, value in row.items()}


def _png(pixels: "np.ndarray[Any, np.dtype[np.uint8]]") -> bytes:
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(written, "PNG")
    return written.getvalue()
