import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.splits.duplicates import NOT_A_WORD, count_repeats, fold, group_numbers, keys_of, row_keys, table_keys
from core.specs import Examples


def test_texts_have_the_same_key_if_a_person_would_call_them_the_same() -> None:
    keys = keys_of(Examples(("It's  GREAT!!", "it s great", "it is great"), np.zeros(3, np.int64)))
    assert keys.dtype == "S32"
    assert group_numbers(keys)[0].tolist() == [0, 0, 1]
    assert count_repeats(keys) == 1


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=127)))
def test_plain_texts_are_folded_as_all_others_are(text: str) -> None:
    assert fold(text) == (NOT_A_WORD.sub(" ", text.casefold()).strip() or text.strip())


def test_pictures_have_the_same_key_if_every_pixel_is_the_same() -> None:
    images = np.array([0, 1, 0], dtype=np.uint8).reshape(3, 1, 1, 1)
    assert group_numbers(keys_of(Examples(images, np.zeros(3, np.int64))))[0].tolist() == [0, 1, 0]


def test_rows_have_the_same_key_if_every_cell_is_the_same() -> None:
    rows = pd.DataFrame(
        {
            "size": [1.0, 1.0, 2.0, np.nan, np.nan, 0.0, -0.0],
            "kind": ["a", " A ", "a", "a", "a", None, None],
            "grade": ["A+", "a+", "A+", "A+", "A", "A", "A"],
        }
    )
    assert group_numbers(table_keys(rows))[0].tolist() == [0, 0, 1, 2, 3, 4, 4]


def test_columns_on_disk_have_the_keys_of_the_same_table_in_memory() -> None:
    rows = pd.DataFrame({"size": [1.0, np.nan, -0.0], "kind": [" A", None, "b"]})
    kinds = [pa.array([" A", None], pa.large_string()), pa.array(["b"], pa.large_string())]
    columns = [pa.chunked_array([rows["size"].to_numpy()]), pa.chunked_array(kinds)]
    assert row_keys(columns).tolist() == table_keys(rows).tolist()


def test_cells_that_change_places_are_another_row() -> None:
    rows = pd.DataFrame({"one": ["a", "b"], "two": ["b", "a"], "low": [1.0, 2.0], "high": [2.0, 1.0]})
    assert count_repeats(table_keys(rows)) == 0
    assert count_repeats(table_keys(rows[["one", "two"]].assign(two=rows["one"]))) == 0


def test_keys_of_a_table_are_the_same_on_every_machine() -> None:
    keys = table_keys(pd.DataFrame({"size": [1.5], "kind": ["a"]}))
    assert keys.tobytes().hex() == "4ca7c83771d6dceb3ce40645ea0bd890"


def test_zeros_at_the_end_of_a_key_count() -> None:
    keys = np.array([b"a\0\0", b"a", b"\0a"], dtype="S3")
    assert group_numbers(keys)[0].tolist() == [0, 0, 1]  # numpy fills keys up with zeros: one length, one key
    assert count_repeats(np.zeros(0, dtype="S16")) == 0


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3), max_size=50))
def test_groups_are_counted_by_their_first_examples(contents: list[bytes]) -> None:
    padded = [content.ljust(17, b"\0") for content in contents]
    groups, first = group_numbers(np.array(padded, dtype="S17"))
    seen = list(dict.fromkeys(padded))
    assert groups.tolist() == [seen.index(content) for content in padded]
    assert first.tolist() == [padded.index(content) for content in seen]
