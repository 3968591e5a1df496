"""A key-value cache changes the speed of writing, never what is written."""

from itertools import islice
from typing import Any

import pytest
import torch
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from core.modules.char_lstm import RecurrentLanguageModel
from core.modules.mini_gpt import CausalTransformer
from core.modules.pretrained_lm import PretrainedWriter
from core.preprocessing.characters import CharacterPreprocessor
from core.training.generation import DrawnToken, Sampling, draw_tokens

CONTEXT = 16
LETTERS = CharacterPreprocessor("abcdefghij", context=CONTEXT)  # with the unknown one: 11 ids
SIZES: dict[str, Any] = {"vocab_size": 11, "bos_token_id": 0, "eos_token_id": 0}
MODULES: dict[str, Any] = {
    "mini-gpt": lambda: CausalTransformer(11, CONTEXT, width=32, depth=2, heads=4),
    "char-lstm": lambda: RecurrentLanguageModel(11, CONTEXT, embedding_width=8, width=16, depth=2),
    "gpt2": lambda: PretrainedWriter(
        GPT2LMHeadModel(GPT2Config(n_positions=CONTEXT, n_embd=16, n_layer=2, n_head=2, **SIZES)), CONTEXT
    ),
    "llama": lambda: PretrainedWriter(
        LlamaForCausalLM(
            LlamaConfig(
                hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
                max_position_embeddings=CONTEXT, **SIZES,
            )
        ),
        CONTEXT,
    ),
}  # fmt: skip


class Uncached(nn.Module):
    """The same network without its cache: all that it looks back on is read at every token."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.inner = module

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.inner(ids)
        return logits


def write(module: Any, prompt: list[int]) -> list[DrawnToken]:
    return list(islice(draw_tokens(module, LETTERS, prompt, Sampling(1.0, seed=3), alternatives=3), 60))


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("prompt", [[1], [1, 2, 3, 4] * 9], ids=["short", "longer than the context"])
def test_with_a_cache_the_same_tokens_are_written(name: str, prompt: list[int]) -> None:
    torch.manual_seed(0)
    module: nn.Module = MODULES[name]()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(3)  # an untrained network would like all tokens the same
    cached, uncached = write(module, prompt), write(Uncached(module), prompt)
    assert [token.id for token in cached] == [token.id for token in uncached]
    assert [token.logprob for token in cached] == pytest.approx([token.logprob for token in uncached], abs=1e-3)
    assert len(set(token.id for token in cached)) > 2


def test_a_cached_step_reads_one_token_alone() -> None:
    read: list[int] = []

    class Counting(CausalTransformer):
        def advance(self, ids: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
            read.append(ids.shape[1])
            return super().advance(ids, state)

    write(Counting(11, CONTEXT, width=8, depth=1, heads=1), [1, 2, 3, 4])
    assert read[:13] == [4] + [1] * 12
    assert read[13:22] == [8] + [1] * 8  # the context is full: its later half is read again
