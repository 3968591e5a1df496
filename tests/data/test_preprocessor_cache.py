"""What was learnt from a training split is kept, and is never used for anything else than it was learnt from."""

from pathlib import Path

import numpy as np
import pytest

from core import catalog
from core.data.prepare.preprocessor_cache import fitted
from core.errors import EncoderUnavailable
from core.preprocessing.sentence_encoder import FOLDER_VARIABLE
from core.specs import DatasetVersion, Examples, LoadedDataset, ModelSpec
from core.specs.config import Params

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


def test_what_a_pretrained_model_brings_is_checked_also_where_what_it_learnt_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen: ModelSpec = catalog.find_model("minilm-frozen")
    chosen = frozen.params.model_validate({"vocabulary_size": 50})
    first = fitted(loaded(("one two", "two three"), "f1"), frozen, chosen, tmp_path)
    assert fitted(loaded((), "f1"), frozen, chosen, tmp_path).state() == first.state()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(EncoderUnavailable, match="not installed"):
        fitted(loaded((), "f1"), frozen, chosen, tmp_path)
