"""The result of a contest: the score, beside the run, its cost, its answers."""

from functools import partial

import pandas as pd
import streamlit as st

from core.contest.results import ContestResult
from core.runs import Run
from core.services.bootstrap import shared_service
from core.services.contests.beside_run import difference_in_words, difference_to_run
from core.services.contests.contests import Contests
from core.services.contests.in_words import CONSTRAINTS, cost_in_words, notes_of
from core.specs import percent_digits
from pages.components.widgets.lazy_expander import folded
from pages.components.widgets.sample_text import sample_text
from pages.components.widgets.text import plain

MOST_MISTAKES = 30
MOST_WRITTEN = 12


def result_card(contests: Contests, result: ContestResult, run: Run | None) -> None:
    """Show what a language model reached, and what that costs."""
    if result.score is not None:
        share = percent_digits(result.score.value)
        st.markdown(f"### {plain(result.name)}: right on {share} % of {len(result.rows):,} test rows")
        _compared(result, run)
    else:
        st.markdown(f"### {plain(result.name)} wrote on {len(result.rows):,} prompts of the test split")
        _measures(result, run)
    _numbers(result)
    for note in notes_of(result):
        st.caption(plain(note))
    folded(
        "Prompt and answers", partial(_details, result, run), key=f"contest-{result.id}", icon=":material/description:"
    )


def _compared(result: ContestResult, run: Run | None) -> None:
    if run is None:
        return
    difference = difference_to_run(shared_service(), run, result)
    if difference is None:
        st.caption("This run was judged on other rows, so the two cannot be compared.")
    else:
        st.markdown(plain(difference_in_words(difference)))


def _numbers(result: ContestResult) -> None:
    with st.grid(4, min_column_width=190):
        if result.score is not None:
            low, high = (percent_digits(end) for end in (result.score.ci_low, result.score.ci_high))
            st.metric("95 % interval", f"{low} to {high} %", border=True)
            st.metric("No label", f"{result.no_label:,}", border=True, help="Answers that named none: they are wrong.")
        known = result.cost_per_1000 is not None
        cost = cost_in_words(result.cost_per_1000, result.currency) if known else "Not stated"
        price = f"{result.price_in or 0:g} / {result.price_out or 0:g} {result.currency} a million tokens"
        tokens = f"{result.tokens_in:,} tokens read, {result.tokens_out:,} written."
        help_text = f"{tokens} At {price} ({result.priced_on})." if known else f"{tokens} No price was typed in."
        st.metric("Cost of 1,000 answers", cost, border=True, help=help_text)
        speed = f"{result.p50_ms:,.0f} / {result.p95_ms:,.0f} ms"
        st.metric("An answer, p50 / p95", speed, border=True, help="One after another, on validation rows.")


def _details(result: ContestResult, run: Run | None) -> None:
    how = f" Answers were held to the labels {CONSTRAINTS[result.constraint]}." if result.labels else ""
    st.caption(plain(f"{result.model} at {result.host}, prompt {result.prompt.version}.{how}"))
    sample_text(result.prompt.prompt)
    if result.written:
        _side_by_side(result, run)
    else:
        _mistakes(result)


def _mistakes(result: ContestResult) -> None:
    wrong = [i for i, right in enumerate(result.right) if not right][:MOST_MISTAKES]
    if not wrong:
        st.caption("It made no mistake.")
        return
    st.markdown(f"**Its first {len(wrong)} mistakes**" if len(wrong) > 1 else "**Its mistake**")
    examples = shared_service().dataset_service.test_examples(
        result.dataset, result.fingerprint, [result.rows[i] for i in wrong]
    )
    inputs = examples.inputs
    if isinstance(inputs, pd.DataFrame):
        shown = inputs.reset_index(drop=True)
    else:
        shown = pd.DataFrame({"Text": [str(text) for text in inputs]})
    names = [*result.labels, "no label"]
    shown.insert(0, "Predicted", [names[result.answers[i]] for i in wrong], allow_duplicates=True)
    shown.insert(0, "Actual", [names[result.targets[i]] for i in wrong], allow_duplicates=True)
    st.dataframe(shown, hide_index=True, height="content")


def _measures(result: ContestResult, run: Run | None) -> None:
    rows = [
        {
            "Who": _who(result, who, run),
            "Exact match": _percent(found.exact.value),
            "Contains it": _percent(found.contains.value),
            "ROUGE-L": f"{found.rouge_l.value:.3f} ({found.rouge_l.ci_low:.3f} to {found.rouge_l.ci_high:.3f})",
            "Length": f"{found.length:.2f} times",
        }
        for who, found in result.measures.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")


def _side_by_side(result: ContestResult, run: Run | None) -> None:
    for case in result.written[:MOST_WRITTEN]:
        with st.container(border=True, gap="xsmall"):
            st.caption("Prompt")
            sample_text(case.prompt)
            columns = st.columns(1 + len(case.answers))
            for column, (who, text) in zip(columns, {"Expected": case.expected, **case.answers}.items(), strict=True):
                with column:
                    st.caption(plain(who if who == "Expected" else _who(result, who, run)))
                    sample_text(text)


def _who(result: ContestResult, who: str, run: Run | None) -> str:
    if who == result.contender:
        return result.name
    return run.name if run is not None and who == run.id else who


def _percent(share: float) -> str:
    return f"{percent_digits(share)} %"
