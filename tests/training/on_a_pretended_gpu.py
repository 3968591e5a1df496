"""Every model's life on a GPU that is not there: `python -m tests.training.on_a_pretended_gpu FOLDER [CASE ...]`.

FOLDER is an empty one; no case means all. A line of JSON says what became of each.
"""

import json
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple, get_args

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from core.preprocessing.encoder_device import compute_on
from core.preprocessing.sentence_encoder import SentenceEncoder
from core.specs.config import TrainConfig
from core.training.augmentation import augmenter
from core.training.batches import Split
from core.training.callbacks import BestCheckpoint, Callback, LastCheckpoint
from core.training.checkpoint import ModelCard, load_state, load_weights
from core.training.generation import generate
from core.training.predictions import predict_split
from core.training.trainer import Trainer
from tests.test_catalog import MODELS, PAIRS, WITH_SOURCE, Prepared, Sources, prepare, tiny_examples
from tests.training.pretended_gpu import pretended, register
from tests.training.tiny import Listener

ENCODER = "encoder of texts"
STRENGTHS: dict[str, Any] = {
    "augment_flip": True, "augment_rotate_deg": 20.0, "augment_scale": 0.2, "augment_crop": 0.1,
    "augment_cutout": 0.3, "augment_color": 0.3, "augment_token_dropout": 0.3,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A model and how it is trained; `fault` names what is put in to be found."""

    model: str
    task: str
    precision: str = "float32"
    optimizer: str = "adamw"
    trained: str = "everything"
    fault: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, asdict(self).values()))


def cases() -> Iterator[Case]:
    """Yield every model, each part that can be trained of a pretrained one, and planted faults."""
    kinds = cycle((("float16", "adamw"), ("bfloat16", "muon"), ("float16", "adam")))
    for model, task in PAIRS:
        field = MODELS[model].params.model_fields.get("trained")
        for trained in get_args(field.annotation) if field else ("everything",):
            yield Case(model, task, *next(kinds), trained)
    for fault in FAULTS:
        yield Case("mlp", "image-classification", fault=fault)


def exercise(case: Case, folder: Path, gpu: torch.device) -> None:
    """Let a model train, be saved, go on, be judged, be trained longer, and answer; raise where two devices meet."""
    data = small(prepare(case.model, case.task), case.trained)
    config = configuration(case, data)
    first, again = (filled(data, case.model) for _ in range(2))
    longer = filled(data, case.model) if case in TRAINED_LONGER or case.fault else None
    rows = rows_of(data)
    inputs, targets = (part.numpy() for part in rows)
    with pretended():
        if case.fault:
            for module in filter(None, (first, again, longer)):
                FAULTS[case.fault].plant(module)
        Life(data, rows, config, gpu, folder, stop_after=1).of(first).fit()
        state = load_state(folder / "last")
        Life(data, rows, config, gpu, folder).of(again).fit(resume=state)
        if longer:
            exact = config.model_copy(update={"precision": "float32", "accumulation": 1})
            Life(data, rows, exact, gpu, folder, stop_after=1).of(longer).fit(start=state)
        load_weights(folder / "best", again)
        context = data.task.context(again)
        predict_split(data.task, again, inputs, targets, gpu, 8, context, data.info.padding_id)
        if context:
            reader: Any = data.spec.preprocess(data.params, tiny_examples(data.task))
            generate(again, reader, "a late", 4, device=gpu)


def small(data: Prepared, trained: str) -> Prepared:
    """Return a model of one block, since each costs as much as the next, of which a part is trained."""
    wanted = {"depth": 1, "stages": 1, "trained": trained}
    params = data.params.model_copy(update={k: v for k, v in wanted.items() if k in type(data.params).model_fields})
    if "trained" not in type(params).model_fields:
        return data._replace(params=params)
    examples = tiny_examples(data.task)
    before, now = (data.spec.preprocess(each, examples) for each in (data.params, params))
    if now.kind == before.kind:
        return data._replace(params=params)
    inputs = torch.from_numpy(now.transform(examples.inputs))  # what learns wholly reads images, not their features
    return data._replace(params=params, info=now.info(examples.labels), inputs=inputs)


def configuration(case: Case, data: Prepared) -> TrainConfig:
    """Return as many settings at once as there are that compute on the device."""
    said = {"task": case.task, "dataset": "tiny", "model": case.model, "epochs": 1, "batch_size": 4, "accumulation": 2}
    said |= {"precision": case.precision, "optimizer": case.optimizer, "l1": 1e-4, "gradient_clip": 1.0}
    if data.task.output_kind == "label":
        said |= {"class_weights": "balanced", "label_smoothing": 0.1}
    return TrainConfig.model_validate(STRENGTHS | said)


def filled(data: Prepared, model: str) -> nn.Module:
    """Return a fresh model, with what it brings along."""
    module = data.build()
    if model in WITH_SOURCE and data.spec.load_pretrained:
        data.spec.load_pretrained(data.params, module)
    return module


def rows_of(data: Prepared) -> Split:
    """Return examples as a run has them: windows of a text are one row of ids again."""
    if data.task.output_kind != "text":
        return data.inputs, data.targets
    return torch.cat([data.inputs.flatten(), data.targets.flatten()[-1:]]), torch.zeros(0, dtype=torch.int64)


@dataclass(frozen=True)
class Life:
    """How a model is trained and saved."""

    data: Prepared
    rows: Split
    config: TrainConfig
    gpu: torch.device
    folder: Path
    stop_after: int = 0

    def of(self, module: nn.Module) -> Trainer:
        """Return what trains it."""
        data = self.data
        card = ModelCard(
            task=data.task.name, dataset="tiny", dataset_fingerprint="", model=data.spec.name, params={},
            preprocessor={"kind": "any", "state": {}}, labels=data.info.labels, info={},
        )  # fmt: skip
        best = BestCheckpoint(self.folder / "best", card)
        saved: list[Callback] = [best, LastCheckpoint(self.folder / "last", best)]
        return Trainer(
            module, data.task, self.rows, self.rows, self.config, self.gpu,
            [*saved, Listener(stop_after=self.stop_after)], augment=augmenter(self.config, data.task, data.info),
            padding_id=data.info.padding_id, vocabulary_size=data.info.vocabulary_size,
        )  # fmt: skip


class Fault(NamedTuple):
    """A mistake to be found, and the words in which it is."""

    plant: Callable[[nn.Module], object]
    words: str


def _made_on_the_host(module: nn.Module) -> None:
    """Add to what a model answers something that it makes on the processor."""
    module.register_forward_hook(lambda _module, _inputs, answers: answers + torch.ones(answers.shape))


def _forgotten(module: nn.Module) -> None:
    """Keep a tensor that does not move with the model: no buffer."""
    kept = torch.ones(3)
    module.register_forward_hook(lambda _module, _inputs, answers: answers * kept)


def _read_where_it_lies(module: nn.Module) -> None:
    """Make an array of what lies on the GPU, at evaluation alone."""
    module.register_forward_hook(lambda _module, _inputs, answers: None if module.training else answers.numpy())


FAULTS = {
    "made on the host": Fault(_made_on_the_host, "Expected all tensors to be on the same device"),
    "forgotten on the host": Fault(_forgotten, "Expected all tensors to be on the same device"),
    "read on the device": Fault(_read_where_it_lies, "device type tensor to numpy"),
}


# How a run begins with another one's weights depends on no model: one of each task is enough.
TRAINED_LONGER = tuple({case.task: case for case in cases()}.values())


def encode(gpu: torch.device) -> None:
    """Encode texts where the run computes."""
    compute_on(gpu)
    with pretended():
        places: set[str] = set()
        with _Places(places):
            SentenceEncoder().transform(("a parcel came late", "great"))
    if gpu.type not in places:
        raise AssertionError(f"the encoder computed on {places}")


class _Places(TorchFunctionMode):
    """Notes where linear layers compute."""

    def __init__(self, places: set[str]) -> None:
        super().__init__()
        self._places = places

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is nn.functional.linear:
            self._places.add(args[0].device.type)
        return func(*args, **(kwargs or {}))


def main(folder: Path, names: list[str]) -> None:
    """Exercise, and print a line for each case."""
    gpu, Sources.folder = register(), folder / "sources"
    Sources.folder.mkdir()
    lives = {str(case): partial(exercise, case, folder / str(case), gpu) for case in cases()}
    for name, live in {**lives, ENCODER: partial(encode, gpu)}.items():
        if names and name not in names:
            continue
        error = ""
        try:
            live()
        except Exception:
            error = traceback.format_exc()
        print(json.dumps({"case": name, "error": error}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
