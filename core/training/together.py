"""Several texts written side by side, a token of each at a time."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

import torch

from core.training.generation import CharacterPreprocessor, DrawnToken, Sampling, drawn_each, silenced

if TYPE_CHECKING:
    from torch import Tensor, nn


class Rows(Protocol):
    """What a module returns from `rows`: the memories of several texts, one a row."""

    most: int  # rows that there can be

    def read(self, row: int, ids: list[int]) -> None:
        """Begin a row anew with these ids, which may be none."""

    def move(self, source: int, to: int) -> None:
        """Put a row in another's place."""

    def advance(self, ids: "Tensor") -> "Tensor":
        """Return logits, (B, V), of one new id of each row, (B,)."""


@dataclass(eq=False)
class Text:
    """A text that is being written.

    Args:
        window: Ids that the model looks back on.
        sampling: How to draw.
        alternatives: How many of the likeliest tokens to tell with each.
    """

    window: list[int]
    sampling: Sampling
    alternatives: int = 0
    chance: torch.Generator = field(init=False)
    is_read: bool = False

    def __post_init__(self) -> None:
        self.chance = torch.Generator(device="cpu").manual_seed(self.sampling.seed)


class Together:
    """Draws as `draw_tokens` does, a token of each text at a time.

    Args:
        module: One that `can_share`; in evaluation mode.
        preprocessor: Knows the context and the ids that are never written.
        device: Where the module is.

    Source:
        Yu et al., Orca: A Distributed Serving System for Transformer-Based Generative Models, OSDI 2022 (texts join
        and leave between two tokens).
    """

    def __init__(
        self, module: "nn.Module", preprocessor: CharacterPreprocessor, device: "torch.device | str" = "cpu"
    ) -> None:
        self._rows: Rows = cast(Any, module).rows()
        self._silent, self._device = list(preprocessor.never_written), device
        self._context = preprocessor.info(()).input_shape[0]
        self._texts: list[Text] = []

    @property
    def is_full(self) -> bool:
        """Whether no further text can join."""
        return len(self._texts) >= self._rows.most

    def join(self, ids: list[int], sampling: Sampling, alternatives: int = 0) -> Text:
        """Return a text that goes on from a prompt's ids."""
        self._texts.append(Text(ids[-self._context :], sampling, alternatives))
        return self._texts[-1]

    def leave(self, text: Text) -> None:
        """End a text; the last one takes its row."""
        row, last = self._texts.index(text), len(self._texts) - 1
        moved = self._texts.pop()
        if row < last:
            self._texts[row] = moved
            if moved.is_read:
                with torch.inference_mode():
                    self._rows.move(last, row)

    def step(self) -> list[tuple[Text, DrawnToken]]:
        """Return the next token of every text."""
        if not self._texts:
            return []
        with torch.inference_mode():
            for row, text in enumerate(self._texts):
                if not text.is_read:
                    self._rows.read(row, text.window[:-1])
                    text.is_read = True
            last = torch.tensor([text.window[-1] for text in self._texts], device=self._device)
            logits = silenced(self._rows.advance(last).float().cpu(), self._silent)
            settings = [(text.sampling, text.chance, text.alternatives) for text in self._texts]
            drawn = drawn_each(logits, settings)
        for text, token in zip(self._texts, drawn, strict=True):
            text.window.append(token.id)
            if len(text.window) > self._context:  # as `draw_tokens` does
                text.window = text.window[-max(self._context // 2, 1) :]
                text.is_read = False
        return list(zip(self._texts, drawn, strict=True))


def can_share(module: "nn.Module") -> bool:
    """Return whether a module writes several texts in one pass."""
    return hasattr(module, "rows")
