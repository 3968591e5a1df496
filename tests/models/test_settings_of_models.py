"""What the contract test over the catalogue cannot know: what a model's own settings do."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.configure import setting_fields
from core.errors import InvalidSetting
from core.models import char_lstm, linear, mini_gpt, minilm_frozen, mlp, pretrained_text, small_cnn
from core.models.pretrained_text import PretrainedTextParams
from core.specs import DataInfo, Examples
from tests.pretrained.tiny_models import reader_folder

DIGITS = DataInfo(labels=tuple("0123456789"), input_shape=(1, 8, 8), channel_mean=(0.3,), channel_std=(0.4,))
TEXT = DataInfo(labels=(), input_shape=(16,), vocabulary_size=30)


@pytest.mark.parametrize("shape", [(1, 4, 4), (1, 28, 28), (3, 32, 32), (3, 40, 24)])
@pytest.mark.parametrize("stages", [1, 3, 5])
def test_small_cnn_takes_pictures_of_any_size(shape: tuple[int, ...], stages: int) -> None:
    info = DataInfo(("a", "b"), shape, channel_mean=(0.5,) * shape[0], channel_std=(0.2,) * shape[0])
    model = small_cnn.build(small_cnn.SmallCnnParams(width=4, stages=stages), info)
    assert model(torch.zeros(2, *shape, dtype=torch.uint8)).shape == (2, 2)


def test_small_cnn_is_as_deep_as_the_pictures_are_large() -> None:
    assert [small_cnn.stages_for(side) for side in (4, 8, 15, 16, 32)] == [2, 2, 2, 3, 3]


def test_mlp_has_as_many_layers_as_asked_for() -> None:
    model = mlp.build(mlp.MlpParams(hidden_sizes="16-32-16"), DIGITS)
    assert [p.shape for p in model.parameters() if p.dim() == 2] == [(16, 64), (32, 16), (16, 32), (10, 16)]


def test_minilm_head_is_one_layer_unless_a_hidden_one_is_wanted() -> None:
    info = DataInfo(("no", "yes"), (24,))
    linear = minilm_frozen.build(minilm_frozen.MiniLMFrozenParams(), info)
    deeper = minilm_frozen.build(minilm_frozen.MiniLMFrozenParams(hidden_size=8), info)
    assert [p.shape for p in linear.parameters()] == [(2, 24), (2,)]
    assert [p.shape for p in deeper.parameters()] == [(8, 24), (8,), (2, 8), (2,)]


def test_the_dropout_inside_a_pretrained_reader_is_its_own_unless_another_is_chosen(tmp_path: Path) -> None:
    def inside(**settings: float) -> set[float]:
        params = PretrainedTextParams(source=str(reader_folder(tmp_path / "bert")), **settings)
        read = Examples(("late", "great"), np.arange(2), ("no", "yes"))
        module = pretrained_text.MODEL.build(params, pretrained_text.MODEL.preprocess(params, read).info(read.labels))
        return {layer.p for layer in module.modules() if isinstance(layer, torch.nn.Dropout)}

    assert (inside(), inside(encoder_dropout=0.3)) == ({0.1}, {0.1, 0.3})  # the head has its own


def test_mini_gpt_says_which_width_would_do() -> None:
    with pytest.raises(InvalidSetting, match="'width' must be a multiple of the 4 heads, such as 48"):
        mini_gpt.build(mini_gpt.MiniGptParams(width=50, heads=4), TEXT)


def test_language_models_take_their_context_from_the_data() -> None:
    assert mini_gpt.build(mini_gpt.MiniGptParams(), TEXT).context == 16
    assert char_lstm.build(char_lstm.CharLstmParams(), TEXT).context == 16


def test_an_untrained_linear_model_answers_the_mean_in_its_own_units() -> None:
    info = DataInfo((), (3,), target_mean=152.0, target_std=77.0)
    answers = linear.build(linear.LinearParams(), info)(torch.randn(5, 3))
    assert answers.tolist() == [152.0] * 5


def test_a_setting_about_labels_is_not_offered_where_the_answer_is_a_number() -> None:
    assert "label_smoothing" not in {field.name for field in setting_fields(linear.MODEL)}
    assert "label_smoothing" in {field.name for field in setting_fields(mlp.MODEL)}
