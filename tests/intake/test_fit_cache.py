"""What was learnt from a training split is kept, and is never used for anything else than it was learnt from."""

from pathlib import Path

import numpy as np

from core import catalog
from core.config import Params
from core.intake.fit_cache import fitted
from core.specs import DatasetVersion, Examples, LoadedDataset, ModelSpec

MODEL = catalog.find_model("bag-of-embeddings")


def loaded(texts: tuple[str, ...], fingerprint: str) -> LoadedDataset:
    version = DatasetVersion("notes", fingerprint, "text-classification", ("a", "b"), {}, 0, "", "")
    return LoadedDataset(version, {"train": Examples(texts, np.arange(len(texts)) % 2, ("a", "b"))})


def params(**changes: object) -> Params:
    return MODEL.params.model_validate(changes)


def test_the_second_time_nothing_is_learnt_anew(tmp_path: Path) -> None:
    data = loaded(("one two", "two three"), "f1")
    first = fitted(data, MODEL, params(), tmp_path)
    gone = loaded((), "f1")  # the same version, and nothing to learn from
    assert fitted(gone, MODEL, params(), tmp_path).state() == first.state()


def test_other_data_and_other_settings_are_learnt_from_again(tmp_path: Path) -> None:
    first = fitted(loaded(("one two", "two three"), "f1"), MODEL, params(), tmp_path)
    assert fitted(loaded(("four", "five"), "f2"), MODEL, params(), tmp_path).state() != first.state()
    assert fitted(loaded(("one two", "two three"), "f1"), MODEL, params(length=8), tmp_path).state() != first.state()


def test_what_cannot_be_read_is_learnt_again(tmp_path: Path) -> None:
    data = loaded(("one two", "two three"), "f1")
    first = fitted(data, MODEL, params(), tmp_path)
    for file in (tmp_path / "preprocessors").iterdir():
        file.write_text('{"kind": "words"')
    assert fitted(data, MODEL, params(), tmp_path).state() == first.state()


def test_a_disk_that_cannot_be_written_costs_only_the_keeping(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert fitted(loaded(("one two", "two three"), "f1"), MODEL, params(), blocked).kind == "words"


def test_what_a_pretrained_model_brings_is_looked_at_every_time(tmp_path: Path) -> None:
    frozen: ModelSpec = catalog.find_model("minilm-frozen")
    fitted(loaded(("one two",), "f1"), frozen, frozen.params(), tmp_path)
    assert not (tmp_path / "preprocessors").exists()
