"""Test examples on which compared runs disagree, with each prediction and the label."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import TouchstoneError
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.comparison.disagreements import Disagreements, disagreements, who_said_what
from core.services.comparison.grouping import Group
from core.specs import Examples, TaskSpec
from pages.components.compare.sentences import Looks, names_of
from pages.components.widgets.cells import safe_cell
from pages.components.widgets.notices import empty_state
from pages.components.widgets.sample_text import sample_text
from pages.components.widgets.text import plain
from pages.components.widgets.url_state import chosen_place, read_choice, write_choice

PER_PAGE = 12
MOST_NAMED = 5  # runs that gave the same answer
LONGEST_TEXT = 600  # characters
IMAGE_WIDTH = 96  # pixels
CELL_WIDTH = 210
LONGEST_CELL = 80
_PAGE, _SEEN = "disagreements-at", "disagreements-of"


def side_by_side(group: Group, styles: Looks) -> None:
    """Show where the runs of one group do not agree."""
    task = shared_service().tasks()[group.task]
    if task.output_kind == "text":
        _samples(group, styles)
        return
    found = disagreements(shared_service(), group, numbers=task.output_kind == "number")
    if found is None:
        return
    st.header("Where they disagree", anchor=False)
    st.markdown(f"**{plain(_finding(found, task, styles))}**")
    if found.missing:
        verb = (
            "was trained before predictions were saved, or has not finished" if len(found.missing) == 1 else "have none"
        )
        st.caption(plain(f"Without saved predictions: {names_of(found.missing, styles)} {verb}."))
    order = _chosen(found, task, styles)
    if not len(order):
        empty_state("handshake", "No such example", "Choose all of them, or other runs.")
        return
    shown = order[_page(len(order), f"{group.fingerprint}{[run.id for run in found.runs]}{len(order)}")]
    try:
        examples = shared_service().dataset_service.test_examples(group.dataset, group.fingerprint, shown.tolist())
    except TouchstoneError as error:  # the data set was removed; the answers are still there
        st.info(plain(f"{error} The predictions are shown without them."), icon=":material/image_not_supported:")
        examples = None
    if task.output_kind == "number":
        _numbers(found, shown, examples, styles)
    else:
        _labels(found, shown, examples, _names(found, examples, task, group), styles)


def _finding(found: Disagreements, task: TaskSpec, styles: Looks) -> str:
    total = len(found.targets)
    if task.output_kind == "number":
        spread = np.ptp(found.answers, axis=0)
        return (
            f"Their predictions lie {_short(float(np.median(spread)))} apart on half of the {total:,} unseen rows, "
            f"{_short(float(spread.max()))} at most."
        )
    if not len(found.order):
        return f"They predict the same for all {total:,} unseen examples."
    hits = sorted(zip(found.right.tolist(), found.runs, strict=True), key=lambda pair: -pair[0])
    named = ", ".join(f"{styles[run.id].name} on {count:,}" for count, run in hits[:4])
    more = f"; {len(hits) - 4} more on no more of them" if len(hits) > 4 else ""
    return f"They disagree on {len(found.order):,} of {total:,} unseen examples. Of these, right are: {named}{more}."


def _chosen(found: Disagreements, task: TaskSpec, styles: Looks) -> np.ndarray:
    """Ask which of the disagreements; return their indexes."""
    if task.output_kind == "number" or not len(found.order):
        return found.order
    ids = [run.id for run in found.runs]
    titles = {"all": f"All {len(found.order):,}"}
    alone = {run_id: found.only_right(at) for at, run_id in enumerate(ids)}
    titles |= {run_id: f"Only {styles[run_id].name} is right ({len(alone[run_id]):,})" for run_id in ids}
    read_choice("only", titles, "all")
    options = list(titles)
    only = st.selectbox(
        "Which", options, chosen_place(options, "only"), key="only", width=380, format_func=lambda name: titles[name]
    )
    write_choice("only", "all")
    return found.order if only == "all" else alone[str(only)]


def _page(count: int, of: str) -> slice:
    """Return the slice of the current page, kept in the URL.

    Other examples start at the first page.
    """
    pages = -(-count // PER_PAGE)
    if _PAGE not in st.session_state:
        asked = st.query_params.get("at", "")
        st.session_state[_PAGE] = int(asked) if asked.isdecimal() and len(asked) < 9 else 1
    elif st.session_state.get(_SEEN) not in (None, of):
        st.session_state[_PAGE] = 1
    st.session_state[_SEEN] = of
    at = st.session_state[_PAGE] = min(max(int(st.session_state[_PAGE]), 1), pages)
    if pages > 1:
        at = int(st.pagination(pages, key=_PAGE))
    if at > 1:
        st.query_params["at"] = str(at)
    else:
        st.query_params.pop("at", None)
    return slice((at - 1) * PER_PAGE, at * PER_PAGE)


def _names(found: Disagreements, examples: Examples | None, task: TaskSpec, group: Group) -> Sequence[str]:
    """Return the class names from the data, else from a run's report.

    Without either, the classes' numbers serve.
    """
    if examples is not None and examples.labels:
        return examples.labels
    return [str(name) for name in shared_service().report(found.runs[0].id).get("labels", ())]


def _labels(
    found: Disagreements, shown: np.ndarray, examples: Examples | None, names: Sequence[str], styles: Looks
) -> None:
    images = examples is not None and isinstance(examples.inputs, np.ndarray)
    with st.container(key="pictures-disagreed"), st.grid(4 if images else 1, min_column_width=CELL_WIDTH):
        for place, index in enumerate(shown.tolist()):
            with st.container(border=True, gap="xsmall", key=f"disagreed-{index}"):
                truth = names[int(found.targets[index])] if names else str(int(found.targets[index]))
                _example(examples, place, truth)
                st.markdown(f"Actual: **{plain(truth)}**")
                for answer, who in who_said_what(names, found.answers[:, index].astype(int).tolist()):
                    sign = ":green[✓]" if answer == truth else ":red[✗]"
                    said = ", ".join(_sure(found, at, index, styles) for at in who[:MOST_NAMED])
                    said += f" and {len(who) - MOST_NAMED} more" if len(who) > MOST_NAMED else ""
                    st.markdown(f"{sign} **{plain(answer)}**  :small[{said}]")


def _sure(found: Disagreements, at: int, index: int, styles: Looks) -> str:
    name, sure = plain(styles[found.runs[at].id].title), float(found.confidence[at, index])
    return name if np.isnan(sure) else f"{name} ({sure:.0%})"


def _example(examples: Examples | None, place: int, truth: str) -> None:
    if examples is None:
        return
    if isinstance(examples.inputs, np.ndarray):
        pixels = examples.inputs[place]
        st.image(pixels[:, :, 0] if pixels.shape[-1] == 1 else pixels, width=IMAGE_WIDTH, alt=f"An image of: {truth}")
    elif isinstance(examples.inputs, tuple):
        text = examples.inputs[place]
        st.text(text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rstrip()} …")
    else:
        row = examples.inputs.iloc[place]
        st.text("  ·  ".join(f"{name}: {_cell(cell)}" for name, cell in row.items()))


def _numbers(found: Disagreements, shown: np.ndarray, examples: Examples | None, styles: Looks) -> None:
    """Show rows on which the predictions lie furthest apart."""
    rows: list[Mapping[str, Any]] = []
    for place, index in enumerate(shown.tolist()):
        row = {"Apart": _short(float(np.ptp(found.answers[:, index]))), "True": _short(float(found.targets[index]))}
        row |= {styles[run.id].title: _short(float(found.answers[at, index])) for at, run in enumerate(found.runs)}
        if examples is not None and isinstance(examples.inputs, pd.DataFrame):
            row |= {f"{safe_cell(str(name))} ": _cell(cell) for name, cell in examples.inputs.iloc[place].items()}
        rows.append(row)
    alt = f"The {len(rows)} rows on which the predictions lie furthest apart"
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", row_height=36, key="apart", alt=alt)


def _samples(group: Group, styles: Looks) -> None:
    """Show what each model wrote last, side by side."""
    written: list[tuple[Run, str]] = []
    for run in group.runs:
        samples = shared_service().events(run.id, "sample")
        if samples and (text := str(samples[-1].data.get("text") or samples[-1].message)):
            written.append((run, text))
    if not written:
        return
    st.header("What they write", anchor=False)
    st.caption("The last sample of each, from the same beginning.")
    with st.grid(2, min_column_width=320):
        for run, text in written:
            with st.container(gap="xsmall", key=f"written-{run.id}"):
                st.markdown(f"**{plain(styles[run.id].title)}**")
                sample_text(text[:4000])


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return "–"
    return f"{value:,.6g}" if isinstance(value, int | float | np.number) else safe_cell(str(value)[:LONGEST_CELL])


def _short(number: float) -> str:
    return f"{number:,.0f}" if 100 <= abs(number) < 1e12 else f"{number:.3g}"
