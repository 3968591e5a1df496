import pytest
import torch
from torch import nn

from core.modules.attention import CausalSelfAttention
from core.modules.bag_of_embeddings import BagOfEmbeddings
from core.modules.char_lstm import RecurrentLanguageModel
from core.modules.convolution import ConvBlock, ConvStages
from core.modules.mini_gpt import CausalTransformer
from core.modules.regression_head import InUnitsOfTarget, PenalisedLinear
from core.modules.standardize import StandardizeFeatures, StandardizeImages


def test_bytes_become_mean_0_and_deviation_1_in_each_channel() -> None:
    layer = StandardizeImages(mean=[0.2, 0.5], std=[0.2, 0.1])
    image = torch.tensor([[[[51, 255]], [[0, 255]]]], dtype=torch.uint8)  # (1, 2, 1, 2): 0.2 and 1.0; 0.0 and 1.0
    expected = torch.tensor([[[[0.0, 4.0]], [[-5.0, 5.0]]]])
    torch.testing.assert_close(layer(image), expected, atol=1e-5, rtol=0)


def test_a_constant_channel_stays_finite() -> None:
    layer = StandardizeImages(mean=[0.0], std=[0.0])
    assert layer(torch.zeros(1, 1, 4, 4, dtype=torch.uint8)).abs().max() == 0


def test_the_numbers_of_the_data_are_saved_with_the_weights() -> None:
    assert set(StandardizeImages([0.5], [0.5]).state_dict()) == {"scale", "shift"}


def test_features_are_measured_against_their_batch_and_a_lone_one_against_the_past() -> None:
    layer = StandardizeFeatures(1)
    torch.testing.assert_close(layer(torch.tensor([[1.0], [3.0]])), torch.tensor([[-1.0], [1.0]]), atol=1e-4, rtol=0)
    lone = layer(torch.tensor([[5.0]]))
    assert lone.shape == (1, 1)
    assert torch.equal(lone, layer.eval()(torch.tensor([[5.0]])))


@pytest.mark.parametrize("shape", [(1, 4, 4), (1, 8, 8), (3, 5, 9), (1, 28, 28), (3, 32, 32), (3, 64, 48)])
def test_stages_take_pictures_of_any_size_from_4_pixels_up(shape: tuple[int, ...]) -> None:
    stages = ConvStages(shape, [4, 8, 8], dropout=0.1)
    assert stages(torch.randn(2, *shape)).shape == (2, stages.features)
    assert stages.features == 32


def test_a_convolution_block_keeps_the_size_and_gives_nothing_negative() -> None:
    found = ConvBlock(3, 5)(torch.randn(2, 3, 7, 6))
    assert found.shape == (2, 5, 7, 6)
    assert found.min() >= 0


def test_a_text_is_the_mean_of_its_words_without_the_padding() -> None:
    bag = BagOfEmbeddings(vocabulary_size=4, width=2)
    with torch.no_grad():
        bag.embedding.weight.copy_(torch.tensor([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0], [9.0, 9.0]]))
    texts = torch.tensor([[1, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0]])
    assert bag(texts).tolist() == [[2.0, 3.0], [9.0, 9.0], [0.0, 0.0]]


def test_the_padding_learns_nothing() -> None:
    bag = BagOfEmbeddings(vocabulary_size=3, width=2)
    bag(torch.tensor([[1, 0]])).sum().backward()
    assert bag.embedding.weight.grad is not None
    assert bag.embedding.weight.grad[0].tolist() == [0.0, 0.0]


def test_attention_never_looks_ahead() -> None:
    attention = CausalSelfAttention(width=8, heads=2).eval()
    x = torch.randn(1, 5, 8)
    changed = x.clone()
    changed[0, 3] += 1
    before, after = attention(x), attention(changed)
    torch.testing.assert_close(before[0, :3], after[0, :3])
    assert not torch.allclose(before[0, 3:], after[0, 3:])


def test_attention_of_the_first_position_is_its_own_value() -> None:
    attention = CausalSelfAttention(width=4, heads=1).eval()
    x = torch.randn(1, 3, 4)
    value = attention.query_key_value(x)[0, 0, 8:]
    torch.testing.assert_close(attention(x)[0, 0], attention.output(value))


def test_heads_must_share_the_width_evenly() -> None:
    with pytest.raises(ValueError, match="multiple of the heads"):
        CausalSelfAttention(width=10, heads=4)


def language_models() -> list[nn.Module]:
    return [
        CausalTransformer(11, 8, width=8, depth=2, heads=2),
        RecurrentLanguageModel(11, 8, embedding_width=4, width=8, depth=2),
    ]


@pytest.mark.parametrize("model", language_models())
def test_language_models_never_look_ahead(model: nn.Module) -> None:
    model.eval()
    ids = torch.tensor([[1, 2, 3, 4, 5]])
    changed = torch.tensor([[1, 2, 3, 9, 5]])
    before, after = model(ids), model(changed)
    assert before.shape == (1, 5, 11)
    torch.testing.assert_close(before[0, :3], after[0, :3])
    assert not torch.allclose(before[0, 3], after[0, 3])


@pytest.mark.parametrize("model", language_models())
def test_language_models_read_texts_shorter_than_their_context(model: nn.Module) -> None:
    assert model(torch.tensor([[3]])).shape == (1, 1, 11)
    assert model.context == 8


def test_a_transformer_uses_one_matrix_for_reading_and_writing() -> None:
    model = CausalTransformer(vocabulary_size=11, context=8, width=8, depth=1, heads=2)
    vocabulary_sized = [name for name, p in model.named_parameters() if 11 in p.shape]
    assert vocabulary_sized == ["tokens.weight"]


def test_a_fresh_transformer_finds_every_id_about_equally_likely() -> None:
    torch.manual_seed(0)
    model = CausalTransformer(vocabulary_size=100, context=16, width=32, depth=4, heads=4)
    ids, others = torch.randint(0, 100, (2, 4, 16))
    loss = nn.functional.cross_entropy(model(ids).flatten(0, 1), others.flatten())
    assert loss.item() == pytest.approx(4.605, abs=0.1)  # ln 100


def test_a_fresh_lstm_remembers() -> None:
    model = RecurrentLanguageModel(5, 8, embedding_width=4, width=3, depth=1)
    gates = dict(model.memory.named_parameters())["bias_ih_l0"]
    assert gates[3:6].tolist() == [1.0, 1.0, 1.0]


def test_a_number_comes_back_in_the_units_of_the_target() -> None:
    layer = InUnitsOfTarget(mean=100.0, std=20.0)
    assert layer(torch.tensor([[-1.0], [0.0], [0.5]])).tolist() == [80, 100, 110]


def test_weights_have_a_price_and_the_bias_is_free() -> None:
    layer = PenalisedLinear(2, l2=0.01)
    assert layer.penalty().item() == 0
    layer.weight.data, layer.bias.data = torch.tensor([[3.0, -4.0]]), torch.tensor([9.0])
    assert layer.penalty().item() == pytest.approx(0.01 * 25)
