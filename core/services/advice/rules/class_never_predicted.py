"""A class that the model never answers, although the test holds examples of it."""

import numpy as np

from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "class-never-predicted"
LISTED = 3  # names in the sentence


def check(evidence: Evidence) -> Advice | None:
    """Find columns of the confusion matrix that are empty."""
    labels, confusion = evidence.report.get("labels", []), np.array(evidence.report.get("confusion", []))
    if confusion.ndim != 2 or not confusion.size:
        return None
    missed = np.flatnonzero((confusion.sum(axis=0) == 0) & (confusion.sum(axis=1) > 0))
    if not len(missed):
        return None
    names = [f"'{labels[number]}'" for number in missed[:LISTED]]
    said = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    more = f" and {len(missed) - LISTED} more" if len(missed) > LISTED else ""
    count = int(confusion[missed].sum())
    balanced = evidence.settings.get("class_weights") == "balanced"
    return Advice(
        CODE, "problem", f"It never answers {said}{more}.",
        f"The test holds {count:,} {'example' if count == 1 else 'examples'} of "
        f"{'it' if len(missed) == 1 else 'them'}, of {int(confusion.sum()):,} in all, and each was "
        "predicted as another.",
        "Add more examples of rare classes" if balanced else "Run again with rare classes weighing more",
        {} if balanced else {"class_weights": "balanced"},
        page="import_data.py" if balanced else "",
    )  # fmt: skip


RULE = Rule(CODE, check, order=25)
