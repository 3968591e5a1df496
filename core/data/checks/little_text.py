"""Too little text to learn to write from."""

from core.data.checks.support.check_context import CheckContext, CheckSpec
from core.data.task_kinds import DOCUMENTS
from core.data.wording import counted
from core.specs.dataset_types import Finding

CODE = "little-text"
LITTLE = 20_000  # characters


def run(context: CheckContext) -> Finding | None:
    """Find that all texts together are short."""
    import pyarrow.compute as pc

    count = int(pc.sum(pc.utf8_length(context.column("text"))).as_py() or 0)
    if count >= LITTLE:
        return None
    return Finding(
        code=CODE,
        severity="warning",
        count=count,
        examples=(),
        message=f"There {'is' if count == 1 else 'are'} only {counted(count, 'character')} of text in all. Expect a "
        f"model that learns letters and a few words; from about {LITTLE:,} characters on it begins to write like the "
        "text, and a million is better.",
        why="With so little, a model soon memorises the text (it overfits), and the test has too few characters to "
        "tell.",
    )


CHECK = CheckSpec(CODE, DOCUMENTS, run, order=5)
