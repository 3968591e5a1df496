"""The loop that one would write by hand: nothing is recorded, looked at or saved."""

import math

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_

from tests.bench.training.cases import Job, Time, clock


def train(job: Job) -> Time:
    """Train, and return how long it took."""
    module, config = job.build(), job.config
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=config.weight_decay, fused=True
    )
    inputs, targets = job.windows(job.train) if job.is_text else job.train
    pads, steps, step = inputs.dim() == 2 and not job.is_text and not inputs.is_floating_point(), job.steps, 0
    warmup = round(config.warmup_fraction * steps)
    began = clock()
    for _ in range(config.epochs):
        order = torch.randperm(len(inputs))
        for i in range(job.steps_per_epoch):
            rows = order[i * config.batch_size : (i + 1) * config.batch_size]
            x, y = inputs[rows], targets[rows]
            if pads:
                x = x[:, : longest(x, job.data.info.padding_id)]
            rate = (step + 1) / (warmup + 1) if step < warmup else half_cosine((step - warmup) / (steps - warmup))
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * rate
            logits = module(x)
            loss = functional.cross_entropy(logits.flatten(0, -2), y.flatten())
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            clip_grad_norm_(module.parameters(), config.gradient_clip)
            optimizer.step()
            step += 1
    seconds = clock() - began
    return Time(seconds, seconds)


def longest(ids: Tensor, padding_id: int) -> int:
    """Return how many ids the longest of some padded texts (B, T) has."""
    return int((ids != padding_id).sum(1).max())


def half_cosine(progress: float) -> float:
    """Return what falls from 1 to 0 as progress rises from 0 to 1."""
    return (1 + math.cos(math.pi * progress)) / 2
