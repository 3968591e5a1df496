"""The contract that every entry of the catalogue keeps; a new file is held to it without a new test."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from core import catalog
from core.configure import preset_values, setting_fields
from core.data.store.load_version import load_version
from core.errors import UserError
from core.specs import DataInfo, Examples, ModelSpec, TaskSpec
from core.specs.config import PRESETS, PresetName, TrainConfig
from core.specs.target import Target
from core.training.checkpoint import ModelCard, load_weights, read_card, save_model
from core.training.predictions import predict_split
from tests.pretrained.tiny_models import looker_folder, reader_folder, writer_folder

LABELS = ("red", "green", "blue")
WORDS = ("parcel", "late", "great", "broken", "thanks", "refund", "works", "never", "again", "fine")
TASKS, DATASETS, MODELS = catalog.tasks(), catalog.datasets(), catalog.models()
PAIRS = [(model, task) for model in MODELS for task in MODELS[model].tasks]
# Models without a size of their own until somebody chooses their weights, and tiny ones to hold them to the contract.
WITH_SOURCE = {model for model, spec in MODELS.items() if "source" in spec.params.model_fields}
TINY: Mapping[str, Callable[[Path], Path]] = {
    "text-classification": reader_folder, "text-generation": writer_folder, "image-classification": looker_folder,
}  # fmt: skip
SEEN = 16  # words or characters of a tiny text; the rest would be padding
# Share of the loss that stays: one never sees more than one character; the other has one weight a class and column,
# which 150 small steps make only so large (its last step is computed).
LEFT = {("bigram", "text-generation"): 0.6, ("logistic-regression", "tabular-classification"): 0.2}
SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}


class Prepared(NamedTuple):
    """A model's tiny data: one batch, ready to be trained on."""

    spec: ModelSpec
    task: TaskSpec
    params: Any
    info: DataInfo
    inputs: Tensor
    targets: Tensor

    def build(self, seed: int = 0) -> nn.Module:
        torch.manual_seed(seed)
        return self.spec.build(self.params, self.info)


def tiny_examples(task: TaskSpec) -> Examples:
    chance = np.random.default_rng(0)
    targets = np.arange(12, dtype=np.int64) % 3
    if task.input_kind == "table":
        table = pd.DataFrame({"size": chance.normal(50, 9, 12), "colour": np.array(LABELS, object)[targets]})
        if task.output_kind == "label":
            return Examples(table, targets, LABELS)
        return Examples(table, 1_000 + 20 * table["size"].to_numpy() + 90 * targets)
    if task.input_kind == "image":
        images = chance.integers(0, 256, (12, 8, 8, 1)).astype(np.uint8)
        return Examples(images, targets, LABELS)
    texts = tuple(" ".join(chance.choice(WORDS, 6)) for _ in range(12))
    return Examples(texts * 20, targets[:0]) if task.output_kind == "text" else Examples(texts, targets, LABELS)


class Sources:
    """Tiny pretrained models, made when a test first needs one."""

    folder: Path  # of this test session

    @classmethod
    def of(cls, task: str) -> str:
        place = cls.folder / task
        return str(place if place.exists() else TINY[task](place))


@pytest.fixture(scope="session", autouse=True)
def sources(tmp_path_factory: pytest.TempPathFactory) -> None:
    Sources.folder = tmp_path_factory.mktemp("sources")


def quick_params(spec: ModelSpec, task: str) -> Any:
    values = preset_values(spec, "quick", task)
    values |= {name: SEEN for name in ("length", "context") if name in values}
    if spec.name in WITH_SOURCE:
        values["source"] = Sources.of(task)
    if "trained" in spec.params.model_fields and spec.name != "efficientnet-lite0":
        values["trained"] = "everything"
    return spec.params(**{name: values[name] for name in spec.params.model_fields})


@cache
def prepare(model: str, task_name: str) -> Prepared:
    """Return the data of a pair, prepared once for all tests."""
    spec, task = MODELS[model], TASKS[task_name]
    params = quick_params(spec, task_name)
    examples = tiny_examples(task)
    preprocessor = spec.preprocess(params, examples)
    info = preprocessor.info(examples.labels)
    if SMALL.keys() <= info.backbone.keys():  # the same network, so small that 150 steps take a moment
        few = {"num_key_value_heads": SMALL["num_attention_heads"]} if "num_key_value_heads" in info.backbone else {}
        info = replace(info, backbone={**info.backbone, **SMALL, **few})
    if preprocessor.kind in (
        "sentence-encoder",
        "image-backbone",
        "e5-encoder",
    ):  # stand-ins for what a large encoder would say: that has its own test
        inputs = torch.randn(12, *info.input_shape, generator=torch.Generator().manual_seed(0))
    else:
        inputs = torch.from_numpy(preprocessor.transform(examples.inputs))
    task = task.on(info)
    if task.output_kind == "label":
        return Prepared(spec, task, params, info, inputs, torch.from_numpy(examples.targets))
    if task.output_kind == "number":
        return Prepared(spec, task, params, info, inputs, torch.from_numpy(examples.targets).float())
    windows = inputs[: 4 * info.input_shape[0] + 1]
    return Prepared(spec, task, params, info, windows[:-1].view(4, -1), windows[1:].reshape(4, -1))


