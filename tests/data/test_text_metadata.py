import pyarrow as pa

from core.data.store.load_examples import SPLIT_NUMBERS
from core.data.store.text_metadata import with_words
from core.preprocessing.vocabulary import Vocabulary

TRAIN, VALIDATION = SPLIT_NUMBERS["train"], SPLIT_NUMBERS["validation"]


def divided(*rows: tuple[str, str, int]) -> pa.Table:
    text, label, split = zip(*rows, strict=True)
    return pa.table({"text": text, "label": label, "split": pa.array(split, pa.int8())})


def test_what_training_words_leave_unread_is_measured_on_the_validation_split() -> None:
    rows = [("good tea", "yes", TRAIN), ("bad rice", "no", TRAIN), ("Good soup, 茶", "yes", VALIDATION)]
    known = Vocabulary.from_json(with_words({"format": "csv"}, divided(*rows), ("no", "yes"))["vocabulary"])
    assert known.unknown_words(5_000) == 0.75  # soup, the comma and the sign for tea
    assert known.characters == 5 / 10  # s, u, p, the comma, the sign; o is known
    assert known.unknown_words(500) == 0.75, "of fewer words nothing is measured: it is at least that of the fewest"


def test_few_words_leave_more_unread_than_many() -> None:
    many = [f"w{number}" for number in range(1_500)]
    known = Vocabulary.of([*many, "w0"], many)
    assert known.unknown_words(1_000) == 1 / 3
    assert known.unknown_words(2_000) == known.unknown_words(30_000) == 0


def test_words_whose_capitals_mean_something_are_named() -> None:
    rows = [row for _ in range(40) for row in (("US market", "no", TRAIN), ("tell us", "yes", TRAIN))]
    facts = with_words({}, divided(*rows, ("Us", "yes", VALIDATION)), ("no", "yes"))
    assert facts["cased"] == ["us"]
    assert with_words({}, divided(*rows), ()) == {}, "without labels there is nothing to compare"


def test_nothing_is_known_of_data_sets_from_older_days() -> None:
    assert Vocabulary.from_json({}).unknown_words(5_000) == 0
