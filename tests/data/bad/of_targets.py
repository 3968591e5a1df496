"""Tables that can be read, but hold no number that could be predicted, or nothing to predict it from."""

from core.specs.dataset_types import ImportOptions
from tests.data.bad.bad_file import BadFile
from tests.data.bad.of_labels import table
from tests.data.imported import reviews

NUMBER_TASK = ImportOptions(task="tabular-regression")
PRICES = [(f"shop {n % 4}", n % 7, 10 + n * 3 % 17) for n in range(60)]

BAD_FILES = (
    BadFile(
        "a target with no numbers",
        table(*[(s, n, "cheap") for s, n, _ in PRICES], header=("shop", "size", "price"), name="prices.csv"),
        "The column 'price' of prices.csv holds 'cheap', which are no numbers, so it cannot be predicted as "
        "one. Choose a column of numbers as the target.",
        ImportOptions(task="tabular-regression", target_column="price"),
    ),
    BadFile(
        "a target with one value",
        table(*[(s, n, 5) for s, n, _ in PRICES], header=("shop", "size", "price"), name="prices.csv"),
        "The column 'price' of prices.csv holds the same number (5) in every row, so there is nothing to "
        "learn. Choose another column as the target.",
        ImportOptions(target_column="price"),
    ),
    BadFile(
        "no numbers at all",
        table(*[("red", "round"), ("blue", "flat")] * 30, header=("colour", "shape"), name="shops.csv"),
        "shops.csv has no column of numbers that could be predicted. Its columns are 'colour', 'shape'. "
        "Choose the column with the number; to sort texts into kinds, choose the task text-classification.",
        NUMBER_TASK,
    ),
    BadFile(
        "nothing to predict from",
        table(*[(n, p) for n, (_, _, p) in enumerate(PRICES)], header=("id", "price"), name="prices.csv"),
        "Nothing is left in prices.csv to predict 'price' from ('id': only numbers the rows: it tells "
        "nothing). Add columns of numbers or of kinds that say something about it.",
        NUMBER_TASK,
    ),
    BadFile(
        "a target that is missing in places",
        table(
            *PRICES, ("shop 1", 3, "on request"), ("shop 2", 4, ""), header=("shop", "size", "price"), name="prices.csv"
        ),
        "2 rows of prices.csv were left out because what is to be predicted is not a number there (lines 62, 63).",
        finding="not-a-number",
    ),
    BadFile(
        "cells that are no numbers",
        table(
            *[(s, n, p) for n, (s, _, p) in enumerate(PRICES)],
            ("shop 1", "huge", 11),
            ("shop 2", 5, 12),
            header=("shop", "size", "price"),
            name="prices.csv",
        ),
        "One cell of prices.csv is not a number although its column holds numbers; it counts as missing (line 62).",
        finding="unread-numbers",
    ),
    BadFile(
        "a number to predict from texts",
        table(*reviews()),
        "reviews.csv has no column of numbers that could be predicted. Its columns are 'text', 'label'. "
        "Choose the column with the number; to sort texts into kinds, choose the task text-classification.",
        NUMBER_TASK,
    ),
)
