"""The prompt: an instruction, labels with their codes, training examples, and one row."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.contest.codes import codes_of
from core.errors import UserError

SHOTS = (0, 4, 8, 16)
LONGEST_ROW, LONGEST_SHOT, SHORTEST_ROW = 6_000, 1_000, 100  # characters
LONGEST_TEMPLATE = 20_000
CUT = " […]"
LABEL_TEMPLATE = (
    "Decide which label fits the {noun} best.\n\n"
    "Labels:\n{labels}\n\n"
    "{examples}\n\n"
    "{Noun}: {row}\n\n"
    "Answer with the code of the label alone.\nAnswer:"
)
CONTINUE_TEMPLATE = (
    "Go on exactly where this text ends, in the same style. Write about {length} characters, and nothing but the "
    "continuation.\n\n{row}"
)
REPLY_TEMPLATE = (
    "Write what the assistant answers next in this conversation, and nothing else.\n\n{row}\n\nThe assistant's answer:"
)
_PLACES = re.compile(r"\{(labels|row|length)\}|\{(examples)\}\n*")  # without examples no gap stays


@dataclass(frozen=True)
class Prompt:
    """A prompt without its row.

    Args:
        template: With `{row}`, and where there are labels `{labels}` and `{examples}`.
        labels: Of the classes; empty where texts are written.
        shots: Training examples with the place of their label.
        noun: What one row is called.
        length: Characters to write, where texts are.
    """

    template: str
    labels: tuple[str, ...] = ()
    shots: tuple[tuple[str, int], ...] = ()
    noun: str = "text"
    length: int = 0

    @property
    def codes(self) -> tuple[str, ...]:
        """The code of each label."""
        return codes_of(self.labels)

    @property
    def version(self) -> str:
        """A short hash of everything but the row."""
        parts = json.dumps([self.template, self.labels, self.shots, self.length], ensure_ascii=False)
        return hashlib.sha256(parts.encode()).hexdigest()[:12]

    def fill(self, row: str, longest: int = LONGEST_ROW) -> tuple[str, bool]:
        """Return all that the model reads, and whether the row was cut.

        Args:
            row: As people know it.
            longest: Characters of it that may stand there.
        """
        is_cut = len(row) > longest
        shown = row[:longest].rstrip() + CUT if is_cut else row
        parts = {
            "row": shown, "labels": self._list(), "examples": self._examples(), "length": str(self.length),
        }  # fmt: skip
        return _PLACES.sub(lambda found: parts[found[1] or found[2]], self.template), is_cut

    def _list(self) -> str:
        return "\n".join(f"{code} = {label}" for code, label in zip(self.codes, self.labels, strict=True))

    def _examples(self) -> str:
        if not self.shots:
            return ""
        noun = self.noun.capitalize()
        each = [f"{noun}: {text}\nAnswer: {self.codes[label]}" for text, label in self.shots]
        return "Examples:\n\n" + "\n\n".join(each) + "\n\n"


def default_template(noun: str) -> str:
    """Return the template for labels, with what a row is called in it."""
    return LABEL_TEMPLATE.replace("{noun}", noun).replace("{Noun}", noun.capitalize())


def checked_template(template: str, has_labels: bool) -> str:
    """Return a template that somebody has written, if it can be used.

    Raises:
        UserError: It has no place for the row or the labels, or is too long.
    """
    needed = ("{row}", "{labels}") if has_labels else ("{row}",)
    missing = [place for place in needed if place not in template]
    if missing:
        raise UserError(
            f"The prompt needs {' and '.join(missing)}: there each row"
            f"{' and the list of labels are' if has_labels else ' is'} put in."
        )
    if len(template) > LONGEST_TEMPLATE:
        raise UserError(f"The prompt has {len(template):,} characters; at most {LONGEST_TEMPLATE:,} are sent.")
    return template


def chosen_shots(
    rows: Sequence[str], targets: NDArray[np.int64], classes: int, count: int, seed: int = 0
) -> tuple[tuple[str, int], ...]:
    """Return training examples by a fixed rule: each class in turn, drawn by seed.

    Texts of more than 1,000 characters come after the shorter ones, and are cut there.

    Args:
        rows: Of the training split.
        targets: (N,) their classes.
        classes: How many there are; where there are more than `count`, the most frequent ones have an example.
        count: How many to return, as far as there are so many.
        seed: Of the draw.
    """
    order = np.random.default_rng(seed).permutation(len(rows))
    order = order[np.argsort([len(rows[i]) > LONGEST_SHOT for i in order], kind="stable")]
    frequent = np.argsort(-np.bincount(targets, minlength=classes), kind="stable")
    of_class = {int(k): [int(i) for i in order if targets[i] == k] for k in frequent}
    found: list[tuple[str, int]] = []
    for turn in range(count):
        for label, places in of_class.items():
            if turn < len(places) and len(found) < count:
                row = rows[places[turn]]
                found.append((row[:LONGEST_SHOT].rstrip() + CUT if len(row) > LONGEST_SHOT else row, label))
    return tuple(found)


def row_text(row: Mapping[str, object]) -> str:
    """Return a table's row as text: a line a column, without missing values."""
    said = ((name, value) for name, value in row.items() if value is not None and value == value)
    return "\n".join(
        f"{name}: {value:.10g}" if isinstance(value, float) else f"{name}: {value}" for name, value in said
    )
