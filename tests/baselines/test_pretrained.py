"""Frozen, pretrained networks: what they know, and that nothing but the known files is loaded."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import catalog
from core.baselines.frozen_features import FrozenFeatures
from core.data.prepare.prepare_dataset import PreparedDataset
from core.errors import EncoderUnavailable
from core.models import smollm2
from core.preprocessing import e5_encoder, remembered
from core.preprocessing.abilities import SlowPreprocessor
from core.preprocessing.e5_encoder import E5Encoder
from core.preprocessing.image_backbone import FILE, ImageBackbone, pretrained_weights
from core.preprocessing.package_files import PackageFile
from core.specs import DataInfo, DatasetVersion, Examples
from core.worker.baselines import Ladder

ANIMALS = ("ein Hund", "un chien", "一只狗", "la banque a fermé", "die Bank hat geschlossen", "银行关门了")


def needs(why: str) -> None:
    if why:
        pytest.skip(why)


def test_texts_of_one_meaning_lie_near_in_any_language() -> None:
    needs(e5_encoder.missing())
    features = E5Encoder().transform(ANIMALS)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, rtol=1e-3)
    alike = features @ features.T
    assert alike[0, 1:3].min() > alike[0, 3:].max()
    assert alike[3, 4:].min() > alike[3, :3].max()


def test_the_network_names_what_a_thousand_kinds_of_photographs_show() -> None:
    needs(FILE.missing())
    weights = pretrained_weights()
    assert sum(one.numel() for name, one in weights.items() if "running" not in name and "num" not in name) == 3_371_008
    images = np.zeros((3, 8, 8, 1), np.uint8)
    images[1:] = 255
    encoder = ImageBackbone.fit(Examples(images, np.zeros(3, np.int64), ("a",)))
    features = encoder.transform(images)
    assert features.shape == (3, 1_280)
    np.testing.assert_array_equal(features[1], features[2])
    assert not np.allclose(features[0], features[1])
    assert encoder.info(("a",)).given_shape == (1, 8, 8)


def test_a_short_chinese_text_is_known_to_take_longer_than_a_german_one_of_as_many_characters() -> None:
    chinese, german = (
        e5_encoder.reading_s(("房间很干净也很安静，不过早餐来得很晚。",)),
        e5_encoder.reading_s(("Das Zimmer war sauber.",)),
    )
    assert chinese > 1.5 * german
    assert 0.02 < chinese < 0.05  # measured: 0.025 to 0.032 s
    assert e5_encoder.reading_s(("x" * 100_000,)) < 2  # of a long one both ends are read


def test_an_altered_file_is_not_loaded_and_a_missing_one_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "some_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('its code was run')")
    (package / "model.bin").write_bytes(b"other")
    monkeypatch.syspath_prepend(str(tmp_path))
    altered = PackageFile("some_weights", "model.bin", "0" * 64, "network")
    assert altered.missing() == ""
    with pytest.raises(EncoderUnavailable, match="is not the file that Touchstone knows"):
        altered.checked()
    assert "is not installed" in PackageFile("no_such_weights", "model.bin", "", "network").missing()


@pytest.mark.parametrize(
    ("model", "files"),
    [
        ("efficientnet-lite0", (FILE,)),
        ("e5-frozen", (e5_encoder.WEIGHTS, e5_encoder.ENGINE)),
        ("smollm2", (smollm2.FILE,)),
    ],
)
def test_no_model_is_trained_or_asked_from_a_file_that_was_changed(
    model: str, files: tuple[PackageFile, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in files:
        needs(file.missing())
    needs(e5_encoder.missing() if model == "e5-frozen" else "")
    spec = catalog.find_model(model)
    check = spec.check
    assert check is not None
    right = {file.place: file.path() for file in files}
    for changed in files:
        copy = tmp_path / changed.place.replace("/", "-")
        copy.write_bytes(b"another file")
        with monkeypatch.context() as patch:
            patch.setattr(PackageFile, "path", lambda one: copy if one is changed else right[one.place])  # noqa: B023
            for use in (lambda: check(spec.params()), *USES[model]):
                with pytest.raises(EncoderUnavailable, match=r"altered or is incomplete.*make setup"):
                    use()


USES: dict[str, tuple[Callable[[], object], ...]] = {
    "efficientnet-lite0": (pretrained_weights,),
    "e5-frozen": (
        lambda: E5Encoder.fit(Examples(("x",), np.zeros(1, np.int64), ("a",))),
        e5_encoder._loaded.__wrapped__,
    ),
    "smollm2": (smollm2.folder,),
}


class Counting:
    """An encoder that counts how often it is asked for a row."""

    kind, doing, part, width = "counting", "Counting", 8, 2

    def __init__(self) -> None:
        self.rows = 0

    def state(self) -> dict[str, int]:
        return {"id": id(self)}

    def transform(self, inputs: tuple[str, ...]) -> np.ndarray:
        self.rows += len(inputs)
        return np.array([[len(text), text.count("a")] for text in inputs], np.float32).reshape(-1, 2)


def test_a_row_is_encoded_once_and_never_where_the_model_has_done_it() -> None:
    encoder: SlowPreprocessor = Counting()  # type: ignore[assignment]
    remembered.remember(encoder, ("known",), np.array([[9, 9, 77]], np.float32))
    for _again in range(2):
        rows = remembered.features_of(encoder, ("a", "known", "aaa"))
        assert rows.tolist() == [[1, 1], [9, 9], [3, 3]]
    assert encoder.rows == 2  # type: ignore[attr-defined]
    train = Examples(
        ("a", "aaaa", "aa", "aaaaa", "b", "bbbb", "bb", "bbb") * 3, np.array([0, 0, 0, 0, 1, 1, 1, 1] * 3), ("a", "b")
    )
    fitted = FrozenFeatures.fit(encoder, train, 0, "counted")
    assert fitted.predict(("aaa", "bbbbb")).argmax(1).tolist() == [0, 1]


def data(count: int) -> PreparedDataset:
    texts = tuple(
        f"the soup was {'good' if i % 2 else 'bad'}, number {i}, and we will come again" for i in range(count)
    )
    examples = Examples(texts, np.arange(count) % 2, ("bad", "good"))
    version = DatasetVersion("notes", "f", "text-classification", ("bad", "good"), {}, 0, "", "")
    splits = {"train": examples, "validation": examples.select(np.arange(9)), "test": examples.select(np.arange(9))}
    return PreparedDataset(version, splits, None, DataInfo(("bad", "good"), (1,)), {})  # type: ignore[arg-type]


def test_a_rung_that_takes_longer_than_allowed_is_left_out_and_said() -> None:
    task = catalog.find_task("text-classification")

    def rungs(count: int, within_s: float) -> tuple[list[str], str]:
        found = Ladder.of(task, data(count), within_s)
        return [spec.name for spec in found.rungs], " ".join(found.left_out)

    assert rungs(40, 30.0) == (["majority", "tfidf-logistic", "encoder-logistic"], "")
    names, said = rungs(20_000, 30.0)
    assert "encoder-logistic" not in names
    assert "it would take about" in said
    assert "are switched off" in rungs(40, 0.0)[1]