def optimizer_of(module: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW(module.parameters(), lr=1e-2, weight_decay=0.0)


def train(module: nn.Module, data: Prepared, steps: int, optimizer: torch.optim.Optimizer | None = None) -> float:
    optimizer = optimizer or optimizer_of(module)
    module.train()
    for _ in range(steps):
        loss = data.task.loss(module(data.inputs), data.targets, 0.0)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
    module.eval()
    with torch.no_grad():
        return float(data.task.loss(module(data.inputs), data.targets, 0.0))


# --- models ---


@pytest.mark.parametrize(("model", "task"), PAIRS)
def test_a_model_scores_every_possible_answer_or_gives_one_number(model: str, task: str) -> None:
    data = prepare(model, task)
    logits = data.build()(data.inputs)
    scores = {"label": (len(LABELS),), "text": (data.info.vocabulary_size,), "number": ()}  # of each answer
    assert logits.shape == (*data.targets.shape, *scores[data.task.output_kind])
    assert logits.isfinite().all()


@pytest.mark.parametrize(("model", "task"), PAIRS)
def test_a_model_answers_a_batch_of_one_as_it_does_in_a_larger_one(model: str, task: str) -> None:
    data = prepare(model, task)
    module = data.build().eval()
    with torch.no_grad():
        torch.testing.assert_close(module(data.inputs[:1]), module(data.inputs)[:1], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("model", "task"), PAIRS)
def test_a_model_learns_one_batch_by_heart(model: str, task: str) -> None:
    data = prepare(model, task)
    module = data.build()
    with torch.no_grad():
        fresh = float(data.task.loss(module.eval()(data.inputs), data.targets, 0.0))
    goal = LEFT.get((model, task), 0.1) * fresh
    optimizer = optimizer_of(module)
    assert any(train(module, data, 10, optimizer) < goal for _ in range(15)), "150 steps are enough for every model"


@pytest.mark.parametrize(("model", "task"), PAIRS)
def test_a_model_trains_the_same_way_under_the_same_seed(model: str, task: str) -> None:
    data = prepare(model, task)
    first, again = data.build(seed=3), data.build(seed=3)
    for module in (first, again):
        torch.manual_seed(4)
        train(module, data, steps=3)
    assert all(torch.equal(a, b) for a, b in zip(first.state_dict().values(), again.state_dict().values(), strict=True))


@pytest.mark.parametrize(("model", "task"), PAIRS)
def test_a_model_comes_back_from_its_checkpoint(model: str, task: str, tmp_path: Path) -> None:
    data = prepare(model, task)
    module = data.build()
    train(module, data, steps=3)
    card = ModelCard(
        task=task,
        dataset="tiny",
        dataset_fingerprint="abc",
        model=model,
        params=data.params.model_dump(mode="json"),
        preprocessor={"kind": "any", "state": {}},
        labels=data.info.labels,
        info=asdict(data.info),
    )
    save_model(tmp_path / "best", module, card)
    saved = read_card(tmp_path / "best")
    spec = catalog.find_model(saved.model, saved.task)
    again = spec.build(spec.params(**saved.params), saved.data_info())
    load_weights(tmp_path / "best", again)
    assert torch.equal(again.eval()(data.inputs), module(data.inputs))


@pytest.mark.parametrize(("model", "task"), [pair for pair in PAIRS if pair[0] not in WITH_SOURCE])
def test_a_model_is_as_large_as_it_says(model: str, task: str) -> None:
    spec, values = MODELS[model], preset_values(MODELS[model], "quick", task)
    params = spec.params(**{name: values[name] for name in spec.params.model_fields})
    examples = DATASETS[TASKS[task].demo[0]].load()
    info = spec.preprocess(params, examples).info(examples.labels)
    count = sum(p.numel() for p in spec.build(params, info).parameters())
    assert count == pytest.approx(spec.parameter_count_for(task), rel=0.25)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("model", "task"), PAIRS)
