"""What was copied from a text, letter by letter."""

from core.evaluation.memorization import Copied, copied

TRAINING = "It was the best of times, it was the worst of times, it was the age of wisdom."


def test_a_stretch_that_stands_in_the_training_text_is_found() -> None:
    text = "XXXXX" + TRAINING[10:45] + "YYYYYYYYYY"  # 35 of 50 characters
    assert copied([text], TRAINING) == [Copied(0.7, TRAINING[10:45])]


def test_what_is_shorter_than_thirty_characters_is_no_copy() -> None:
    assert copied([TRAINING[:29] + "#" + TRAINING[40:69]], TRAINING) == [Copied(0.0, "")]


def test_stretches_are_counted_once_where_they_overlap_and_the_longest_is_told() -> None:
    training = "abcdefghij" * 3 + "0123456789" * 2
    (found,) = copied(["cdefghij0123456789!abcdefghijab"], training, stretch=10)
    assert found.longest == "cdefghij0123456789"
    assert found.share == (18 + 12) / 31


def test_windows_that_are_known_one_by_one_are_no_stretch_together() -> None:
    (found,) = copied(["abcdef"], "abcde...bcdef", stretch=5)
    assert found == Copied(1.0, "abcde")


def test_an_empty_text_has_copied_nothing() -> None:
    assert copied(["", "short"], "") == [Copied(0.0, ""), Copied(0.0, "")]
