import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from core import catalog
from core.data.builtin.digits import DATASET as DIGITS
from core.data.store.load_version import load_version
from core.errors import CheckpointUnusable, DataError, RunNotReady, UserError
from core.preprocessing.characters import CharacterPreprocessor
from core.preprocessing.images import ImagePreprocessor
from core.serving.evaluate import evaluate_on
from core.serving.predictor import BEST, load_predictor
from core.specs import DataInfo, DatasetSpec, Examples, LoadedDataset, ModelSpec, Preprocessor
from core.specs.config import Params
from core.training.checkpoint import ModelCard, save_model


def spec(task: str, build: Any) -> ModelSpec:
    return ModelSpec("tiny", "", "", "", "", "", "", (task,), 1, Params, {}, lambda _params, _train: None, build)  # type: ignore[arg-type, return-value]


class LinearImages(nn.Module):
    def __init__(self, info: DataInfo) -> None:
        super().__init__()
        self.head = nn.Linear(int(np.prod(info.input_shape)), len(info.labels))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.head(images.float().flatten(1) / 255)
        return result


class Alphabet(nn.Module):
    """After each character comes the next one of the alphabet."""

    def __init__(self, info: DataInfo) -> None:
        super().__init__()
        self.size, self.context = info.vocabulary_size, info.input_shape[0]
        self.strength = nn.Parameter(torch.tensor(30.0))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.strength * nn.functional.one_hot((ids % (self.size - 1)) + 1, self.size)


IMAGES = spec("image-classification", lambda _params, info: LinearImages(info))
WRITER = spec("text-generation", lambda _params, info: Alphabet(info))


def save_run(
    folder: Path,
    module: nn.Module,
    task: str,
    data: tuple[str, str],
    preprocessor: Preprocessor,
    labels: tuple[str, ...],
) -> Path:
    card = ModelCard(
        task=task,
        dataset=data[0],
        dataset_fingerprint=data[1],
        model="tiny",
        params={},
        preprocessor={"kind": preprocessor.kind, "state": preprocessor.state()},
        labels=labels,
        info=asdict(preprocessor.info(labels)),
    )
    save_model(folder / BEST, module, card)
    return folder


@pytest.fixture(scope="session")
def digits() -> LoadedDataset:
    return load_version(DIGITS)


