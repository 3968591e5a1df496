"""Several tables that belong together are read as one, with the class or the part that their place says."""

from pathlib import Path

import pytest

from core.data.readers.registry import find_reader
from tests.data.bad.making import zip_of
from tests.data.tables.taken import take

TOPICS = ("parcel", "invoice", "screen", "manual", "refund", "keyboard", "driver", "price", "battery", "cable")


def rows(begin: int, *more: str) -> bytes:
    lines = [",".join((f"the {TOPICS[n % 10]} of day {n} came late", *more)) for n in range(begin, begin + 20)]
    return "\n".join([",".join(("text", *("label" for _ in more))), *lines]).encode()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"praise/a.csv": rows(0), "complaint/a.csv": rows(20)}, {("praise", ""): 20, ("complaint", ""): 20}),
        ({"spam.csv": rows(0), "ham.csv": rows(20)}, {("spam", ""): 20, ("ham", ""): 20}),
        (
            {"train/good.csv": rows(0), "train/bad.csv": rows(20), "test/good.csv": rows(40), "test/bad.csv": rows(60)},
            {("good", "train"): 20, ("bad", "train"): 20, ("good", "test"): 20, ("bad", "test"): 20},
        ),
    ],
    ids=["folders", "files", "parts of files"],
)
def test_the_place_of_a_table_says_the_class_or_the_part(
    files: dict[str, bytes], expected: dict[tuple[str, str], int], tmp_path: Path
) -> None:
    (tmp_path / "a.zip").write_bytes(zip_of(files))
    found: dict[tuple[str, str], int] = {}
    for row in take(tmp_path / "a.zip").rows:
        found[row["label"], row["given"]] = found.get((row["label"], row["given"]), 0) + 1
    assert found == expected


def test_tables_that_have_nothing_to_do_with_each_other_are_not_joined(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_of({"customers.csv": rows(0), "orders.csv": rows(20)}))
    assert find_reader(tmp_path / "a.zip").name != "table-folders"
