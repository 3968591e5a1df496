"""Lightning, as its documentation teaches it: looks and saves as often as ours, logs as it does by itself."""

import logging
import math
import shutil
import warnings
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from tests.bench.training.bare import half_cosine, longest
from tests.bench.training.cases import Job, Time, clock
from tests.bench.training.touchstone import evaluation_interval


def train(job: Job) -> Time:
    """Train, and return how long it took."""
    import lightning
    from lightning.pytorch.callbacks import ModelCheckpoint
    from lightning.pytorch.loggers import CSVLogger

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    interval, folder = evaluation_interval(job), job.folder / "lightning"
    looking = _looking()
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=job.config.epochs,
        gradient_clip_val=job.config.gradient_clip,
        val_check_interval=interval,
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        callbacks=[ModelCheckpoint(folder, monitor="validation/loss", save_last=True), looking],
        logger=CSVLogger(folder),
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
    )
    train, validation = _loader(job, "train"), _loader(job, "validation")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a loader in this process may be slow; for tensors in memory it is not
        began = clock()
        trainer.fit(_module(job), train, validation)
        seconds = clock() - began
    assert trainer.global_step == job.steps
    shutil.rmtree(folder)
    return Time(seconds - looking.seconds, seconds)


def _loader(job: Job, split: str) -> "DataLoader[Any]":
    data = job.train if split == "train" else job.validation
    inputs, targets = job.windows(data) if job.is_text else data
    pads = not job.is_text and inputs.dim() == 2 and not inputs.is_floating_point()
    padding = job.data.info.padding_id

    def collate(rows: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        x = torch.stack([row[0] for row in rows])
        return x[:, : longest(x, padding)], torch.stack([row[1] for row in rows])

    training = split == "train"
    return DataLoader(
        TensorDataset(inputs, targets), job.config.batch_size if training else 256, shuffle=training,
        drop_last=training, collate_fn=collate if pads else None,
    )  # fmt: skip


def _module(job: Job) -> Any:
    import lightning

    class Lit(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.module = job.build()

        def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
            loss = self._loss(batch)[0]
            self.log("train/loss", loss)
            return loss

        def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
            loss, logits = self._loss(batch)
            self.log("validation/loss", loss)
            self.log("validation/accuracy", (logits.argmax(-1) == batch[1]).float().mean())

        def _loss(self, batch: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            logits = self.module(batch[0])
            return functional.cross_entropy(logits.flatten(0, -2), batch[1].flatten()), logits

        def configure_optimizers(self) -> Any:
            config = job.config
            optimizer = torch.optim.AdamW(
                self.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=config.weight_decay,
                fused=True,
            )  # fmt: skip
            schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(job, step))
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    return Lit()


def _rate(job: Job, step: int) -> float:
    warmup = round(job.config.warmup_fraction * job.steps)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    return half_cosine(min((step - warmup) / max(job.steps - warmup, 1), 1.0))


def _looking() -> Any:
    import lightning

    class Looking(lightning.Callback):
        """Says how long the looks at the validation split took."""

        seconds, _began = 0.0, math.nan

        def on_validation_start(self, *_: Any) -> None:
            self._began = clock()

        def on_validation_epoch_end(self, *_: Any) -> None:
            self.seconds += clock() - self._began

    return Looking()
