"""Too few examples in all for scores to mean much."""

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.task_kinds import JUDGED_ROWS, NUMBERS
from core.data.wording import counted, thing
from core.specs import SPLITS
from core.specs.dataset_types import Finding

CODE = "too-few-rows"
FEW = 50
TEST_SHARE = 0.15


def run(context: CheckContext) -> Finding | None:
    """Find that the whole data set is tiny."""
    count = len(context)
    if count >= FEW:
        return None
    tested = max(1, round(TEST_SHARE * count))
    nouns = thing(context.task, count)
    return Finding(
        code=CODE,
        severity="warning",
        count=count,
        examples=(),
        message=f"There {'is' if count == 1 else 'are'} only {count} {nouns} in all, of which about {tested} will be "
        f"used for the test: one right or wrong answer more moves the score by about {100 / tested:.0f} points."
        if not NUMBERS.fits(context.task)
        else f"There {'is' if count == 1 else 'are'} only {counted(count, 'row')} in all, of which about {tested} will "
        "be used for the test: a single odd row decides how good the score looks.",
        why=f"With fewer than {FEW} examples in {len(SPLITS)} parts, scores tell a good idea from a lucky one only "
        "roughly; a few hundred tell much more.",
    )


CHECK = CheckSpec(CODE, JUDGED_ROWS, run, order=3)
