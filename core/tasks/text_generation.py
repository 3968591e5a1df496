"""Text generation: predicting the next character or token of a text."""

import math
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.specs import DataInfo, Examples, MetricSpec, Predictions, TaskSpec
from core.tasks.judged_text import judged

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_EXPONENT = 700.0  # beyond it a perplexity is no number any more


def _loss(
    logits: "Tensor", targets: "Tensor", label_smoothing: float, *, characters_per_token: float = 1.0
) -> "Tensor":
    """Return the mean cross entropy in nats per character.

    Shapes: logits (B, T, V), targets (B, T).
    """
    from torch.nn import functional

    flat = logits.float().flatten(0, 1)
    by_token = functional.cross_entropy(flat, targets.flatten(), label_smoothing=label_smoothing)
    return by_token if characters_per_token == 1.0 else by_token / characters_per_token


def _for_data(task: TaskSpec, info: DataInfo) -> TaskSpec:
    """Return the task with a loss per character, comparable across tokenizers."""
    return replace(task, loss=partial(_loss, characters_per_token=info.characters_per_token))


def _predictions(logits: "Tensor", targets: "Tensor") -> Predictions:
    """Return the prediction of each token, (B * T,).

    Shapes: logits (B, T, V), targets (B, T).
    """
    flat = logits.detach().float().flatten(0, 1).log_softmax(-1)
    right = targets.flatten()
    return Predictions(
        -flat.gather(1, right[:, None]).squeeze(1).cpu().numpy().astype(np.float64),
        right.cpu().numpy().astype(np.int64),
        flat.argmax(1).cpu().numpy().astype(np.int64),
    )


def _predictions_from(surprise: NDArray[Any], examples: Examples) -> Predictions:
    """Return predictions from the surprise of each next character, (C - 1,) nats."""
    unknown = np.zeros(len(surprise), dtype=np.int64)  # no metric of texts asks which character came
    return judged(Predictions(surprise, unknown, unknown), examples)


def nats(predictions: Predictions) -> float:
    """Return the mean negative log likelihood in nats per character."""
    return float(predictions.nll.mean()) if len(predictions.nll) else float("nan")


def perplexity(predictions: Predictions) -> float:
    """Return among how many equally likely characters it hesitates."""
    return math.exp(min(nats(predictions), LARGEST_EXPONENT))


def bits(predictions: Predictions) -> float:
    """Return the mean negative log likelihood in bits per character."""
    return nats(predictions) / math.log(2)


TASK = TaskSpec(
    name="text-generation",
    title="Generate text",
    summary="Give it text to read, and it learns to go on in the same style, one character at a time.",
    example="Suggest how a sentence goes on, draft texts in your tone, complete codes and part numbers.",
    input_kind="text",
    output_kind="text",
    icon="edit_note",
    noun="document",
    part_noun="text part",  # a long document comes in as several
    split_unit="characters",
    needs="That needs texts: documents, or a table with a column of texts.",
    needs_columns="a column of texts",
    columns=(("text_column", "Text"),),
    looked_for="empty and repeated documents, broken characters, and personal data",
    weights_example="distilbert/distilgpt2",
    metrics=(
        MetricSpec(
            "loss",
            "Loss (per character)",
            "How surprised it is by each next character of unseen text; 0 would be knowing it word for word.",
            "min",
            "number",
            nats,
            "mean_nll",
        ),
        MetricSpec(
            "perplexity",
            "Perplexity",
            "As if choosing among so many equally likely characters, on average, at each step.",
            "min",
            "number",
            perplexity,
            "mean_nll",
        ),
        MetricSpec(
            "bits_per_character",
            "Bits per character",
            "How many bits it would need to store each character: the loss in another unit.",
            "min",
            "number",
            bits,
            "mean_nll",
        ),
    ),
    primary_metric="loss",
    demo=("shakespeare", "mini-gpt"),
    demo_seconds=55,
    demo_settings={  # pieces from a short context: 64 pieces, four heads and 512 pieces lose 0.05 nats in that time
        "tokenizer": "byte-pairs",
        "vocabulary_size": 768,
        "context": 32,
        "heads": 2,
        "batch_size": 32,
        "optimizer": "muon",
        "momentum": 0.95,
        "learning_rate": 8e-3,
        "epochs": 6,
    },
    loss=_loss,
    predictions=_predictions,
    predictions_from=_predictions_from,
    bootstrap_block=256,
    for_data=_for_data,
    judged=judged,
    context=attrgetter("context"),
    parts=("writing",),
    without=("class_weights", "evaluation"),
    judging="Judging the {split} text",
)
