"""The contract that every check of the data doctor keeps; a new one is held to it by a case."""

import unicodedata
from pathlib import Path

import pytest

from core.data.checks.support.check_context import CheckContext
from core.data.checks.support.runner import checks, repair
from core.data.rows import FEATURE
from core.data.wording import LOOKED_AT, SHOWN
from core.specs.dataset_types import Finding
from tests.data.checks import cases_of_images, cases_of_labels, cases_of_tables, cases_of_texts
from tests.data.checks.case import Case
from tests.data.checks.versions import again

CASES = [*cases_of_labels.CASES, *cases_of_texts.CASES, *cases_of_images.CASES, *cases_of_tables.CASES]
REPAIRABLE = [case for case in CASES if case.fix]
DIVIDES_ANEW = {"unseen-classes", "untested-classes"}
LEAVES_COLUMNS_OUT = {"constant-columns", "identifier-columns", "leaking-columns"}


def name_of(case: Case) -> str:
    return f"{case.code}-{case.count}"


def run(code: str, context: CheckContext) -> Finding | None:
    return checks()[code].run(context)


def test_every_check_has_a_case_and_those_with_a_repair_one_with_a_fix() -> None:
    assert set(checks()) == {case.code for case in CASES}
    assert {code for code, check in checks().items() if check.fix} == {case.code for case in REPAIRABLE}


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_check_says_what_it_found(case: Case, tmp_path: Path) -> None:
    finding = run(case.code, case.fires(tmp_path))
    assert finding is not None
    said = (finding.code, finding.severity, finding.count, finding.message, finding.fix)
    assert said == (case.code, case.severity, case.count, case.message, case.fix)
    assert not case.example or case.example in finding.examples


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_check_is_silent_where_all_is_well(case: Case, tmp_path: Path) -> None:
    assert run(case.code, case.silent(tmp_path)) is None


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_finding_is_short_and_safe_to_show(case: Case, tmp_path: Path) -> None:
    context = case.fires(tmp_path)
    finding = run(case.code, context)
    assert finding is not None
    assert finding.why.endswith(".")
    assert len(finding.message) <= 330
    assert len(finding.examples) <= SHOWN
    for example in finding.examples:
        assert 0 < len(example) <= 80
        assert not any(unicodedata.category(sign) == "Cc" for sign in example)
    assert len(finding.rows) <= LOOKED_AT
    assert list(finding.rows) == sorted(set(finding.rows))
    assert all(0 <= row < len(context) for row in finding.rows)


@pytest.mark.parametrize("case", REPAIRABLE, ids=name_of)
def test_a_fix_removes_the_finding_and_nothing_else(case: Case, tmp_path: Path) -> None:
    before = case.fires(tmp_path)
    rows = repair(before, case.code)
    after = again(before, rows)
    left = run(case.code, after)
    assert left is None or (case.code == "near-duplicates" and not left.fix)  # with other labels: nobody removes these
    assert rows.num_rows == case.left
    if case.code in LEAVES_COLUMNS_OUT:
        skipped = set(before.rows.column_names) - set(rows.column_names)
        assert len(skipped) == case.count
        assert all(name.startswith(FEATURE) for name in skipped)
    else:
        assert rows.schema == before.rows.schema
    untouched = ["source"] if case.code in DIVIDES_ANEW else ["given", "source"]
    kept = set(rows.column("source").to_pylist())
    old = [row for row in before.rows.select(untouched).to_pylist() if row["source"] in kept]
    assert rows.select(untouched).to_pylist() == old


@pytest.mark.parametrize("case", REPAIRABLE, ids=name_of)
def test_a_fix_made_twice_changes_nothing_more(case: Case, tmp_path: Path) -> None:
    before = case.fires(tmp_path)
    once = repair(before, case.code)
    twice = repair(again(before, once), case.code)
    assert twice.to_pandas().equals(once.to_pandas())  # to Arrow, an empty cell is not the same as itself


@pytest.mark.parametrize("case", REPAIRABLE, ids=name_of)
def test_a_fix_leaves_what_is_well_as_it_is(case: Case, tmp_path: Path) -> None:
    well = case.silent(tmp_path)
    assert repair(well, case.code).equals(well.rows)
