import pytest
import torch
from torch import nn

from core.modules.resnet import ResidualBlock, ResNet9, ResNet18
from core.modules.row_lstm import RowReader
from core.modules.simple_cnn import PooledConvolutions
from core.modules.standardize import StandardizeImages
from core.modules.vit import VisionTransformer, patch_for

SIZES = [(1, 4, 4), (1, 8, 8), (3, 5, 9), (1, 28, 28), (3, 32, 32), (3, 128, 96)]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_channels_of_a_pixel_lie_beside_each_other_from_the_first_layer_on(
    dtype: torch.dtype, channels: int
) -> None:
    images = torch.zeros(2, channels, 4, 5, dtype=dtype)
    standardised = StandardizeImages([0.5] * channels, [0.2] * channels)(images)
    assert standardised.stride() == (20 * channels, 1, 5 * channels, channels)
    found = nn.Conv2d(channels, 6, 3, padding=1)(standardised)
    assert found.is_contiguous(memory_format=torch.channels_last)


# --- plain convolutions ---


@pytest.mark.parametrize("shape", SIZES)
def test_pooled_convolutions_say_how_much_they_found_whatever_the_size(shape: tuple[int, ...]) -> None:
    layer = PooledConvolutions(shape, (4, 8, 8))
    assert layer(torch.randn(2, *shape)).shape == (2, layer.features)


def test_pooling_ends_before_places_are_lost_and_photographs_make_no_huge_layer() -> None:
    features = [PooledConvolutions((1, side, side), (4, 8, 8)).features for side in (8, 28, 32, 128)]
    assert features == [8 * 2 * 2, 8 * 3 * 3, 8 * 4 * 4, 8 * 8 * 8]


# --- rows ---


def test_rows_are_read_from_top_to_bottom_and_the_last_one_is_still_seen() -> None:
    torch.manual_seed(0)
    reader = RowReader((1, 6, 3), width=5, depth=2).eval()
    image = torch.randn(1, 1, 6, 3)
    rows = image[0, 0][:, None]  # (6, 1, 3): six rows, one picture
    torch.testing.assert_close(reader(image), reader.memory(rows)[0][-1])
    changed = image.clone()
    changed[0, 0, -1] += 1
    assert not torch.allclose(reader(changed), reader(image))


def test_a_row_of_a_colour_picture_holds_all_its_channels() -> None:
    reader = RowReader((3, 4, 5), width=6, depth=1)
    assert reader.memory.input_size == 15
    assert reader(torch.randn(2, 3, 4, 5)).shape == (2, 6)


def test_a_fresh_row_reader_remembers() -> None:
    gates = dict(RowReader((1, 4, 4), width=3, depth=2).memory.named_parameters())
    assert gates["bias_ih_l0"][3:6].tolist() == gates["bias_ih_l1"][3:6].tolist() == [1.0, 1.0, 1.0]


# --- residual networks ---


def test_a_residual_block_that_found_nothing_passes_on_what_came_in() -> None:
    block = ResidualBlock(4, 4).eval()
    nn.init.zeros_(block.norm.weight)
    images = torch.rand(2, 4, 6, 6)
    assert torch.equal(block(images), images)


def test_a_residual_block_halves_the_picture_on_both_ways() -> None:
    assert ResidualBlock(4, 8, stride=2)(torch.randn(2, 4, 7, 6)).shape == (2, 8, 4, 3)


@pytest.mark.parametrize("network", [ResNet9, ResNet18])
@pytest.mark.parametrize("shape", SIZES)
def test_residual_networks_take_pictures_of_any_size(
    network: type[ResNet9] | type[ResNet18], shape: tuple[int, ...]
) -> None:
    module = network(shape, width=4)
    assert module(torch.randn(2, *shape)).shape == (2, module.features) == (2, 32)


@pytest.mark.parametrize(("network", "layers"), [(ResNet9, 8), (ResNet18, 17)])
def test_residual_networks_have_the_layers_in_their_name_with_the_linear_one_behind(
    network: type[ResNet9] | type[ResNet18], layers: int
) -> None:
    module = network((3, 32, 32), width=4)
    assert sum(isinstance(m, nn.Conv2d) and m.kernel_size == (3, 3) for m in module.modules()) == layers


def test_photographs_are_made_small_before_the_costly_layers() -> None:
    sizes = []
    network = ResNet9((3, 128, 128), width=4)
    for layer in network.layers:
        layer.register_forward_hook(lambda _module, _inputs, found: sizes.append(tuple(found.shape[1:])))
    network(torch.randn(1, 3, 128, 128))
    assert sizes[:4] == [(4, 64, 64), (4, 32, 32), (4, 32, 32), (8, 32, 32)]


# --- patches ---


def test_patches_are_as_large_as_the_picture_asks() -> None:
    assert [patch_for((1, side, side)) for side in (4, 8, 16, 28, 32, 64, 128)] == [2, 2, 2, 4, 4, 8, 16]
    assert patch_for((3, 96, 128)) == 16


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 7, 10), (1, 28, 28)])
def test_a_picture_transformer_fills_up_what_is_no_whole_patch(shape: tuple[int, ...]) -> None:
    module = VisionTransformer(shape, patch=4, width=8, depth=1, heads=2)
    assert module(torch.randn(2, *shape)).shape == (2, 8)
    assert module.places.shape[1] == -(-shape[1] // 4) * -(-shape[2] // 4)


def test_every_patch_looks_at_every_other_and_knows_its_place() -> None:
    torch.manual_seed(0)
    module = VisionTransformer((1, 8, 8), patch=4, width=8, depth=1, heads=2)
    patches = torch.randn(1, 4, 8, requires_grad=True)
    module.blocks[0](patches)[0, 0].square().sum().backward()
    assert patches.grad is not None
    assert (patches.grad[0].abs().sum(1) > 0).tolist() == [True] * 4
    image = torch.randn(1, 1, 8, 8)
    assert not torch.allclose(module(image), module(image.roll(4, dims=3)))


def test_a_picture_transformer_answers_alike_with_and_without_gradients() -> None:
    torch.manual_seed(0)
    module = VisionTransformer((1, 8, 8), patch=2, width=16, depth=2, heads=4, dropout=0.3).eval()
    images = torch.randn(3, 1, 8, 8)
    with torch.no_grad():  # PyTorch takes another, faster way there
        without = module(images)
    torch.testing.assert_close(module(images), without, atol=1e-5, rtol=1e-5)
