import random

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from core.data.splits import near_duplicates
from core.data.splits.equal_texts import text_keys
from core.data.splits.near_duplicates import comparison_note, near_images, near_texts
from core.data.staging import ImportCancelled, Unit
from tests.data.silent import Silent

LONG = "the parcel came three days late and the box was torn open but the lamp inside was not broken"


def column(*texts: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts[:2], pa.large_string()), pa.array(texts[2:], pa.large_string())])


def near(*texts: str) -> list[int]:
    return [int(group) for group in near_texts(column(*texts), text_keys(column(*texts)))]


# --- texts ---


def test_keys_are_read_through_case_spacing_and_punctuation() -> None:
    keys = text_keys(column("It's  GREAT!!", "it s great", "it is great"))
    assert keys.dtype == "S16"
    assert (keys[0] == keys[1], keys[0] == keys[2]) == (True, False)


def test_a_long_text_with_a_word_changed_is_nearly_the_same() -> None:
    assert near(LONG, "something else entirely was written here", LONG.replace("late", "early"), LONG.upper()) == [
        0, 1, 0, 0,
    ]  # fmt: skip


def test_half_a_text_is_another_one() -> None:
    assert near(LONG, LONG[: len(LONG) // 2]) == [0, 1]


def test_short_texts_are_the_same_or_not() -> None:
    assert near("thank you very much", "thank you very much!", "thank you so much", "Thank you very") == [0, 0, 1, 2]


def test_a_text_without_spaces_is_compared_by_its_characters() -> None:
    poem = "床前明月光疑是地上霜举头望明月低头思故乡春眠不觉晓处处闻啼鸟夜来风雨声花落知多少"
    assert near(poem, poem[:-1] + "吗", poem[::-1]) == [0, 0, 1]


def test_the_groups_are_the_same_whenever_they_are_made() -> None:
    texts = [" ".join(random.Random(i // 2).choices("abcdefghijkl", k=30)) for i in range(200)]
    assert near(*texts) == near(*texts) == [i // 2 for i in range(200)]


def test_a_template_with_a_thousand_variants_is_no_quadratic_work() -> None:
    texts = [f"{LONG} and the number of the order is {number}" for number in range(1_000)]
    assert np.bincount(near(*texts)).max() >= 500


def test_above_a_number_of_texts_only_the_same_ones_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "MOST_COMPARED", 2)
    texts = (LONG, LONG.upper(), LONG.replace("late", "early"), "another one")
    assert near(*texts) == [0, 0, 1, 2]
    assert comparison_note(text_keys(column(*texts))) == (
        "There are 3 different texts. Only up to 2 are searched for texts that are nearly the same; here only those "
        "that are the same but for case, spaces and punctuation were looked for."
    )
    assert comparison_note(text_keys(column("a", "b"))) == ""


def test_looking_can_be_cancelled() -> None:
    class Impatient(Silent):
        def stage(self, name: str, total: int, unit: Unit) -> None: ...

        def advance(self, done: int) -> None:
            raise ImportCancelled

    with pytest.raises(ImportCancelled):
        text_keys(column("a", "b"), Impatient())
    with pytest.raises(ImportCancelled):
        near_texts(column("a", "b"), text_keys(column("a", "b")), Impatient())


# --- pictures ---


def images(hashes: list[int | None]) -> list[int]:
    keys: NDArray[np.bytes_] = np.arange(len(hashes)).view("S8")
    return [int(group) for group in near_images(pa.chunked_array([pa.array(hashes, pa.uint64())]), keys)]


def natural(count: int) -> list[int]:
    return [random.Random(number).getrandbits(64) for number in range(count)]


def flipped(looks: int, bits: int) -> int:
    for bit in random.Random(looks).sample(range(64), bits):
        looks ^= 1 << bit
    return looks


def test_pictures_at_most_four_bits_apart_look_the_same() -> None:
    for looks in natural(50):
        assert images([looks, *natural(10)[5:], flipped(looks, 4)])[-1] == 0
        assert images([looks, *natural(10)[5:], flipped(looks, 5)])[-1] != 0


def test_seventy_thousand_pictures_are_compared_with_each_other() -> None:
    looks = natural(69_000)
    found = images([*looks, *(flipped(one, 3) for one in looks[:1_000])])
    assert found == [*range(69_000), *range(1_000)]


def test_pictures_that_are_the_same_are_together_whatever_their_hash() -> None:
    keys = np.array([b"a", b"b", b"a"], dtype="S16")
    looks = pa.chunked_array([pa.array([None, 0, None], pa.uint64())])
    assert near_images(looks, keys).tolist() == [0, 1, 0]


def test_a_hash_of_nothing_says_nothing() -> None:
    assert images([0, 0, None, None, 2**64 - 1, 2**64 - 1, 1 << 63, 1 << 63]) == [0, 1, 2, 3, 4, 5, 6, 7]


def test_where_all_pictures_look_alike_a_small_distance_means_nothing() -> None:
    """Centred digits, X-rays and forms: half of the bits follow from the other half."""
    alike = [int("".join(bit * 2 for bit in f"{looks >> 32:032b}"), 2) for looks in natural(2_000)]
    assert images([*alike, alike[0] ^ 0b11]) == list(range(2_001))
    assert images([*natural(2_000), natural(1)[0] ^ 0b11])[-1] == 0


def test_a_chain_is_cut() -> None:
    chain, dice = natural(1), random.Random(1)
    for _ in range(399):  # each a little other than the one before, until nothing is left of the first
        chain.append(chain[-1] ^ (1 << dice.randrange(64)) ^ (1 << dice.randrange(64)))
    found = images([*chain, *(looks for looks in natural(401)[1:])])
    assert np.bincount(found).max() <= near_duplicates.LARGEST_GROUP
    assert len(set(found[:50])) < 50
