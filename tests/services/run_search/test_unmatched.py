"""Why no run matches: the parts of a filter that exclude, and what would be left without them."""

import pytest

from core.runs import Run
from core.services.run_search.fields import Fields
from core.services.run_search.filters import understand
from core.services.run_search.unmatched import why_none
from tests.services.run_search.test_filters import fields, three

__all__ = ["fields", "three"]  # fixtures


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accuracy > 99%", "None of the 3 runs here fits 'accuracy > 99%'."),
        ("digits accuracy > 99", "No run here fits 'accuracy > 99': without 'accuracy > 99', 2 runs match."),
        (
            "status = failed starred",
            "No run fits all of it at once: without 'status = failed', 1 run matches; without 'starred', 1 run "
            "matches.",
        ),
        (
            '(tag = old or nowhere) and name = "so what"',
            "No run here has the tag 'old'. There is: demo, First try. Of 3 runs here, '(tag = old or nowhere)' fits "
            "0; 'name = \"so what\"' fits 0.",
        ),
        (
            "f1 > 50 and not starred",
            "None of these runs has a number for 'f1'. No run here fits 'f1 > 50': without 'f1 > 50', 2 runs match.",
        ),
        ("tag = demmo", "No run here has the tag 'demmo'. Did you mean 'demo'? There is: demo, First try."),
    ],
)
def test_the_part_that_excludes_is_named(three: list[Run], fields: Fields, text: str, expected: str) -> None:
    wanted = understand(text, fields)
    assert wanted.of(three) == []
    assert why_none(wanted, {}, three, fields) == expected


def test_a_choice_beside_the_filter_excludes_too(three: list[Run], fields: Fields) -> None:
    said = why_none(
        understand("starred", fields), {"Status: Failed": lambda run: run.status == "failed"}, three, fields
    )
    assert said == (
        "No run fits all of it at once: without 'starred', 1 run matches; without 'Status: Failed', 1 run matches."
    )
