"""Sentences of customers about products, services, films, books and food, written for this project."""

import csv
from pathlib import Path

import numpy as np

from core.errors import DataError
from core.settings import PROJECT
from core.specs import DatasetSpec, Examples

FILE = PROJECT / "data" / "samples" / "customer-feedback.csv"
LABELS = ("negative", "neutral", "positive")


def read(file: Path = FILE) -> Examples:
    """Return the sentences and their sentiment.

    Args:
        file: A UTF-8 CSV file with the columns `text` and `label`.

    Raises:
        DataError: The file is missing or is not what it should be.
    """
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [(row["text"], LABELS.index(row["label"])) for row in csv.DictReader(lines)]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(
            f"The built-in sentences in {file} are missing or were altered. Get them back with: git checkout {file}"
        ) from error
    return Examples(tuple(text for text, _ in rows), np.array([target for _, target in rows], dtype=np.int64), LABELS)


DATASET = DatasetSpec(
    name="customer-feedback",
    title="Customer feedback",
    noun="message",
    task="text-classification",
    summary="What customers write about products, services, films, books and restaurants, negative, neutral or "
    "positive, with irony, typos and mixed feelings. Good for a first idea of how well software can read the mood of "
    "your customers.",
    licence="Written for this project, under its licence",
    source="data/samples/customer-feedback.csv",
    load=read,
    target="accuracy 75%",
)
