"""The Hugging Face Trainer, as its documentation teaches it: looks and saves as often as ours, logs as it does."""

import shutil
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Dataset

from tests.bench.training.cases import Job, Time, clock
from tests.bench.training.touchstone import evaluation_interval

Example = dict[str, Tensor]


class Rows(Dataset[Example]):
    """A split, row by row; texts without their padding, so that those of similar length can be put together."""

    def __init__(self, inputs: Tensor, labels: Tensor, padding_id: int | None) -> None:
        self.inputs, self.labels = inputs, labels
        self.lengths = None if padding_id is None else (inputs != padding_id).sum(1).tolist()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.inputs)

    def __getitem__(self, row: int) -> Example:
        """Return one."""
        if self.lengths is None:
            return {"inputs": self.inputs[row], "labels": self.labels[row]}
        return {"input_ids": self.inputs[row, : self.lengths[row]], "labels": self.labels[row]}


class WithLoss(nn.Module):
    """A module that returns its loss with its logits, as that Trainer wants it."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, inputs: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Return loss and logits (B, ..., K)."""
        logits = self.module(inputs)
        return {"loss": functional.cross_entropy(logits.flatten(0, -2), labels.flatten()), "logits": logits}


def collate(examples: list[Example]) -> Example:
    """Return a batch (B, ...)."""
    return {name: torch.stack([example[name] for example in examples]) for name in ("inputs", "labels")}


def padded(padding_id: int, examples: list[Example]) -> Example:
    """Return a batch of texts (B, T'), padded to the longest only."""
    inputs = pad_sequence([example["input_ids"] for example in examples], batch_first=True, padding_value=padding_id)
    return {"inputs": inputs, "labels": torch.stack([example["labels"] for example in examples])}


def accuracy(prediction: Any) -> dict[str, float]:
    """Return the share of right answers."""
    return {"accuracy": float((prediction.predictions == prediction.label_ids).mean())}


def train(job: Job) -> Time:
    """Train, and return how long it took."""
    from transformers import PrinterCallback, Trainer

    pads = not job.is_text and job.train[0].dim() == 2 and not job.train[0].is_floating_point()
    padding = job.data.info.padding_id if pads else None
    splits = [job.windows(split) if job.is_text else split for split in (job.train, job.validation)]
    folder = job.folder / "hugging-face"
    trainer = Trainer(
        model=WithLoss(job.build()),
        args=_arguments(job, str(folder), pads),
        train_dataset=Rows(*splits[0], padding),
        eval_dataset=Rows(*splits[1], padding),
        data_collator=collate if padding is None else partial(padded, padding),
        compute_metrics=accuracy,
        preprocess_logits_for_metrics=lambda logits, _: logits.argmax(-1),
    )
    trainer.remove_callback(PrinterCallback)  # it would print each of its points
    looking_s, evaluate = 0.0, trainer.evaluate

    def timed(*arguments: Any, **named: Any) -> dict[str, float]:
        nonlocal looking_s
        began = clock()
        found: dict[str, float] = evaluate(*arguments, **named)
        looking_s += clock() - began
        return found

    trainer.evaluate = timed
    began = clock()
    trainer.train()
    seconds = clock() - began
    assert trainer.state.global_step == job.steps
    shutil.rmtree(folder)
    return Time(seconds - looking_s, seconds)


def _arguments(job: Job, folder: str, pads: bool) -> Any:
    from transformers import TrainingArguments

    config, interval = job.config, evaluation_interval(job)
    return TrainingArguments(
        output_dir=folder,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=256,
        num_train_epochs=config.epochs,
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        adam_beta2=0.99,
        max_grad_norm=config.gradient_clip,
        lr_scheduler_type="cosine",
        warmup_steps=round(config.warmup_fraction * job.steps),
        eval_strategy="steps",
        eval_steps=interval,
        save_strategy="steps",
        save_steps=interval,
        save_total_limit=1,
        train_sampling_strategy="group_by_length" if pads else "random",
        dataloader_drop_last=True,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        label_names=["labels"],
        use_cpu=True,
        disable_tqdm=True,
        report_to="none",
        seed=config.seed,
    )
