import shutil
from pathlib import Path

import numpy as np
import pytest

from core.errors import EncoderUnavailable
from core.preprocessing.sentence_encoder import FOLDER_VARIABLE, WEIGHTS, SentenceEncoder, encoder_folder
from core.specs import Examples

NOTHING = Examples((), np.zeros(0, dtype=np.int64))


def test_each_text_becomes_the_same_numbers_whatever_stands_beside_it() -> None:
    encoder = SentenceEncoder.fit(NOTHING)
    alone = encoder.transform(("I would buy it again.",))
    together = encoder.transform(("It broke.", "I would buy it again.", "a much longer text " * 60))
    assert alone.shape == (1, *encoder.info(()).input_shape)
    assert alone.dtype == np.float32
    np.testing.assert_allclose(together[1], alone[0], atol=1e-4)
    assert np.isfinite(together).all()


def test_no_text_is_no_row() -> None:
    assert SentenceEncoder().transform(()).shape == (0, *SentenceEncoder().info(()).input_shape)


def test_a_missing_encoder_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(EncoderUnavailable, match=r"not installed.*make setup"):
        SentenceEncoder.fit(NOTHING)


def test_an_altered_encoder_is_not_loaded(tmp_path: Path) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(encoder_folder(), altered)
    with (altered / WEIGHTS).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    for use in (lambda: SentenceEncoder.fit(NOTHING, altered), lambda: SentenceEncoder(altered).transform(("hi",))):
        with pytest.raises(EncoderUnavailable, match=r"altered.*make setup"):
            use()


def test_a_model_trained_with_another_encoder_is_refused() -> None:
    state = SentenceEncoder().state() | {"sha256": "0" * 64}
    with pytest.raises(EncoderUnavailable, match="another sentence encoder"):
        SentenceEncoder.from_state(state)


def test_a_model_of_the_earlier_recipe_still_reads_as_it_learnt() -> None:
    earlier = SentenceEncoder().state() | {
        "features": "means of layers 2 to 5, maxima of the neurons of layers 3 and 4"
    }
    encoder = SentenceEncoder.from_state(earlier)
    assert encoder.state() == earlier
    assert encoder.info(()).input_shape == (4608,)
    features = encoder.transform(("I would buy it again.",))
    assert features.shape == (1, 4608)
    np.testing.assert_allclose(features[:, :1536], SentenceEncoder().transform(("I would buy it again.",)), atol=1e-5)


def test_the_encoder_says_what_the_library_of_its_makers_says() -> None:
    import torch
    from transformers import BertModel, BertTokenizer

    texts = ("It broke.", "I would buy it again, and again.")
    cut = BertTokenizer.from_pretrained(encoder_folder())(list(texts), padding=True, return_tensors="pt")
    model = BertModel.from_pretrained(encoder_folder())
    model.eval()
    with torch.inference_mode():
        layers = model(**cut, output_hidden_states=True).hidden_states
    mask = cut["attention_mask"][..., None]
    expected = torch.cat([(layers[number] * mask).sum(1) / mask.sum(1) for number in (2, 3, 4, 5)], dim=1)
    np.testing.assert_allclose(SentenceEncoder().transform(texts), expected.numpy(), atol=1e-4)
