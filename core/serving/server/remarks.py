"""Sentences about an answer, beside formats that have no place for them."""

import json
from collections.abc import Iterable

from core.serving.predictor import NumberPrediction, Prediction
from core.serving.server.model_pool import WarmModel
from core.serving.server.writing import prompt_ids

HEADER = "X-Touchstone-Remarks"  # a JSON list, in ASCII
MOST, LONGEST = 5, 300  # sentences, and characters of each: proxies end headers at a few thousand


def header_of(sentences: Iterable[str]) -> dict[str, str]:
    """Return the header that tells sentences, each once, if any."""
    told = [one[:LONGEST] for one in dict.fromkeys(sentences) if one][:MOST]
    return {HEADER: json.dumps(told)} if told else {}


def remarks_of(answers: Iterable[Prediction | NumberPrediction]) -> dict[str, str]:
    """Return the header that tells what a model does not know."""
    return header_of(remark for answer in answers for remark in answer.remarks)


def cut_prompt(warm: WarmModel, prompt: str) -> str:
    """Return what is said of a prompt longer than a model reads."""
    context, count = warm.predictor.info.input_shape[0], len(prompt_ids(warm.predictor, prompt))
    if count <= context:
        return ""
    return f"The prompt has {count:,} tokens and this model reads {context:,}: it goes on from the last {context:,}."
