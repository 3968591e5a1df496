import numpy as np
import pytest
import torch

from core.specs import Examples, Predictions
from core.tasks.classification import majority
from core.tasks.image_classification import TASK as IMAGES
from core.tasks.image_classification import _pixels
from core.tasks.text_classification import TASK as TEXTS
from core.tasks.text_features import better_reading

# right classes 0 0 0 1 1 2; answers 0 0 1 1 1 0
SIX = Predictions(np.full(6, 0.5), np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 0]))


def computed(predictions: Predictions) -> dict[str, float]:
    return {metric.name: round(metric.compute(predictions), 4) for metric in IMAGES.metrics}


def test_metrics_of_six_examples_are_what_one_counts_by_hand() -> None:
    assert computed(SIX) == {"accuracy": 0.6667, "precision": 0.4444, "recall": 0.5556, "f1": 0.4889, "loss": 0.5}


def test_metrics_agree_with_scikit_learn() -> None:
    from sklearn.metrics import precision_recall_fscore_support

    generator = np.random.default_rng(0)
    targets, predicted = generator.integers(5, size=200), generator.integers(1, 7, size=200)
    expected = precision_recall_fscore_support(targets, predicted, average="macro", zero_division=0)
    found = computed(Predictions(np.zeros(200), targets, predicted))
    assert [found["precision"], found["recall"], found["f1"]] == pytest.approx(expected[:3], abs=1e-4)


def test_outcomes_of_logits_hold_loss_answer_and_probabilities() -> None:
    predictions = IMAGES.predictions(torch.tensor([[0.0, 0.0], [0.0, 100.0]]), torch.tensor([0, 0]))
    assert predictions.nll.tolist() == pytest.approx([np.log(2), 100.0])
    assert predictions.predicted.tolist() == [0, 1]
    assert predictions.probabilities[0].tolist() == [0.5, 0.5]


def test_label_smoothing_makes_certainty_cost() -> None:
    sure = torch.tensor([[20.0, 0.0]])
    assert float(TEXTS.loss(sure, torch.tensor([0]), 0.0)) < 1e-6
    assert float(TEXTS.loss(sure, torch.tensor([0]), 0.1)) == pytest.approx(1.0, abs=0.01)


def test_majority_always_names_the_commonest_class() -> None:
    train = Examples(("a", "b", "c"), np.array([1, 1, 0]), ("no", "yes"))
    test = Examples(("d", "e"), np.array([0, 1]), ("no", "yes"))
    predictions = majority(train, test)
    assert predictions.predicted.tolist() == [1, 1]
    assert predictions.probabilities[0].tolist() == [0.4, 0.6]  # each class is counted once more than it occurs


def test_tf_idf_learns_which_words_praise() -> None:
    praise = tuple(f"great and lovely {thing}" for thing in ("soup", "phone", "staff", "room", "van", "shop"))
    blame = tuple(f"awful and broken {thing}" for thing in ("soup", "phone", "staff", "room", "van", "shop"))
    train = Examples(praise + blame, np.array([1] * 6 + [0] * 6), ("bad", "good"))
    test = Examples(("a lovely train", "a broken train"), np.array([1, 0]), ("bad", "good"))
    baselines = TEXTS.baselines(train, test, 0)
    assert baselines["word TF-IDF + logistic regression"].predicted.tolist() == [1, 0]
    assert baselines["majority"].predicted.tolist() == [0, 0]


def test_texts_without_a_word_fall_back_to_the_majority() -> None:
    train = Examples(("!", "?", "!!"), np.array([1, 0, 1]), ("bad", "good"))
    baselines = TEXTS.baselines(train, train, 0)
    assert baselines["word TF-IDF + logistic regression"].predicted.tolist() == [1, 1, 1]


def test_pixels_tell_bright_from_dark() -> None:
    images = np.concatenate([np.full((6, 2, 2, 1), 250), np.full((6, 2, 2, 1), 5)]).astype(np.uint8)
    examples = Examples(images, np.array([0] * 6 + [1] * 6), ("day", "night"))
    predictions = IMAGES.baselines(examples, examples, 0)["pixels + logistic regression"]
    assert predictions.predicted.tolist() == [0] * 6 + [1] * 6


