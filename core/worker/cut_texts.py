"""What a run says of texts that are longer than what its model reads."""

import numpy as np

from core.intake.materialise import Materialised


def cut_note(data: Materialised) -> str:
    """Return the sentence that says how many training texts are read in part, "" where none is.

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
