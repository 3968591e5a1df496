from collections.abc import Callable

import pytest
import torch
from torch import nn

from core.modules.bag_of_embeddings import BagOfEmbeddings
from core.modules.bigram import NextTable
from core.modules.bilstm import BidirectionalReader
from core.modules.embedding import word_counts
from core.modules.text_cnn import TextConvolution
from core.modules.text_transformer import TextTransformer

READERS: dict[str, Callable[[float], nn.Module]] = {
    "bag": lambda dropout: BagOfEmbeddings(20, 8),
    "convolutions": lambda dropout: TextConvolution(20, 8, filters=4, lengths=(3, 4, 5), dropout=dropout),
    "memory": lambda dropout: BidirectionalReader(20, 8, width=4, depth=1, dropout=dropout),
    "deep memory": lambda dropout: BidirectionalReader(20, 8, width=4, depth=2, dropout=dropout),
    "transformer": lambda dropout: TextTransformer(20, 12, width=8, depth=2, heads=2, dropout=dropout),
}
TEXTS = [[3, 4, 5], [7], [2, 9, 9, 4, 6, 11, 3], [1, 1]]


def padded(*texts: list[int], width: int = 0) -> torch.Tensor:
    width = width or max(map(len, texts))
    return torch.tensor([text + [0] * (width - len(text)) for text in texts])


def reader(name: str, dropout: float = 0.2) -> nn.Module:
    torch.manual_seed(0)
    return READERS[name](dropout).eval()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("width", [7, 12])
def test_a_text_means_the_same_alone_and_among_longer_ones(name: str, width: int) -> None:
    read = reader(name)
    with torch.inference_mode():  # as answers are given: PyTorch has a way of its own for transformers then
        together = read(padded(*TEXTS, width=width))
        for text, meaning in zip(TEXTS, together, strict=True):
            torch.testing.assert_close(read(padded(text))[0], meaning, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", READERS)
def test_padding_means_the_same_while_learning(name: str) -> None:
    read = reader(name, dropout=0.0).train()
    torch.testing.assert_close(read(padded([3, 4, 5]))[0], read(padded([3, 4, 5], width=9))[0], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", READERS)
def test_a_text_without_words_is_read_too(name: str) -> None:
    found = reader(name)(torch.zeros(2, 5, dtype=torch.int64))
    assert found.isfinite().all()
    assert torch.equal(found[0], found[1])


@pytest.mark.parametrize("name", READERS)
def test_the_padding_learns_nothing_and_stays_zero(name: str) -> None:
    read = reader(name)
    read(padded(*TEXTS)).sum().backward()
    embedding = read.embedding
    assert isinstance(embedding, nn.Embedding)
    assert embedding.weight[0].tolist() == [0.0] * 8
    assert embedding.weight.grad is not None
    assert embedding.weight.grad[0].tolist() == [0.0] * 8


@pytest.mark.parametrize("name", [name for name in READERS if name != "bag"])
def test_the_order_of_words_counts(name: str) -> None:
    read = reader(name)
    assert not torch.allclose(read(padded([3, 4, 5, 6])), read(padded([6, 5, 4, 3])), atol=1e-4)


@pytest.mark.parametrize("name", READERS)
def test_a_word_hidden_in_the_middle_changes_what_is_read_and_no_other_text(name: str) -> None:
    read = reader(name)
    whole, hidden = read(padded([3, 4, 5], [6, 7])), read(padded([3, 0, 5], [6, 7]))
    assert not torch.allclose(whole[0], hidden[0], atol=1e-5)
    torch.testing.assert_close(whole[1], hidden[1], atol=1e-5, rtol=1e-5)


def test_a_text_ends_after_its_last_word_whatever_is_hidden_before() -> None:
    assert word_counts(torch.tensor([[3, 0, 5, 0, 0], [0, 0, 0, 0, 0], [1, 2, 3, 4, 5]])).tolist() == [3, 0, 5]


def test_a_pattern_answers_for_the_words_that_it_spans() -> None:
    layer = TextConvolution(vocabulary_size=5, width=1, filters=1, lengths=(3,)).eval()
    (pattern,) = layer.patterns
    assert isinstance(pattern, nn.Conv1d)
    assert pattern.bias is not None
    with torch.no_grad():
        layer.embedding.weight.copy_(torch.tensor([[0.0], [1.0], [2.0], [3.0], [-1.0]]))
        pattern.weight.copy_(torch.tensor([[[1.0, 10.0, 100.0]]]))
        pattern.bias.fill_(0.5)
    # around each of 1, 2, 3: 0 + 10 + 200, 1 + 20 + 300 and 2 + 30 + 0; the largest, and the bias
    assert layer(torch.tensor([[1, 2, 3]])).tolist() == [[321.5]]
    assert layer(torch.tensor([[4, 4, 4]])).tolist() == [[0.0]]  # nothing below zero is found


def test_a_table_scores_what_follows_by_the_last_id_alone() -> None:
    table = NextTable(3, context=4)
    with torch.no_grad():
        table.scores.weight.copy_(torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]))
    assert table(torch.tensor([[2, 0], [1, 0]])).tolist() == [[[6, 7, 8], [0, 1, 2]], [[3, 4, 5], [0, 1, 2]]]
    assert table.context == 4
