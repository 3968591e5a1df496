"""Texts that are written together are those that are written alone."""

from itertools import islice
from typing import Any

import pytest
import torch

from core.modules.bigram import NextTable
from core.modules.char_lstm import RecurrentLanguageModel
from core.modules.mini_gpt import CausalTransformer
from core.preprocessing.characters import CharacterPreprocessor
from core.training.generation import Sampling, draw_tokens
from core.training.together import Text, Together, can_share

CONTEXT = 16
LETTERS = CharacterPreprocessor("abcdefghij", context=CONTEXT)
MODULES: dict[str, Any] = {
    "mini-gpt": lambda: CausalTransformer(11, CONTEXT, width=32, depth=2, heads=4),
    "char-lstm": lambda: RecurrentLanguageModel(11, CONTEXT, embedding_width=8, width=16, depth=2),
    "bigram": lambda: NextTable(11, CONTEXT),
}
WANTED: list[tuple[list[int], Sampling, int]] = [
    ([1], Sampling(1.0, seed=3), 60),
    ([1, 2, 3, 4] * 9, Sampling(0.7, seed=4), 20),
    ([5, 6], Sampling(0.0), 40),
    ([7] * 5, Sampling(1.2, top_k=3, seed=5), 30),
    ([8, 2], Sampling(1.2, top_p=0.6, seed=6), 50),
]


@pytest.mark.parametrize("name", MODULES)
def test_each_is_what_it_is_alone_whoever_joins_and_leaves(name: str) -> None:
    torch.manual_seed(0)
    module = MODULES[name]().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn_like(parameter) * (0.3 if parameter.dim() > 1 else 0.1))
    assert can_share(module)
    together, waiting = Together(module, LETTERS), [*WANTED]
    written: dict[Text, list[int]] = {}
    wanted: dict[Text, tuple[list[int], Sampling, int]] = {}
    for step in range(80):
        if waiting and step % 3 == 0:  # they join one after the other
            text = together.join(waiting[0][0], waiting[0][1], alternatives=3)
            written[text], wanted[text] = [], waiting.pop(0)
        for text, token in together.step():
            written[text].append(token.id)
            assert len(token.alternatives) == 3
            if len(written[text]) == wanted[text][2]:
                together.leave(text)
    assert len(written) == len(WANTED)
    for text, (prompt, sampling, count) in wanted.items():
        alone = [token.id for token in islice(draw_tokens(module, LETTERS, prompt, sampling), count)]
        assert written[text] == alone
