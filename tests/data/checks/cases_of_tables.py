"""Cases for the checks of tables."""

import math
from collections.abc import Sequence

from core.data.checks.support.check_context import CheckContext
from tests.data.checks.case import Case
from tests.data.checks.versions import table

COUNT = 60
PRICES = [float(900 + (i * 37) % 211) for i in range(COUNT)]
SIZES = [float((i * 7) % 13) for i in range(COUNT)]
MAKERS = [("Acer", "Dell", "HP")[i % 3] for i in range(COUNT)]
IDS = [float(1_000 + i) for i in range(COUNT)]


def goods(**more: Sequence[float | str | None]) -> CheckContext:
    """Return a table of prices with other columns besides."""
    return table(PRICES, size=SIZES, maker=MAKERS, **more)


CASES = [
    Case(
        "too-few-rows",
        lambda _: table([1.0] * 20, size=SIZES[:20]),
        lambda _: goods(),
        "warning",
        20,
        "There are only 20 rows in all, of which about 3 will be used for the test: a single odd row decides how good "
        "the score looks.",
    ),
    Case(
        "exact-duplicates",
        lambda _: table(
            [*PRICES, 900.0, 937.0],
            size=[*SIZES, 0.0, 7.0],
            maker=[*MAKERS, "Acer", "Dell"],
            laptop_ID=[*IDS, 7.0, 8.0],
        ),
        lambda _: table([*PRICES, 901.0], size=[*SIZES, 0.0], maker=[*MAKERS, "Acer"], laptop_ID=[*IDS, 7.0]),
        "warning",
        2,
        "2 of the 62 rows repeat an earlier one in every column, but for 'laptop_ID'.",
        "Remove the repeated rows",
        "target 900, size 0, laptop_ID 7, maker Acer",
        left=60,
    ),
    Case(
        "target-outliers",
        lambda _: table([*PRICES, 999_999.0], size=[*SIZES, 1.0]),
        lambda _: table([*PRICES, 1_300.0], size=[*SIZES, 1.0]),
        "note",
        1,
        "In 1 of the 61 rows 'target' is far beyond all others, such as 999,999: the others lie between 900 and 1,110.",
        "Remove this row",
        "target 999,999, size 1",
        left=60,
    ),
    Case(
        "constant-columns",
        lambda _: goods(currency=["EUR"] * COUNT, nothing=[math.nan] * COUNT),
        lambda _: goods(discount=[None, *["yes"] * (COUNT - 1)]),
        "note",
        2,
        "2 columns say the same of every row: 'nothing' and 'currency'.",
        "Leave these columns out",
        "currency",
        left=60,
    ),
    Case(
        "identifier-columns",
        lambda _: goods(number=IDS, code=[f"A-{i}" for i in range(COUNT)]),
        lambda _: goods(weight=[i * 1.01 for i in range(COUNT)], kind=[f"A-{i % 30}" for i in range(COUNT)]),
        "warning",
        2,
        "2 columns seem only to number or name the rows: 'number' and 'code'. Nearly every row has a value of its own "
        "there.",
        "Leave these columns out",
        "code: A-0, A-1, A-2",
        left=60,
    ),
    Case(
        "leaking-columns",
        lambda _: goods(price_with_tax=[1.19 * price for price in PRICES]),
        lambda _: goods(guess=[price + 9 * (i % 5) for i, price in enumerate(PRICES)]),
        "error",
        1,
        "The column 'price_with_tax' gives 'target' away: who knows it knows the answer almost exactly. Leave it out, "
        "unless you will truly know it before you ask for the prediction.",
        "Leave the column out",
        "price_with_tax 1,071: target 900",
        left=60,
    ),
    Case(
        "missing-values",
        lambda _: goods(
            weight=[math.nan] * 20 + [float(i % 9) for i in range(40)], colour=[None] + ["red", "blue"] * 29 + [None]
        ),
        lambda _: goods(),
        "warning",
        22,
        "22 cells are empty, in 2 columns: 'weight' and 'colour'. In training, a missing number is filled with the "
        "column's median and marked; a missing word counts as a word of its own.",
        example="weight: 33 % empty",
    ),
    Case(
        "absurd-values",
        lambda _: goods(area=[*[40.5 + i % 31 for i in range(COUNT - 1)], 145_000_000.0]),
        lambda _: goods(area=[*[40.5 + i % 31 for i in range(COUNT - 1)], 145.0]),
        "warning",
        1,
        "1 cell is absurdly far from the others of its column: 'area' 145,000,000 in row 60 (the others lie between "
        "40.5 and 70.5).",
        "Treat this cell as missing",
        "'area' 145,000,000 in row 60 (the others lie between 40.5 and 70.5)",
        left=60,
    ),
    Case(
        "absurd-values",
        lambda _: goods(year=[20_240.0, *[2000.0 + i % 24 for i in range(COUNT - 1)]], pay=[3e9, *PRICES[1:-1], 0.5]),
        lambda _: goods(pay=[10.0 ** (i % 6) for i in range(COUNT)], rare=[0.0] * (COUNT - 1) + [7.0]),
        "warning",
        3,
        "3 cells are absurdly far from the others of their columns: 'year' 20,240 in row 1 (the others lie between "
        "2,000 and 2,023); 'pay' 3,000,000,000 in row 1 (the others lie between 903 and 1,110); and 1 more.",
        "Treat these cells as missing",
        left=60,
    ),
    Case(
        "sentinel-values",
        lambda _: goods(
            weight=[-999.0 if i % 9 == 0 else 50.0 + i % 31 for i in range(COUNT)],
            visits=[-1.0 if i % 5 == 0 else float(i) for i in range(COUNT)],
            pressure=[0.0 if i % 12 == 0 else 60.0 + i % 23 for i in range(COUNT)],
        ),
        lambda _: goods(
            change=[float(i % 3 - 1) for i in range(COUNT)],
            age=[99.0 if i % 20 == 0 else 20.0 + i % 71 for i in range(COUNT)],
            rooms=[float(i % 4) for i in range(COUNT)],
            balance=[-999.0 if i % 9 == 0 else -2_000.0 + 70 * i for i in range(COUNT)],
        ),
        "warning",
        24,
        "A number that stands apart from all others seems to mean 'unknown': 'weight' is -999 in 12 % of the rows; "
        "'visits' is -1 in 20 % of the rows; 'pressure' is 0 in 8 % of the rows.",
        "Treat them as missing",
        "'weight' is -999 in 12 % of the rows",
        left=60,
    ),
    Case(
        "sentinel-values",
        lambda _: table([9_999.0 if i % 10 == 0 else price for i, price in enumerate(PRICES)], size=SIZES),
        lambda _: goods(),
        "warning",
        6,
        "A number that stands apart from all others seems to mean 'unknown': 'target' is 9,999 in 10 % of the rows.",
        "Treat them as missing",
        left=54,
    ),
]
