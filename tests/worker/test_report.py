"""What a run writes down at its end, from real data and a real module that has not learnt anything yet."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from core import catalog
from core.configure import make_config, resolve
from core.data.prepare.prepare_dataset import prepare_dataset
from core.evaluation.confusion_examples import image_of, kept_examples
from core.evaluation.evaluate import evaluate
from core.settings import Settings
from core.training.checkpoint import ModelCard, save_weights
from core.training.predictions import predict_split, windows_at_once
from core.worker.report import ReportInput, write_report
from tests.small_sets import SMALL_SETS

CPU = torch.device("cpu")
Finish = Callable[[str, str], tuple[Path, dict[str, object]]]


@pytest.fixture
def finish(settings: Settings, tmp_path: Path) -> Finish:
    """End a run of a task's demo data with a model; return its folder and its report."""

    def finish(task_name: str, model_name: str) -> tuple[Path, dict[str, object]]:
        dataset = SMALL_SETS[task_name][0]
        config = make_config(task_name, dataset, model_name)
        model, params = catalog.find_model(model_name, task_name), resolve(config).params
        data = prepare_dataset(catalog.find_dataset(dataset), model, params, settings.cache_folder)
        torch.manual_seed(0)
        module, task = model.build(params, data.info), catalog.find_task(task_name).on(data.info)
        card = ModelCard(
            task=task_name, dataset=dataset, dataset_fingerprint="", model=model_name, params={},
            preprocessor={"kind": "", "state": {}}, labels=data.version.labels, info={},
        )  # fmt: skip
        save_weights(tmp_path / "checkpoints" / "best", module.state_dict(), card)
        context = task.context(module)
        test = data.arrays["test"]
        rows = windows_at_once(context, data.info.vocabulary_size) if context else 256
        predictions = predict_split(task, module, test["inputs"], test["targets"], CPU, rows, context)
        baselines = {"itself": predictions}
        judged = evaluate(task, predictions, baselines, data.version.labels, 0)
        write_report(ReportInput(task, judged, predictions, data, module, CPU, "cpu (test)", tmp_path, 0))
        return tmp_path, json.loads((tmp_path / "report.json").read_text())

    return finish


def topics(report: dict[str, object]) -> list[str]:
    card = report["verdict_card"]
    assert isinstance(card, list)
    assert all(sentence["numbers"] for sentence in card)
    return [sentence["topic"] for sentence in card]


def test_a_classifier_of_pictures_keeps_examples_of_every_square(finish: Finish) -> None:
    folder, report = finish("image-classification", "logistic-regression")
    assert topics(report) == ["fails", "costs"]
    kept = kept_examples(folder, {})
    confusion = np.array(report["confusion"])
    cells = {(one.truth, one.answer) for one in kept}
    assert len(cells) == (confusion > 0).sum()
    assert len(kept) == np.minimum(confusion, 12).sum()
    image = image_of(folder, kept[0])
    assert image is not None
    assert image.startswith(b"\x89PNG")
    assert (folder / "examples.zip").stat().st_size < 200_000
    costs = report["costs"]
    assert isinstance(costs, dict)
    assert costs["parameters"] == 650
    assert costs["bytes"] == (folder / "checkpoints" / "best" / "model.safetensors").stat().st_size
    assert costs["together"] == 32
    assert bool(costs["unmeasured"]) == (costs["ms_alone"] is None) == (costs["ms_together"] is None)


def test_a_model_that_writes_leaves_samples_of_four_temperatures(
    finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.worker.text_samples.PATIENCE_S", 600.0)  # a busy machine writes as much
    folder, report = finish("text-generation", "bigram")
    samples = report["samples"]
    assert isinstance(samples, dict)
    assert [one["temperature"] for one in samples["written"]] == [0.5, 0.8, 1.0, 1.2]
    assert [len(one["text"]) for one in samples["written"]] == [400] * 4
    assert {one["copied"] for one in samples["written"]} == {0.0}  # it has learnt nothing that it could copy
    assert 0 < samples["unseen_copied"] < 0.5  # people repeat themselves
    assert samples["searched"] == samples["training_characters"] > 290_000
    assert topics(report) == ["fails", "costs"]
    assert not (folder / "examples.zip").exists()


def test_a_model_of_numbers_says_how_far_off_it_is(finish: Finish) -> None:
    _, report = finish("tabular-regression", "linear")
    card = report["verdict_card"]
    assert isinstance(card, list)
    assert [number["name"] for number in card[0]["numbers"]] == [
        "Half are off by less than", "Nine in ten are off by less than", "Answer minus truth, on average",
    ]  # fmt: skip
