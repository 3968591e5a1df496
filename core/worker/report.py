"""Final outputs of a run: report, examples, samples, speed and size."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from core.evaluation.confusion_examples import KeptExample, chosen, keep_examples
from core.evaluation.costs import costs_in_numbers
from core.evaluation.run_result import Costs, Evidence
from core.evaluation.weaknesses import fails
from core.files import write_text
from core.training.device import answering_threads
from core.training.memory import parameter_counts
from core.worker.latency import answer_times, reader, writer
from core.worker.mistakes import describe_mistakes, image_of_pixels, row_in_words
from core.worker.target_scale import scale_note
from core.worker.text_samples import samples

if TYPE_CHECKING:
    from core.data.prepare.prepare_dataset import PreparedDataset
    from core.evaluation.evaluate import Evaluation
    from core.specs import Examples, Predictions, TaskSpec

LARGEST, SMALLEST = 96, 48  # pixels of a kept picture's longer side
LONGEST_TEXT = 400  # characters


@dataclass(frozen=True, eq=False)
class ReportInput:
    """A run whose model was judged a moment ago."""

    task: "TaskSpec"
    evaluation: "Evaluation"
    predictions: "Predictions"  # of the test split
    data: "PreparedDataset"
    module: "torch.nn.Module"  # the best, on its device
    device: "torch.device"
    device_name: str
    folder: Path  # of the run
    seed: int
    everything: "Predictions | None" = None  # of all rows, where they were judged in folds
    measures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # of baselines: seconds, size, latency
    left_out: tuple[str, ...] = ()  # why a baseline was not fitted, sentences


def write_report(end: ReportInput) -> None:
    """Write the report of a run, and what else its page shows."""
    judged, test = end.evaluation, end.data.examples["test"]
    report = judged.to_json() | {"confusion": [list(row) for row in judged.confusion]}
    report["baselines"] = {name: dict(end.measures.get(name, {})) | by for name, by in report["baselines"].items()}
    report["baselines_left_out"] = list(end.left_out)
    report["mistakes"] = describe_mistakes(judged.worst_mistakes, end.predictions, test, end.folder / "mistakes")
    write_text(end.folder / "report.json", json.dumps(report | _more(end)))


def _more(end: ReportInput) -> dict[str, Any]:
    """Return what stands in the report beside the assessment."""
    found: dict[str, Any] = {}
    if "classes" in end.task.parts:
        keep_examples(end.folder, _examples(end.predictions, end.data.examples["test"]))
    if "writing" in end.task.parts:
        found["samples"] = samples(end.module, end.data, end.seed, end.device)
    costs = _costs(end)
    found["scale"] = scale_note(end.data, end.evaluation.target)
    found["costs"] = vars(costs) if costs else None
    facts = (fails(_evidence(end, found)), costs_in_numbers(costs))
    found["verdict_card"] = [one.to_json() for one in facts if one is not None]
    return found


def _evidence(end: ReportInput, found: dict[str, Any]) -> Evidence:
    judged, predictions = end.evaluation, end.predictions
    errors = np.zeros(0)
    if "numbers" in end.task.parts:
        judged_on = end.everything or predictions
        errors = (judged_on.predicted - judged_on.targets).astype(np.float64)
    return Evidence(
        test=judged.test,
        folds=judged.judged.folds if judged.judged else 0,
        labels=judged.labels,
        confusion=np.array(judged.confusion, dtype=np.int64),
        errors=errors,
        target=judged.target,
        copied=_copied(found.get("samples")),
    )


def _copied(written: dict[str, Any] | None, temperature: float = 0.8) -> dict[str, float]:
    """Return the copied share at the usual temperature, and the largest one."""
    if not written:
        return {}
    own = next(one["copied"] for one in written["written"] if one["temperature"] == temperature)
    unseen = written["unseen_copied"]
    most = max(written["written"], key=lambda one: float(one["copied"]))
    said = {"own": own, "temperature": temperature, "most": most["copied"], "most_at": most["temperature"]}
    return said | ({} if unseen is None else {"unseen": unseen})


def _costs(end: ReportInput) -> Costs | None:
    writes, was_training = "writing" in end.task.parts, end.module.training
    answer, most = (writer if writes else reader)(end.module, end.data, end.device)
    end.module.eval()
    try:
        with torch.inference_mode():
            speed = answer_times(answer, most, end.device)
    finally:
        end.module.train(was_training)
    if not speed.together:
        return None
    per = "example" if not writes else "character" if end.data.info.characters_per_token == 1 else "piece of a word"
    weights = end.folder / "checkpoints" / "best" / "model.safetensors"
    return Costs(
        speed.alone_ms, speed.each_ms, speed.together, per, end.device_name, weights.stat().st_size,
        parameter_counts(end.module)[0],
        getattr(end.data.preprocessor, "weights_bytes", 0), speed.unknown, answering_threads(),
        speed.alone_p95_ms,
    )  # fmt: skip


def _examples(predictions: "Predictions", test: "Examples") -> Iterator[tuple[KeptExample, bytes]]:
    for i in chosen(predictions):
        truth, answer = (test.labels[k] for k in (predictions.targets[i], predictions.predicted[i]))
        sure = float(predictions.probabilities[i, predictions.predicted[i]])
        if isinstance(test.inputs, tuple):
            yield KeptExample(truth, answer, sure, i, text=test.inputs[i][:LONGEST_TEXT]), b""
        elif isinstance(test.inputs, np.ndarray):
            image = image_of_pixels(test.inputs[i])
            name, content = _small(image, i)
            yield KeptExample(truth, answer, sure, i, image=name), content
        else:
            yield KeptExample(truth, answer, sure, i, text=row_in_words(test.inputs, i)), b""


def _small(image: Image.Image, number: int) -> tuple[str, bytes]:
    """Return a small copy of an image, tiny ones enlarged: file name and bytes."""
    longest = max(image.size)
    if longest < SMALLEST:
        times = -(-SMALLEST // longest)
        image = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    elif longest > LARGEST:
        image = image.copy()
        image.thumbnail((LARGEST, LARGEST))
    tiny = longest <= SMALLEST
    content = io.BytesIO()
    image.save(content, "PNG") if tiny else image.save(content, "JPEG", quality=85)
    return f"{number}.{'png' if tiny else 'jpg'}", content.getvalue()