@pytest.mark.parametrize("size", [(1, 1), (2, 40), (31, 33), (64, 96), (500, 3)])
def test_pictures_of_any_size_are_judged_by_at_most_32_areas_a_side(size: tuple[int, int]) -> None:
    chance = np.random.default_rng(0)
    dark = chance.integers(0, 60, (8, *size, 3), np.uint8)
    examples = Examples(np.concatenate([dark, dark + 150]), np.array([0] * 8 + [1] * 8), ("night", "day"))
    assert _pixels(examples.inputs, np.arange(16)).shape == (16, min(size[0], 32) * min(size[1], 32) * 3)
    predictions = IMAGES.baselines(examples, examples, 0)["pixels + logistic regression"]
    assert predictions.predicted.tolist() == [0] * 8 + [1] * 8


def test_areas_are_the_means_of_their_pixels_in_whatever_parts_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 64, 96, 2), np.uint8)
    whole = _pixels(images, np.array([3, 0]))
    areas = images.reshape(5, 32, 2, 32, 3, 2).mean(axis=(2, 4)).reshape(5, -1) / 255
    np.testing.assert_allclose(whole, areas[[3, 0]], rtol=1e-5)
    monkeypatch.setattr("core.tasks.image_classification.PART_BYTES", 1)
    assert _pixels(images, np.array([3, 0])).tolist() == whole.tolist()


def test_a_class_that_training_never_saw_costs_much_but_not_infinitely() -> None:
    train = Examples(np.zeros((4, 1, 1, 1), np.uint8), np.array([0, 0, 1, 1]), ("a", "b", "c"))
    test = Examples(np.zeros((1, 1, 1, 1), np.uint8), np.array([2]), ("a", "b", "c"))
    assert 20 < IMAGES.baselines(train, test, 0)["pixels + logistic regression"].nll[0] < 30


def test_texts_are_read_by_whatever_tells_their_labels_apart() -> None:
    """Vowel signs, symbols, emoji, capitals and scripts without spaces: words of letters alone see none of them."""
    for one, other in (("दिल", "दाल"), ("C", "C++"), ("👍", "👎"), ("US", "us"), ("很好吃", "很难吃"), (":)", ":(")):
        texts = tuple(f"{thing} {sign} {n}" for n in range(10) for thing in ("tea", "bus") for sign in (one, other))
        train = Examples(texts, np.array([0, 1] * 20), ("a", "b"))
        test = Examples((f"the van {one}", f"the van {other}"), np.array([0, 1]), ("a", "b"))
        *_, best = TEXTS.baselines(train, test, 0).values()
        assert best.predicted.tolist() == [0, 1], (one, other)


def test_endings_and_misspellings_are_read_by_characters() -> None:
    train = Examples(
        tuple(f"{stem}{n:02}{end}" for n in range(20) for stem in ("love", "hate") for end in ("s", "d", "x")),
        np.array([0, 0, 0, 1, 1, 1] * 20),
        ("good", "bad"),
    )
    test = Examples(("loveliest", "hateful"), np.array([0, 1]), ("good", "bad"))
    baselines = TEXTS.baselines(train, test, 0)
    assert list(baselines) == ["majority", "character TF-IDF + logistic regression"]
    assert baselines["character TF-IDF + logistic regression"].predicted.tolist() == [0, 1]


def test_english_beside_chinese_may_be_read_as_words() -> None:
    texts = tuple(f"{n}{word}" for n in range(15) for word in ("很好，下次再来", "不好，不会再来", " fine", " poor"))
    train = Examples(texts, np.array([0, 1] * 30), ("good", "bad"))
    assert better_reading(train, 0) == ("word", False)
    assert better_reading(train.select(np.flatnonzero(np.arange(60) % 4 < 2)), 0) == ("character", False)


def test_scripts_without_spaces_are_read_by_characters_whatever_pairs_of_them_would_say() -> None:
    texts = tuple(f"{thing}{word}" for thing in ("茶", "面", "房间", "服务") for word in ("很好", "不好")) * 4
    train = Examples(texts, np.array([0, 1] * 16), ("good", "bad"))
    baselines = TEXTS.baselines(train, Examples(("早餐很好", "早餐不好"), np.array([0, 1]), ("good", "bad")), 0)
    assert baselines["character TF-IDF + logistic regression"].predicted.tolist() == [0, 1]
