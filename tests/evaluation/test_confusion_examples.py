"""Which examples of the confusion matrix are kept, and how they are read again."""

from pathlib import Path

import numpy as np

from core.evaluation.confusion_examples import KeptExample, chosen, image_of, keep_examples, kept_examples
from core.specs import Predictions


def predictions(targets: list[int], chance_of_one: list[float]) -> Predictions:
    one = np.array(chance_of_one)
    probabilities = np.stack([1 - one, one], axis=1)
    return Predictions(np.zeros(len(one)), np.array(targets), probabilities.argmax(1), probabilities)


def test_of_mistakes_the_surest_come_first_and_of_right_answers_the_least_sure() -> None:
    assert chosen(predictions([0, 0, 0, 0], [0.9, 0.6, 0.1, 0.4])) == [3, 0, 2, 1]


def test_every_cell_gets_one_before_any_gets_two_the_fuller_ones_first() -> None:
    many_right, one_wrong = [0.2] * 40, [0.7]
    picked = chosen(predictions([0] * 41, many_right + one_wrong))
    assert len(picked) == 13  # twelve of the full cell at most
    assert picked.index(40) == 1


def test_without_probabilities_nothing_is_chosen() -> None:
    nothing = np.zeros(2, dtype=np.int64)
    assert chosen(Predictions(np.zeros(2), nothing, nothing)) == []


def test_what_was_kept_is_read_again_with_its_picture(tmp_path: Path) -> None:
    text = KeptExample("bad", "good", 0.75, 3, text="great, thanks")
    image = KeptExample("bad", "good", 0.5, 4, image="4.png")
    keep_examples(tmp_path, [(text, b""), (image, b"an image")])
    assert kept_examples(tmp_path, {}) == [text, image]
    assert image_of(tmp_path, image) == b"an image"
    assert image_of(tmp_path, text) is None
    assert [file.name for file in tmp_path.iterdir()] == ["examples.zip"]


def test_pictures_are_kept_until_they_are_four_megabytes(tmp_path: Path) -> None:
    each = [(KeptExample("a", "b", 0.5, i, image=f"{i}.png"), bytes(1_000_000)) for i in range(6)]
    keep_examples(tmp_path, each)
    assert [one.place for one in kept_examples(tmp_path, {})] == [0, 1, 2, 3]


def test_a_run_from_before_shows_its_worst_mistakes(tmp_path: Path) -> None:
    (tmp_path / "mistakes").mkdir()
    (tmp_path / "mistakes" / "0.png").write_bytes(b"an older image")
    report = {"mistakes": [{"target": "a", "predicted": "b", "confidence": 0.9, "image": "mistakes/0.png"}]}
    (one,) = kept_examples(tmp_path, report)
    assert (one.truth, one.answer, one.place) == ("a", "b", -1)
    assert image_of(tmp_path, one) == b"an older image"
    (tmp_path / "examples.zip").write_bytes(b"no zip")
    assert kept_examples(tmp_path, report) == [one]
