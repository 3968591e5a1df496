"""Notes of a run on its target scale: as is, or logarithmic."""

from core.data.prepare.prepare_dataset import PreparedDataset
from core.preprocessing.target_numbers import TargetNumbers


def scale_note(data: PreparedDataset, target: str = "") -> str:
    """Return the sentence on the chosen scale and why; empty without a choice.

    Args:
        data: Of a run.
        target: Name of the column that is predicted, if it has one.
    """
    numbers = getattr(data.preprocessor, "target", None)
    if not isinstance(numbers, TargetNumbers) or not numbers.log_left:
        return ""
    named, left = target or "What is predicted", numbers.log_left
    if numbers.is_log:
        gained = min(100 * (1 - left), 99)
        return (
            f"{named} is computed with as its logarithm: in cross-validation on the training rows that left "
            f"{gained:.0f} % less squared error than the numbers as they are. Answers, scores and their "
            "intervals are in its own units, and the ridge baseline computes in the same way."
        )
    return (
        f"{named} is computed with as it is: its logarithm was tried by cross-validation on the training rows, and "
        f"left {'more squared error' if left >= 1 else 'not clearly less squared error'}."
    )
