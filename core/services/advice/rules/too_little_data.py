"""Memorised training examples that do not generalise: too few for so large a model."""

import numpy as np

from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "too-little-data"
NUMBERS_PER_EXAMPLE = 100  # that a model learns: with more it can learn every example by heart
GAP = 0.15  # between right answers on training and on validation examples
LAST_POINTS = 0.1


def check(evidence: Evidence) -> Advice | None:
    """Find a model that answers its own examples and few others."""
    train, validation = evidence.line("train/accuracy"), evidence.line("validation/accuracy")
    count, examples = evidence.run.parameter_count, evidence.train_examples
    if not examples or count < NUMBERS_PER_EXAMPLE * examples or not len(train) or not len(validation):
        return None
    known = float(np.mean(train.values[-max(int(LAST_POINTS * len(train)), 1) :]))
    best = float(validation.values.max())
    if known - best < GAP:
        return None
    return Advice(
        CODE, "problem", "There are too few examples for this model.",
        f"It is right on {100 * known:.0f} % of what it learnt from and on {100 * best:.0f} % of what it did not, with "
        f"{count:,} parameters for {examples:,} training examples.",
        "Add more examples", page="import_data.py",
    )  # fmt: skip


RULE = Rule(CODE, check, order=35)
