"""Scenes of Shakespeare, as they are spoken."""

import gzip

import numpy as np

from core.data.samples import SAMPLES, altered
from core.specs import DatasetSpec, Examples

FILE = SAMPLES / "shakespeare.txt.gz"


def _load() -> Examples:
    try:
        text = gzip.decompress(FILE.read_bytes()).decode()
    except (OSError, EOFError, ValueError) as error:
        raise altered(FILE) from error
    return Examples((text,), np.zeros(0, dtype=np.int64))


DATASET = DatasetSpec(
    name="shakespeare",
    title="Scenes of Shakespeare",
    task="text-generation",
    summary="400,000 characters of Shakespeare's plays, speech by speech. What a model writes from it has verses, "
    "names and tempers within a minute, and is best read aloud.",
    licence="Public domain",
    source="Tiny Shakespeare (A. Karpathy, MIT): its first 400,000 characters, data/samples/shakespeare.txt.gz",
    load=_load,
    target="loss 1.5",
)
