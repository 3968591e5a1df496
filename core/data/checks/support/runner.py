"""Runner of all data checks on one version, and of their fixes."""

import logging
from collections.abc import Callable

import pyarrow as pa

from core.catalog import entries
from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.errors import DataError, UnknownName
from core.specs.dataset_types import Finding, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_log = logging.getLogger(__name__)


def checks(task: str | None = None) -> dict[str, CheckSpec]:
    """Return every check of this folder by its code, optionally for one task."""
    found = sorted(entries("core.data.checks", "CHECK", "code").items(), key=lambda item: (item[1].order, item[0]))
    return {code: check for code, check in found if task is None or check.tasks.fits(task)}


def examine(context: CheckContext, before: Callable[[str], None] | None = None) -> tuple[Finding, ...]:
    """Return what the checks of the task found: errors, then warnings, then notes.

    Args:
        context: The version.
        before: Called with a check's code before it looks; whatever it raises, such as `ImportCancelled`, passes.
    """
    found: list[Finding] = []
    for check in checks(context.task).values():
        if before is not None:
            before(check.code)
        if (finding := _run_check(check, context)) is not None:
            found.append(finding)
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))  # stable: then by order


def repair(context: CheckContext, code: str) -> pa.Table:
    """Return the rows of the next version, in which a finding is put right.

    Raises:
        UnknownName: There is no such check that can repair anything.
        DataError: Nothing would be left.
    """
    repairs = {name: check.fix for name, check in checks(context.task).items() if check.fix is not None}
    if code not in repairs:
        raise UnknownName("finding with a fix", code, repairs)
    rows = repairs[code](context)
    if not rows.num_rows:
        raise DataError("Nothing would be left, so nothing was changed. Import other data, or leave it as it is.")
    return rows


def _run_check(check: CheckSpec, context: CheckContext) -> Finding | None:
    try:
        return check.run(context)
    except Exception:  # a slip in one check must not cost the user the whole import; the log says what it was
        _log.exception("The check '%s' failed on %d rows for %s.", check.code, len(context), context.task)
        return Finding(
            code=check.code,
            severity="note",
            count=0,
            examples=(),
            message=f"This could not be checked: {check.code.replace('-', ' ')}. The data is as it was imported.",
            why="Something in it was not foreseen; the log says more, and all other checks were made.",
        )
