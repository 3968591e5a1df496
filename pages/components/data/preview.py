"""Preview of real examples of a dataset, before any training."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from core.services.bootstrap import shared_service
from core.services.dataset_service import DatasetPreview
from core.specs import DatasetSpec, Examples, Images
from pages.components.widgets.dataset_words import shortened
from pages.components.widgets.sample_text import sample_text
from pages.components.widgets.text import plain

SENTENCES_PER_CLASS = 2
EXCERPT_CHARACTERS = 900
MOST_NAMED = 4  # classes; with more, a range says it better
LABEL_WIDTH = 84  # pixels
MOST_COLUMNS = 10
SMALLEST_IMAGE = 26  # pixels on the page
ROWS, GLIMPSE_ROWS = 6, 2  # of a table
GLIMPSE_CHARACTERS = 110  # of a text on one line
PASSAGE_CHARACTERS = 220  # of one that goes on
TO_PREDICT = "To predict"


def data_preview(dataset: DatasetSpec) -> DatasetPreview:
    """Show what a data set is made of, and return it."""
    found = shared_service().dataset_service.preview(dataset.name)
    st.markdown(dataset.summary)
    samples = found.samples
    if isinstance(samples.inputs, np.ndarray):
        _images(samples.inputs, samples)
    elif isinstance(samples.inputs, pd.DataFrame):
        _rows(samples.inputs, samples, _target(dataset))
    elif samples.labels:
        _sentences(samples)
    else:
        text = "\n\n".join(samples.inputs)[:EXCERPT_CHARACTERS]
        st.code(text, language=None, height=220, wrap_lines=True)
    st.caption(plain(_facts(found)))
    st.caption(f"{plain(dataset.licence)} · {plain(dataset.source)}")
    return found


def data_glimpse(dataset: DatasetSpec) -> DatasetPreview:
    """Show a little of a data set, with a link; return its preview."""
    found = shared_service().dataset_service.preview(dataset.name)
    samples = found.samples
    with st.container(key="glimpse", gap="xsmall"):
        if isinstance(samples.inputs, np.ndarray):
            _images(samples.inputs, samples, MOST_COLUMNS)
        elif isinstance(samples.inputs, pd.DataFrame):
            _rows(samples.inputs, samples, _target(dataset), GLIMPSE_ROWS)
        elif samples.labels:
            _sentences(samples, 1, GLIMPSE_CHARACTERS)
        else:
            sample_text(shortened("\n\n".join(samples.inputs), PASSAGE_CHARACTERS))
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(plain(_sizes(found)), width="content")
            query = {"set": dataset.name}
            st.page_link("data.py", label="All about this data", icon=":material/database:", query_params=query)
    return found


def _target(dataset: DatasetSpec) -> str:
    """Return what the user calls what is to be predicted; "" where nobody knows."""
    return str(shared_service().dataset_service.facts(dataset.name).get("target", ""))


def _images(inputs: Images, samples: Examples, most: int | None = None) -> None:
    """Show the pictures, one class below the other's next."""
    columns = min(len(samples.labels), MOST_COLUMNS)
    classes = samples.targets.tolist()
    order = sorted(range(len(samples)), key=lambda i: classes[:i].count(classes[i]))
    with st.container(key="pictures"), st.grid(columns, min_column_width=SMALLEST_IMAGE, gap="xsmall"):
        for i in order[:most]:
            st.image(_image(inputs[i]), width="stretch", alt=f"A training image of {_label(samples, i)}")


def _image(pixels: np.ndarray) -> np.ndarray:
    """Return (H, W) or (H, W, 3) for display."""
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels


def _label(samples: Examples, i: int) -> str:
    return samples.labels[int(samples.targets[i])]


def _sentences(samples: Examples, most: int = SENTENCES_PER_CLASS, longest: int | None = None) -> None:
    """Show some sentences of each class, cut to `longest` characters."""
    shown = {label: 0 for label in samples.labels}
    with st.container(gap="xsmall"):
        for i, text in enumerate(samples.inputs):
            label = _label(samples, i)
            if shown[label] < most and (longest is None or sum(shown.values()) < MOST_NAMED):
                shown[label] += 1
                with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
                    with st.container(width=LABEL_WIDTH):
                        st.badge(plain(label), color="gray")
                    st.text(shortened(str(text), longest) if longest else str(text), width="stretch")


def _rows(table: pd.DataFrame, samples: Examples, target: str, most: int = ROWS) -> None:
    """Show the first rows; the target column comes first, under its name if known."""
    to_predict = f"{target} (to predict)" if target else TO_PREDICT
    shown = table.head(most).set_axis([str(name) for name in table.columns], axis=1)
    answers = [_label(samples, i) for i in range(len(shown))] if samples.labels else samples.targets[:most]
    shown.insert(0, to_predict, answers, allow_duplicates=True)
    st.dataframe(
        shown.set_axis(_unlike([*shown.columns]), axis=1),
        hide_index=True,
        height="content",
        alt=f"The first {len(shown)} rows: {TO_PREDICT.lower()}, then {len(table.columns)} columns to predict it from.",
        column_config={to_predict: st.column_config.Column(help="Learnt from the columns beside it", pinned=True)},
    )


def _unlike(names: list[str]) -> list[str]:
    """Return the names made unique, as a table on a page needs them."""
    return [name if name not in names[:i] else f"{name} ({names[:i].count(name) + 1})" for i, name in enumerate(names)]


def _sizes(found: DatasetPreview) -> str:
    """Return how much there is, in a line."""
    return " · ".join(filter(None, [_amount(found), _classes(found.class_counts)]))


def _amount(found: DatasetPreview) -> str:
    counts, inputs = found.class_counts, found.samples.inputs
    unit = "rows" if isinstance(inputs, pd.DataFrame) else "examples" if counts else "characters"
    unit = unit if counts or not isinstance(inputs, tuple) else "characters"
    return f"{sum(found.version.split_sizes.values()):,} {unit}"


def _facts(found: DatasetPreview) -> str:
    sizes, counts = found.version.split_sizes, found.class_counts
    inputs = found.samples.inputs
    parts = [
        _amount(found),
        f"{len(inputs.columns):,} columns to predict from" if isinstance(inputs, pd.DataFrame) else "",
        f"{sizes['train']:,} training, {sizes['validation']:,} validation, {sizes['test']:,} test",
        _classes(counts),
    ]
    if found.version.duplicate_count:
        count = found.version.duplicate_count
        is_table = isinstance(inputs, pd.DataFrame)
        same = "rows that repeat another in all but the answer" if is_table else "duplicates"
        parts.append(f"{count:,} {same}, which never stand on both sides of a split")
    return " · ".join(filter(None, parts))


def _classes(counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    if len(counts) <= MOST_NAMED:
        return ", ".join(f"{count:,} {label}" for label, count in counts.items())
    fewest, most = min(counts.values()), max(counts.values())
    return f"{len(counts)} classes with {fewest:,}{f' to {most:,}' if most > fewest else ''} each"
