from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.array_cache import cached_arrays
from core.data.prepare.prepare_dataset import PreparedDataset, prepare_dataset
from core.preprocessing.characters import CharacterPreprocessor
from core.preprocessing.words import WordPreprocessor
from core.specs import SPLITS, DatasetSpec, Examples, Inputs, ModelSpec
from core.specs.config import Params


class Settings(Params):
    length: int = 4
    dropout: float = 0.5  # changes the model, not the arrays


@dataclass
class CountingWords(WordPreprocessor):
    """Counts how often it has been asked for work."""

    calls = 0

    def __init__(self, words: tuple[str, ...], length: int) -> None:
        super().__init__(words, length)

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        CountingWords.calls += 1
        return super().transform(inputs)


def model(preprocess: Callable[[Any, Examples], Any]) -> ModelSpec:
    # As one that brings files along: fitted every time, so that the class that counts is not replaced by the real one.
    def build(_params: Any, _info: object) -> Any:
        return None

    return ModelSpec("m", "", "", "", "", "", "", ("any",), 1, Settings, {}, preprocess, build, True)


WORDS = model(lambda params, train: CountingWords.fit(train, vocabulary_size=50, length=params.length))
LABELLED = DatasetSpec(
    "feedback",
    "",
    "text-classification",
    "",
    "ours",
    "here",
    lambda: Examples(tuple(f"text {i} {i % 2}" for i in range(40)), np.arange(40) % 2, ("no", "yes")),
)
DOCUMENTS = replace(
    LABELLED,
    task="text-generation",
    load=lambda: Examples(tuple(f"Document {i}.\n" * 20 for i in range(10)), np.zeros(0, dtype=np.int64)),
)


@pytest.fixture(autouse=True)
def _count_from_zero() -> None:
    CountingWords.calls = 0


def inputs(prepared: PreparedDataset) -> list[Any]:
    return [prepared.arrays[name]["inputs"].tolist() for name in SPLITS]


def test_arrays_targets_and_version_belong_together(tmp_path: Path) -> None:
    made = prepare_dataset(LABELLED, WORDS, Settings(), tmp_path)
    assert made.version.split_sizes == {"train": 28, "validation": 6, "test": 6}
    assert made.info.input_shape == (4,)
    for name in SPLITS:
        assert made.arrays[name]["inputs"].tolist() == made.preprocessor.transform(made.examples[name].inputs).tolist()
        assert made.arrays[name]["targets"].tolist() == made.examples[name].targets.tolist()


def test_a_second_run_computes_nothing(tmp_path: Path) -> None:
    first = prepare_dataset(LABELLED, WORDS, Settings(), tmp_path)
    assert CountingWords.calls == 3
    second = prepare_dataset(LABELLED, WORDS, Settings(dropout=0.1), tmp_path)
    assert CountingWords.calls == 3
    assert inputs(second) == inputs(first)


def test_a_setting_that_changes_the_arrays_computes_them_anew(tmp_path: Path) -> None:
    prepare_dataset(LABELLED, WORDS, Settings(), tmp_path)
    prepare_dataset(LABELLED, WORDS, Settings(length=5), tmp_path)
    assert CountingWords.calls == 6


@pytest.mark.parametrize("file", ["train-inputs.npy", "arrays.json"])
def test_a_truncated_cache_is_computed_again(tmp_path: Path, file: str) -> None:
    first = prepare_dataset(LABELLED, WORDS, Settings(), tmp_path)
    [broken] = tmp_path.rglob(file)
    broken.write_bytes(broken.read_bytes()[:-4])
    second = prepare_dataset(LABELLED, WORDS, Settings(), tmp_path)
    assert inputs(second) == inputs(first)
    assert CountingWords.calls == 6
    prepare_dataset(LABELLED, WORDS, Settings(), tmp_path)
    assert CountingWords.calls == 6  # and saved again


def test_text_for_generation_is_one_long_row_and_has_no_targets(tmp_path: Path) -> None:
    characters = model(lambda _params, train: CharacterPreprocessor.fit(train, context=8))
    made = prepare_dataset(DOCUMENTS, characters, Settings(), tmp_path)
    assert made.arrays["train"]["inputs"].ndim == 1
    assert made.arrays["train"]["targets"].shape == (0,)
    assert made.version.labels == ()
    assert sum(made.version.split_sizes.values()) == sum(len(a["inputs"]) for a in made.arrays.values()) - sum(
        2 * (len(made.examples[name]) - 1) for name in SPLITS
    )


def test_of_two_that_compute_at_the_same_time_the_first_to_finish_stands(tmp_path: Path) -> None:
    folder = tmp_path / "arrays"

    def slowly() -> dict[str, NDArray[Any]]:
        cached_arrays(folder, lambda: {"x": np.array([1])})  # meanwhile, another process
        return {"x": np.array([2])}

    assert cached_arrays(folder, slowly)["x"].tolist() == [1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["arrays"]


def test_changing_a_cached_array_changes_only_memory(tmp_path: Path) -> None:
    cached_arrays(tmp_path / "a", lambda: {"x": np.array([1])})["x"][0] = 5
    assert cached_arrays(tmp_path / "a", dict)["x"].tolist() == [1]


def test_a_disk_that_cannot_be_written_costs_only_the_saving(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert cached_arrays(tmp_path / "file" / "arrays", lambda: {"x": np.array([1])})["x"].tolist() == [1]
