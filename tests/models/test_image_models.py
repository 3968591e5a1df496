"""Models that look at pictures, and the one that reads tables as well: what their own settings do."""

from typing import Any

import pytest
import torch
from torch import nn

from core import catalog
from core.configure import make_config, preset_values
from core.errors import InvalidSetting
from core.models import mlp, resnet, row_lstm, simple_cnn, vit
from core.specs import DataInfo
from core.specs.config import PRESETS

DIGITS = DataInfo(labels=tuple("0123456789"), input_shape=(1, 8, 8), channel_mean=(0.3,), channel_std=(0.4,))
TABLE = DataInfo((), (3,), target_mean=152.0, target_std=77.0)
PICTURE_MODELS = ["logistic-regression", "mlp", "simple-cnn", "small-cnn", "row-lstm", "resnet", "vit"]


def matrices(module: nn.Module) -> list[tuple[int, ...]]:
    return [tuple(p.shape) for p in module.parameters() if p.dim() == 2]


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 128, 100)])
@pytest.mark.parametrize("name", PICTURE_MODELS)
def test_picture_models_take_bytes_of_any_size_in_grey_and_in_colour(name: str, shape: tuple[int, ...]) -> None:
    spec = catalog.find_model(name)
    values = preset_values(spec, "quick")
    info = DataInfo(("a", "b"), shape, channel_mean=(0.5,) * shape[0], channel_std=(0.2,) * shape[0])
    module = spec.build(spec.params(**{field: values[field] for field in spec.params.model_fields}), info)
    assert module(torch.zeros(2, *shape, dtype=torch.uint8)).shape == (2, 2)


@pytest.mark.parametrize("name", PICTURE_MODELS)
def test_pictures_can_be_varied_for_every_picture_model(name: str) -> None:
    values = preset_values(catalog.find_model(name), "quick", "image-classification")
    assert {setting for setting in values if setting.startswith("augment_")} == {
        "augment_flip",
        "augment_rotate_deg",
        "augment_scale",
        "augment_crop",
        "augment_cutout",
        "augment_color",
    }


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("model", "task"), [("mlp", "tabular-regression"), ("resnet", "image-classification")])
def test_every_preset_is_a_whole_configuration(model: str, task: str, preset: str) -> None:
    assert make_config(task, "any", model, preset).preset == preset


# --- mlp ---


def test_mlp_has_the_layers_of_its_text_book_by_default() -> None:
    info = DataInfo(DIGITS.labels, (1, 28, 28), channel_mean=(0.3,), channel_std=(0.4,))
    module = mlp.build(mlp.MlpParams(), info)
    assert matrices(module) == [(512, 784), (256, 512), (10, 256)]
    assert [m.p for m in module.modules() if isinstance(m, nn.Dropout)] == [0.5, 0.5]


@pytest.mark.parametrize("written", ["64-32", " 64, 32 ", "64 32", "064;32"])
def test_sizes_may_be_written_as_people_write_them(written: str) -> None:
    assert mlp.MlpParams(hidden_sizes=written).hidden_sizes == "64-32"


def test_one_size_may_be_a_number() -> None:
    config = make_config("image-classification", "digits", "mlp", overrides={"hidden_sizes": 64})
    assert config.params["hidden_sizes"] == "64"


@pytest.mark.parametrize("wrong", ["", "64-0", "64-x", "64--3.5", "9000", "-".join(["8"] * 17)])
def test_sizes_that_make_no_network_are_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(InvalidSetting, match=r"'hidden_sizes' must be 1 to 16 whole numbers .* such as 512-256"):
        make_config("image-classification", "digits", "mlp", overrides={"hidden_sizes": wrong})


@pytest.mark.parametrize(
    ("older", "today"),
    [
        ({"hidden_size": 256, "depth": 3, "dropout": 0.1}, {"hidden_sizes": "256-256-256", "dropout": 0.1}),
        ({"hidden_size": 8}, {"hidden_sizes": "8-8", "dropout": 0.3}),
        ({"depth": 1}, {"hidden_sizes": "128", "dropout": 0.3}),
    ],
)
def test_runs_from_before_sizes_were_a_text_are_still_understood(older: dict[str, Any], today: dict[str, Any]) -> None:
    assert mlp.MlpParams.model_validate(older).model_dump() == today


def test_mlp_on_a_table_answers_the_mean_before_it_has_learnt() -> None:
    module = mlp.build(mlp.MlpParams(hidden_sizes="8-4"), TABLE).eval()
    assert matrices(module) == [(8, 3), (4, 8), (1, 4)]
    assert module(torch.randn(5, 3)).tolist() == [152.0] * 5


# --- the others ---


def test_simple_cnn_has_the_layers_of_its_text_book_by_default() -> None:
    info = DataInfo(DIGITS.labels, (3, 32, 32), channel_mean=(0.5,) * 3, channel_std=(0.2,) * 3)
    module = simple_cnn.build(simple_cnn.SimpleCnnParams(), info)
    convolutions = [m.out_channels for m in module.modules() if isinstance(m, nn.Conv2d)]
    assert convolutions == [32, 64, 64]
    assert matrices(module) == [(64, 1024), (10, 64)]


def test_row_lstm_has_three_layers_of_128_by_default() -> None:
    module = row_lstm.build(row_lstm.RowLstmParams(), DIGITS)
    memory = next(m for m in module.modules() if isinstance(m, nn.LSTM))
    assert (memory.num_layers, memory.hidden_size, memory.input_size) == (3, 128, 8)


def test_resnet_is_deeper_where_18_layers_are_chosen() -> None:
    def layers(depth: str | int) -> int:
        config = make_config("image-classification", "digits", "resnet", overrides={"depth": depth, "width": 4})
        module = resnet.build(resnet.ResNetParams.model_validate(config.params), DIGITS)
        # Convolutions of 1 x 1 only bring two sizes together, and nobody counts them.
        counted = [m for m in module.modules() if isinstance(m, nn.Conv2d) and m.kernel_size != (1, 1)]
        return len(counted) + len(matrices(module))

    assert [layers("9"), layers("18"), layers(18)] == [9, 18, 18]
    with pytest.raises(InvalidSetting, match="'depth' must be one of 9, 18, not '34'"):
        layers("34")


def test_vit_cuts_patches_of_the_size_that_is_asked_for() -> None:
    def places(patch: int) -> int:
        module = vit.build(vit.VitParams(patch=patch, width=8, heads=2), DIGITS)
        return int(dict(module.named_parameters())["1.places"].shape[1])

    assert [places(patch) for patch in (0, 1, 4, 8)] == [16, 64, 4, 1]


def test_vit_says_which_width_would_do() -> None:
    with pytest.raises(InvalidSetting, match="'width' must be a multiple of the 4 heads, such as 48"):
        vit.build(vit.VitParams(width=50, heads=4), DIGITS)
