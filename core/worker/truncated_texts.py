"""Notes of a run on partly read texts: overlong ones, and unknown words."""

import numpy as np

from core.data.prepare.prepare_dataset import PreparedDataset

WORTH_SAYING = 0.05  # of the words of the validation texts


def reading_notes(data: PreparedDataset) -> list[str]:
    """Return the sentences on the parts of texts that a run's model ignores."""
    return [sentence for sentence in (cut_note(data), unknown_note(data)) if sentence]


def unknown_note(data: PreparedDataset) -> str:
    """Return the sentence on unknown words of the validation texts; empty if few.

    Args:
        data: Of a run; its preprocessor has an `unknown_id` where it gives one number to all that it does not know.
    """
    unknown_id = getattr(data.preprocessor, "unknown_id", None)
    ids = data.arrays["validation"]["inputs"]
    if unknown_id is None or not isinstance(data.examples["validation"].inputs, tuple):
        return ""
    share = float((ids == unknown_id).sum()) / max(int((ids != data.info.padding_id).sum()), 1)
    if share <= WORTH_SAYING:
        return ""
    return (
        f"{100 * share:.0f} % of the words in the validation texts are unknown to this model, which numbers the "
        "commonest words of the training texts and reads all others as one. More training texts help, or a model that "
        "reads parts of words, such as the linear model on n-grams."
    )


def cut_note(data: PreparedDataset) -> str:
    """Return the sentence on truncated training texts; empty if none.

    Args:
        data: Of a run; texts are rows of token ids (N, T), padded at the end. Nothing is known of other inputs.
    """
    inputs = data.arrays["train"]["inputs"]
    if inputs.ndim != 2 or not np.issubdtype(inputs.dtype, np.integer) or not len(inputs) or inputs.shape[1] < 2:
        return ""
    full = float((inputs[:, -1] != data.info.padding_id).mean())
    if not isinstance(data.examples["train"].inputs, tuple) or not full:
        return ""
    return (
        f"{max(100 * full, 1):.0f} % of the training texts fill all {inputs.shape[1]:,} places (tokens) that this "
        "model reads of a text: of longer ones it reads the beginning and the end. To read more, raise its length."
    )
