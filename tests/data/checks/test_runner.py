"""All checks on one version: in which order they tell, and what happens if one of them fails."""

import logging
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core import catalog
from core.data.checks.support import runner
from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.checks.support.runner import checks, examine, repair
from core.data.rows import TEXT_ROWS
from core.data.staging import ImportCancelled
from core.data.task_kinds import LABELLED_TEXTS
from core.errors import DataError, UnknownName
from core.specs.dataset_types import Finding
from tests.data.checks.cases_of_labels import labelled
from tests.data.checks.versions import documents, images, of, table, texts


def failing(context: CheckContext) -> Finding | None:
    raise ZeroDivisionError("the check has a bug")


def test_findings_come_errors_first_then_warnings_then_notes() -> None:
    messy = texts([*labelled(good=60, bad=15, rare=2), ("Hi <br>", "good"), ("hi", "good"), ("k", "good")])
    assert [(f.severity, f.code) for f in examine(messy)] == [
        ("error", "few-examples"),
        ("warning", "imbalance"),
        ("warning", "html-left"),
        ("note", "short-texts"),
    ]


def test_a_clean_data_set_has_no_findings() -> None:
    assert examine(texts(labelled(good=40, bad=40))) == ()


def test_a_task_has_its_own_checks() -> None:
    assert "target-outliers" in checks("tabular-regression")
    assert "target-outliers" not in checks("text-classification")
    assert all(checks(task) for task in catalog.tasks())


def test_a_check_that_fails_costs_no_import_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = CheckSpec("long-texts", LABELLED_TEXTS, failing)
    monkeypatch.setattr(runner, "checks", lambda _task: {"long-texts": broken})
    with caplog.at_level(logging.ERROR):
        [finding] = examine(texts(labelled(good=5)))
    assert finding.severity == "note"
    assert finding.message == "This could not be checked: long texts. The data is as it was imported."
    assert "ZeroDivisionError: the check has a bug" in caplog.text


def test_cancelling_between_two_checks_is_not_taken_for_a_failure() -> None:
    def cancel(code: str) -> None:
        raise ImportCancelled

    with pytest.raises(ImportCancelled):
        examine(texts(labelled(good=5)), cancel)


def test_a_finding_without_a_fix_cannot_be_repaired() -> None:
    with pytest.raises(UnknownName, match="no finding with a fix called 'imbalance'"):
        repair(texts(labelled(good=5)), "imbalance")


def test_a_fix_that_would_leave_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="Nothing would be left, so nothing was changed"):
        repair(texts([("a", "x"), ("b", "y")]), "short-texts")


def test_missing_texts_and_labels_are_no_reason_to_fail(caplog: pytest.LogCaptureFixture) -> None:
    rows = pa.table(
        {
            "text": ["one fine day", None, "another day"],
            "label": ["a", "b", None],
            "given": [None] * 3,
            "source": [1, 2, 3],
        },
        schema=TEXT_ROWS,
    )
    keys = np.array([b"1" * 16, b"2" * 16, b"3" * 16], dtype="S16")
    found = examine(CheckContext("text-classification", rows, ("a", "b"), keys, np.arange(3), Path("."), {}))
    assert {"few-examples", "too-few-rows"} <= {finding.code for finding in found}
    assert not caplog.records


ODD_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ODD_TEXT, st.sampled_from(["a", "b", "", "1.5", "\x00"])), min_size=1, max_size=30))
def test_whatever_the_texts_every_check_can_look_and_every_fix_ends(rows: list[tuple[str, str]]) -> None:
    context = texts(rows, given=[("train", "test", "")[i % 3] for i in range(len(rows))])
    assert_all_checked(context)


@settings(max_examples=30, deadline=None)
@given(st.lists(ODD_TEXT, min_size=1, max_size=5))
def test_whatever_the_documents_every_check_can_look_and_every_fix_ends(written: list[str]) -> None:
    assert_all_checked(documents(*written))


@settings(max_examples=60, deadline=None)
@example([(t, 0.0, "x") for t in (0.0, 0.0, 1.0, 1.0, 3.0, 0.125, 5e-324)])  # the scale changes with what is removed
@given(
    st.lists(st.tuples(st.floats(width=64), st.floats(), st.sampled_from(["x", "y", None])), min_size=1, max_size=40)
)
def test_whatever_the_numbers_every_check_can_look_and_every_fix_ends(
    rows: list[tuple[float, float, str | None]],
) -> None:
    target = [t if math.isfinite(t) else 0.0 for t, _, _ in rows]
    assert_all_checked(table(target, number=[n for _, n, _ in rows], word=[w or "none" for _, _, w in rows]))


def test_a_picture_that_no_longer_opens_is_not_called_blank(tmp_path: Path) -> None:
    from PIL import Image

    context = images(tmp_path, [(Image.new("RGB", (9, 9)), "a"), (Image.new("RGB", (9, 9), "red"), "b")])
    (tmp_path / "a.pack").write_bytes(b"no image at all" * 100)
    assert "blank-pictures" not in {finding.code for finding in examine(context)}


def assert_all_checked(context: CheckContext) -> None:
    for finding in examine(context):
        assert "could not be checked" not in finding.message, finding.code
        if finding.fix:
            try:
                repaired = repair(context, finding.code)
            except DataError:
                continue  # nothing would be left
            assert 0 < repaired.num_rows <= len(context)
            again = examine(of(repaired, context.task))
            assert finding.code not in {f.code for f in again} or finding.code in ("few-examples", "near-duplicates")