@pytest.fixture
def digits_run(tmp_path: Path, digits: LoadedDataset, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run: a logistic regression that has learnt the digits."""
    from sklearn.linear_model import LogisticRegression

    monkeypatch.setattr(catalog, "find_model", lambda _name: IMAGES)
    train = digits.examples["train"]
    fitted = LogisticRegression(max_iter=200).fit(np.asarray(train.inputs).reshape(len(train), -1) / 255, train.targets)
    preprocessor = ImagePreprocessor.fit(train)
    module = LinearImages(preprocessor.info(train.labels))
    module.head.weight.data, module.head.bias.data = (
        torch.tensor(fitted.coef_, dtype=torch.float32),
        torch.tensor(fitted.intercept_, dtype=torch.float32),
    )
    origin = ("digits", digits.version.fingerprint)
    return save_run(tmp_path / "run", module, "image-classification", origin, preprocessor, train.labels)


@pytest.fixture
def writer_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalog, "find_model", lambda _name: WRITER)
    letters = CharacterPreprocessor("abcde", context=3)
    return save_run(tmp_path / "run", Alphabet(letters.info(())), "text-generation", ("abc", "0"), letters, ())


def test_predictions_name_a_label_and_how_sure_each_is(digits_run: Path, digits: LoadedDataset) -> None:
    test = digits.examples["test"]
    predictions = load_predictor(digits_run).predict(list(np.asarray(test.inputs)[:20]))
    right = [test.labels[target] for target in test.targets[:20]]
    assert sum(p.label == label for p, label in zip(predictions, right, strict=True)) >= 18
    first = predictions[0]
    assert first.score == first.scores[first.label] == max(first.scores.values())
    assert sum(first.scores.values()) == pytest.approx(1, abs=1e-5)
    assert set(first.scores) == set("0123456789")


def test_a_digit_written_large_in_black_on_white_is_recognised(
    digits_run: Path, digits: LoadedDataset, tmp_path: Path
) -> None:
    test = digits.examples["test"]
    files = []
    for index in range(50):
        ink = Image.fromarray(255 - np.asarray(test.inputs)[index, ..., 0]).resize((160, 160))
        sheet = Image.new("L", (320, 280), 255)
        sheet.paste(ink, (30, 70))
        sheet.save(tmp_path / f"{index}.png")
        files.append(tmp_path / f"{index}.png")
    predictions = load_predictor(digits_run).predict(files)
    right = sum(p.label == test.labels[t] for p, t in zip(predictions, test.targets, strict=False))
    assert right >= 42


def test_a_text_that_is_no_file_is_named(digits_run: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        load_predictor(digits_run).predict(["/nowhere/seven.png"])


def test_a_text_model_writes(writer_run: Path) -> None:
    predictor = load_predictor(writer_run)
    assert predictor.generate("a", max_new_tokens=6, temperature=0) == "bcdeab"
    assert list(predictor.stream("c", max_new_tokens=2, temperature=0)) == ["d", "e"]


def test_each_kind_of_model_says_what_it_cannot_do(writer_run: Path) -> None:
    with pytest.raises(UserError, match="touchstone generate"):
        load_predictor(writer_run).predict(["a"])


def test_a_classifier_does_not_write(digits_run: Path) -> None:
    with pytest.raises(UserError, match="touchstone predict"):
        load_predictor(digits_run).generate("a")


def test_a_run_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunNotReady, match="saved no model yet"):
        load_predictor(tmp_path)


def test_a_card_that_fits_no_model_any_more_is_refused(writer_run: Path) -> None:
    file = writer_run / BEST / "card.json"
    card = json.loads(file.read_text())
    card["content"]["params"] = {"forgotten": 1}
    file.write_text(json.dumps(card))
    with pytest.raises(CheckpointUnusable, match="had other settings"):
        load_predictor(writer_run)


# --- on a data set ---


def test_on_its_own_data_set_a_model_is_judged_on_the_test_split(digits_run: Path, digits: LoadedDataset) -> None:
    found = evaluate_on(digits_run, DIGITS)
    assert (found.split, found.examples, found.note) == ("test", len(digits.examples["test"]), "")
    assert 0.93 < found.scores["accuracy"].value < 1


def test_another_data_set_may_list_the_same_labels_in_another_order(digits_run: Path) -> None:
    def upside_down() -> Examples:
        examples = DIGITS.load()
        return Examples(examples.inputs, 9 - examples.targets, tuple(reversed(examples.labels)))

    found = evaluate_on(digits_run, replace(DIGITS, name="other", load=upside_down))
    assert found.scores["accuracy"].value > 0.93


def test_other_labels_are_refused_with_both_lists(digits_run: Path) -> None:
    letters = replace(DIGITS, load=lambda: Examples(DIGITS.load().inputs, DIGITS.load().targets, tuple("abcdefghij")))
    with pytest.raises(UserError, match=r"labels are 0, 1, 2, .*but those of 'digits' are a, b, c"):
        evaluate_on(digits_run, letters)


def test_a_data_set_for_another_task_is_refused(digits_run: Path) -> None:
    with pytest.raises(UserError, match="is for image-classification, but the data set 'python-docs' is for text"):
        evaluate_on(digits_run, catalog.find_dataset("python-docs"))


def test_data_that_changed_since_the_training_is_pointed_out(digits_run: Path) -> None:
    def fewer() -> Examples:
        return DIGITS.load().select(np.arange(1_000))

    assert "has changed since" in evaluate_on(digits_run, replace(DIGITS, load=fewer)).note


def test_rows_that_were_trained_on_are_counted_under_any_name_and_left_out_beside(digits_run: Path) -> None:
    shuffled = np.random.default_rng(0).permutation(1_797)
    renamed = replace(DIGITS, name="other", load=lambda: DIGITS.load().select(shuffled[:1_000]))
    found = evaluate_on(digits_run, renamed, learnt=[DIGITS])
    known, test = load_version(DIGITS).examples, load_version(renamed).examples["test"]
    images = {name: {p.tobytes() for p in np.asarray(part.inputs)} for name, part in known.items()}
    homes = [next(name for name in known if p.tobytes() in images[name]) for p in np.asarray(test.inputs)]
    assert (found.trained_on, found.steered_by) == (homes.count("train"), homes.count("validation"))
    assert found.trained_on > 70
    assert found.exactly == found.trained_on + found.steered_by
    assert found.new_scores is not None
    assert found.new_scores["accuracy"].ci_low < found.scores["accuracy"].ci_low
    assert f"{found.trained_on} were trained on" in found.note
    assert "Believe the one without them" in found.note


def test_a_model_is_judged_on_its_own_test_split_without_a_word(digits_run: Path) -> None:
    found = evaluate_on(digits_run, DIGITS, learnt=[DIGITS])
    assert (found.trained_on, found.note, found.new_scores) == (0, "", None)


def test_where_the_training_data_is_gone_it_is_said(digits_run: Path) -> None:
    assert "not here any more" in evaluate_on(digits_run, DIGITS, learnt=[]).note


def test_a_text_model_is_judged_on_every_character_but_the_first(writer_run: Path) -> None:
    alphabet = DatasetSpec(
        "abc", "", "text-generation", "", "", "", lambda: Examples(("abcde" * 1_000,), np.zeros(0, np.int64))
    )
    found = evaluate_on(writer_run, alphabet)
    assert found.examples == 500
    assert found.scores["loss"].value == pytest.approx(0, abs=1e-6)
