"""Passages that a model of text found hardest."""

import numpy as np

from core.evaluation.hard_passages import hardest_passages

TEXT = "easy words follow each other here and then COMES a hard bit of it, after which all is easy again for long."


def test_the_hardest_passage_is_found_cut_at_words_and_never_twice() -> None:
    nll = np.full(len(TEXT), 0.5)
    begin = TEXT.index("OMES")
    nll[begin : begin + 20] = 4.0
    (first,) = hardest_passages(TEXT, nll, np.arange(len(TEXT)), 5, width=20)[:1]
    assert first.loss == 4
    assert first.text == "a hard bit of"
    assert len(hardest_passages(TEXT, nll, np.arange(len(TEXT)), 5, width=20)) == 3


def test_no_passage_goes_over_what_was_not_judged() -> None:
    places = np.concatenate([np.arange(30), np.arange(60, len(TEXT))])
    nll = np.full(len(places), 0.5)
    nll[28:32] = 9.0
    for one in hardest_passages(TEXT, nll, places, 9, width=20):
        assert one.text in TEXT[:30] or one.text in TEXT[60:]
    assert hardest_passages(TEXT, nll[:10], places[:10], 3, width=20) == []
