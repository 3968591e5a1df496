"""Answers for visitors: the run's model, asked through the inference server."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.evaluation.unsure import NOT_SURE, in_words
from core.services.confidence import run_threshold
from core.services.inference import InferenceClient, WritingSettings
from core.serving.demo.questions import Question
from core.specs.demo import Demo

MOST_TOKENS = 120  # of a text that a model goes on with
LABELS = 3  # that are shown
WARM_S = 60.0


class Answering:
    """Asks models for visitors.

    Args:
        client: Of the inference server.
        runs_folder: Where the runs are.
    """

    def __init__(self, client: InferenceClient, runs_folder: Path) -> None:
        self._client, self._runs_folder = client, runs_folder
        self._warmed: dict[str, float] = {}

    def opened(self, demo: Demo) -> None:
        """Load the model while a visitor still reads, at most once a minute."""
        now = time.monotonic()
        if now - self._warmed.get(demo.run, -WARM_S) >= WARM_S:
            self._warmed[demo.run] = now
            self._client.warm([demo.run])

    def __call__(self, demo: Demo, question: Question) -> Mapping[str, Any]:
        """Return an answer as the page's script reads it.

        Raises:
            DataError: The model cannot read what was asked.
            TouchstoneError: It cannot answer.
        """
        if demo.input.answer == "text":
            pieces = self._client.stream(demo.run, question.text, WritingSettings(max_tokens=MOST_TOKENS))
            return {"text": question.text + "".join(pieces)}
        asked = question.image or question.text or dict(question.row)
        found = self._client.predict(demo.run, [asked], top_k=LABELS).answers[0]
        if demo.input.answer == "number":
            return {"value": found.value, "remarks": list(found.remarks)}
        threshold = run_threshold(self._runs_folder / demo.run)
        unsure = [f"{NOT_SURE} {in_words(threshold)}"] if threshold is not None and found.score < threshold else []
        return {"scores": [list(pair) for pair in found.scores.items()], "remarks": [*unsure, *found.remarks]}
