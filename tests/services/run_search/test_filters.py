"""Filters on real runs: which fit, and what is said where none can."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from core.runs import Run
from core.services.run_search.fields import Fields
from core.services.run_search.filters import understand
from core.services.run_search.query_parser import FilterError
from core.services.run_service import Service
from tests.services.run_search.conftest import three_runs


@pytest.fixture(scope="module")
def three(kept: Service) -> list[Run]:
    return three_runs(kept)


@pytest.fixture(scope="module")
def fields(kept: Service, three: list[Run]) -> Fields:
    return Fields(kept, three, [three[1].id])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "good bad other"),
        ("GOOD", "good"),
        ("digits", "good bad"),
        ("churn", "other"),
        ('"First  try"', "good"),
        ("accuracy > 0.9 and model = logistic-regression", "good"),
        ("accuracy > 90%", "good"),
        ("accuracy > 90", "good"),
        ("accuracy <= 95 and accuracy > 94.9", "good"),
        ("test.accuracy >= 95 %", "good"),
        ("accuracy = 0.95", "good"),
        ("score > 0.9", "good"),
        ("not accuracy > 0.9", "bad other"),
        ("accuracy", "good"),
        ("status = failed or tag = DEMO", "good bad"),
        ("status = done", "good other"),
        ("status = succeeded", "good other"),
        ("starred", "good"),
        ("not starred", "bad other"),
        ("starred = no", "bad other"),
        ("baseline", "bad"),
        ("archived", ""),
        ("learning_rate <= 1e-3", "good"),
        ("lr <= 1e-2", "other"),
        ('"learning rate" = 0.1', "bad"),
        ("settings.epochs > 1", "good bad"),
        ("data = digits", "good bad"),
        ('data = "handwritten digits"', "good bad"),
        ("created = 2026-11-02", "good"),
        ("created > 2026-11-02", "bad other"),
        ("created >= 2026-11-02", "good bad other"),
        ("created < 2026-11-02", ""),
        ("created <= 2026-11-02", "good"),
        ("created < 2026-11-02T12:30", "good"),
        ("finished > 2026-11-01 and name = good", "good"),
        ('tag ~ "first"', "good"),
        ("tag != demo", "bad other"),
        ('tag = ""', "bad other"),
        ("note ~ nothing", "bad"),
        ("name !~ o", "bad"),
        ("project = churn", "other"),
        ("origin = here", "good bad"),
        ("time > 5 min", "good"),
        ("time = 600", "good"),
        ("time <= 0.1h", "other"),
        ("model = gpt", "other"),
        ("net.depth >= 4", "other"),
        ("net.wide = on", "other"),
        ("net.wide = off", ""),
        ("settings.name ~ 1+1", "other"),
        ("(tag = demo or project = churn) and not status = failed", "good other"),
    ],
)
def test_runs_that_fit(three: list[Run], fields: Fields, text: str, expected: str) -> None:
    assert " ".join(run.name for run in understand(text, fields).of(three)) == expected


def test_today_is_a_day_in_utc(three: list[Run], fields: Fields) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert understand("created = today", fields).of(three) == understand(f"created = {today}", fields).of(three)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("acuracy > 0.9", "There is no 'acuracy'. Did you mean 'accuracy'? (At character 1.)"),
        (
            "starred and lerning_rate = 1",
            "There is no 'lerning_rate'. Did you mean 'learning_rate'? (At character 13.)",
        ),
        ("xyz = 1", "There is no 'xyz'. To search for it as a word, leave out what follows it. (At character 1.)"),
        (
            "accuracy > 900",
            "'accuracy' is at most 100 %, as in: accuracy > 75 or > 75% or > 0.75. (At character 12.)",
        ),
        (
            "time > good",
            "'time' is a number: compare it by =, <, <=, > or >= with one, as in: time > 5 min (At character 8.)",
        ),
        (
            "model > 3",
            "'model' is a text: compare it by = (the same) or ~ (has it in it), as in: model ~ 3 (At character 1.)",
        ),
        ("starred > 1", "Write 'starred' or 'not starred'. (At character 11.)"),
        (
            "learning_rate < low",
            "'<' compares numbers, and 'low' is none: write learning_rate = low (At character 17.)",
        ),
        ("created ~ 2026-11-02", "'created' is a time: compare it by =, <, <=, > or >=. (At character 1.)"),
    ],
)
def test_what_cannot_be_meant_is_said_with_a_suggestion(fields: Fields, text: str, message: str) -> None:
    with pytest.raises(FilterError) as error:
        understand(text, fields)
    assert str(error.value) == message


def test_a_day_that_is_none_is_shown_how(fields: Fields) -> None:
    with pytest.raises(FilterError, match=r"'soon' is no day. Write it as in: created > 20\d\d-\d\d-\d\d, or today"):
        understand("created > soon", fields)


def test_a_value_that_no_run_has_is_a_hint_and_no_error(three: list[Run], fields: Fields) -> None:
    found = understand("tag = demmo", fields)
    assert found.of(three) == []
    assert found.hints == ("No run here has the tag 'demmo'. Did you mean 'demo'? There is: demo, First try.",)


@bounds(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(["accuracy", "name", "created", "starred", "time", "learning_rate", "net.depth", "tag", ""]),
    sign=st.sampled_from(["=", "!=", "~", "!~", "<", "<=", ">", ">=", " "]),
    value=st.text(max_size=30),
)
@example(name="created", sign=">", value="9999-12-31")
@example(name="created", sign="=", value="0001-01-01T00:00+14:00")
@example(name="accuracy", sign="<", value="1e999")
@example(name="accuracy", sign="=", value="١٢")
def test_any_comparison_finds_runs_or_is_refused_in_words(
    three: list[Run], fields: Fields, name: str, sign: str, value: str
) -> None:
    try:
        found = understand(f"{name} {sign} {value}", fields).of(three)
    except FilterError:
        return
    assert set(map(id, found)) <= set(map(id, three))