def test_presets_hold_known_settings_within_their_bounds(model: str, task: str, preset: PresetName) -> None:
    spec = MODELS[model]
    assert set(spec.presets_for(task)) == set(PRESETS)
    assert set(spec.presets_for(task)[preset]) <= {field.name for field in setting_fields(spec, task)}
    values = preset_values(spec, preset, task)
    own = {name: values.pop(name) for name in spec.params.model_fields}
    assert spec.params(**own)
    assert TrainConfig(task=task, dataset="any", model=model, params=own, **values)


@pytest.mark.parametrize("model", MODELS)
def test_what_a_model_has_for_single_tasks_is_for_tasks_that_it_can_do(model: str) -> None:
    spec = MODELS[model]
    assert set(spec.presets_by_task) | set(spec.parameter_count_by_task) <= set(spec.tasks)
    assert set(spec.augmentations) <= {name for name in TrainConfig.model_fields if name.startswith("augment_")}


@pytest.mark.parametrize("model", sorted(WITH_SOURCE))
def test_a_model_of_any_source_says_where_to_look_for_one(model: str) -> None:
    spec = MODELS[model]
    assert spec.pretrained
    assert spec.check is not None
    assert spec.fetch is not None
    assert spec.load_pretrained is not None
    with pytest.raises(UserError, match=r"There is no folder \S*nowhere on this machine"):
        spec.check(spec.params.model_validate({"source": "/nowhere"}))


@pytest.mark.parametrize("model", MODELS)
def test_a_model_explains_itself_and_its_settings(model: str) -> None:
    spec = MODELS[model]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", model)
    assert all(text.endswith(".") for text in (spec.summary, spec.choose_when))
    assert re.search(r"\b(19|20)\d\d\b", spec.paper)
    assert spec.paper_url.startswith("https://")
    assert set(spec.tasks) <= set(TASKS)
    names = [*spec.params.model_fields, *(name for name in TrainConfig.model_fields if name != "params")]
    assert len(names) == len(set(names)), "a model's setting may not hide one of the training's"
    for field in setting_fields(spec):
        assert field.label
        assert field.help.endswith("."), field.name
        assert field.level in ("beginner", "expert")


# --- tasks and data sets ---


@pytest.mark.parametrize("name", TASKS)
def test_a_task_explains_itself_and_has_a_demo(name: str) -> None:
    task = TASKS[name]
    assert all((task.title, task.summary, task.example))
    assert task.metric(task.primary_metric).name == task.primary_metric
    assert len({metric.name for metric in task.metrics}) == len(task.metrics)
    assert all(metric.title and metric.help.endswith(".") for metric in task.metrics)
    dataset, model = task.demo
    assert Target.parse(catalog.find_dataset(dataset, name).target, task)
    assert set(task.demo_settings) <= {*catalog.find_model(model).params.model_fields, *TrainConfig.model_fields}
    assert catalog.find_model(model, name)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_turns_logits_into_a_loss_and_outcomes_that_agree(name: str) -> None:
    task = TASKS[name]
    shape = (2, 5) if task.output_kind == "text" else (10,)
    logits, targets = torch.randn(*shape, 3), torch.randint(0, 3, shape)
    if task.output_kind == "number":
        logits, targets = torch.randn(10), torch.randn(10)
    predictions = task.predictions(logits, targets)
    assert predictions.nll.shape == predictions.targets.shape == predictions.predicted.shape == (10,)
    assert predictions.nll.mean() == pytest.approx(float(task.loss(logits, targets, 0.0)), rel=1e-5)
    changes = float(task.loss(logits, targets, 0.1)) != pytest.approx(predictions.nll.mean(), rel=1e-5)
    assert changes == (task.output_kind != "number"), "label smoothing means something for labels only"
    assert all(np.isfinite(metric.compute(predictions)) for metric in task.metrics)


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_explains_itself_and_stays_the_same(name: str) -> None:
    spec = DATASETS[name]
    assert spec.name == name
    assert all((spec.title, spec.summary, spec.licence, spec.source))
    assert spec.task in TASKS
    first, again = load_version(spec).version, load_version(spec).version
    assert first == again
    assert first.fingerprint
    assert first.task == spec.task
    assert all(first.split_sizes[split] > 0 for split in ("train", "validation", "test"))


def test_measuring_in_batches_gives_what_one_batch_gives() -> None:
    data = prepare("mlp", "image-classification")
    module = data.build().eval()
    parts = predict_split(data.task, module, data.inputs, data.targets, "cpu", batch_size=5)
    np.testing.assert_allclose(parts.nll, data.task.predictions(module(data.inputs), data.targets).nll, rtol=1e-5)
