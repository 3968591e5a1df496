"""Preflight measurements from a few real steps: time, memory, cost and learning rate."""

import logging
import math
from typing import Any

import torch
from torch import nn

from core.errors import ModelTooLarge, UserError
from core.formatting import byte_size
from core.runs import Stage
from core.services.prices import priced
from core.settings import Settings
from core.training.device import describe_device, memory_free_bytes
from core.training.lr_finder import range_test
from core.training.memory import needed_bytes, parameter_counts
from core.training.run_profile import Measured, measure
from core.training.solver import expected_s
from core.training.step import is_out_of_memory
from core.training.time_budget import training_budget_s
from core.worker.baselines import allowed_s
from core.worker.crossfit_plan import Planner
from core.worker.forecast import encoding_s, later_stages
from core.worker.preflight_setup import RunSetup

STARTING_S = 0.3  # from a fork server that has everything loaded
LOWEST_RATE, HIGHEST_RATE = 1e-6, 10.0  # that a run may have
# What PyTorch's CPU kernels and Python say when the system refuses them memory.
_WHEN_LIMITED = ("could not create a primitive", "can't start new thread", "bad_alloc")
_log = logging.getLogger(__name__)


# --- estimate ---


def estimate(setup: RunSetup) -> dict[str, Any]:
    """Return what a run would take, as JSON.

    {"total_s", "stages", "folds", "train_time_s", "step_s", "steps_total", "memory_bytes", "memory_there_bytes",
    "fits", "parameter_count", "trainable_count", "cost", "currency", "energy_kwh", "device", "beside_a_run",
    "sentence"}; None is what is not known. "fits" is False where a run could not work.
    """
    setup.note("Building the model")
    outline, there = _outline(setup), memory_free_bytes(setup.device)
    count, learning = parameter_counts(outline)
    known = {
        "parameter_count": count,
        "trainable_count": learning,
        "memory_there_bytes": there,
        "device": describe_device(setup.device),
        "beside_a_run": setup.beside_a_run,
    }
    needed = needed_bytes(count, learning, setup.config.optimizer)
    if needed > there:
        return known | _does_not_fit(needed, str(ModelTooLarge(count, needed, there)))
    setup.note("Measuring a few steps")
    try:
        found = measure(
            setup.build(), setup.task, setup.split("train"), setup.config, setup.device, setup.augment,
            len(setup.split("validation")[0]), padding_id=setup.data.info.padding_id,
            vocabulary_size=setup.data.info.vocabulary_size,
        )  # fmt: skip
    except (RuntimeError, MemoryError) as error:
        if not _is_short_of_memory(error):
            raise
        _log.exception("A step did not fit.")
        return known | _does_not_fit(None, _step_too_large(setup.config.batch_size, None, there))
    if found.peak_bytes > there and setup.device.type == "cpu":  # on a GPU it would compute its steps in parts
        sentence = _step_too_large(setup.config.batch_size, found.peak_bytes, there)
        return known | _does_not_fit(found.peak_bytes, sentence)
    others = _other_stages(setup, found.evaluation_s)
    steps, train_s = _within_budget(setup, found, sum(others.values()))
    solving_s = expected_s(outline, setup.split("train"), setup.config, len(setup.data.info.labels))
    folds = Planner(setup.config, setup.task, setup.data, setup.settings.folds_within_s).plan(train_s + solving_s)
    stages = {**others, Stage.TRAINING: train_s + solving_s, Stage.FOLDS: folds.seconds if folds.is_wanted else 0.0}
    known |= {"folds": folds.to_json()}
    total_s = sum(stages.values())
    times = {
        "total_s": total_s, "stages": {str(name): seconds for name, seconds in stages.items()},
        "train_time_s": stages[Stage.TRAINING], "step_s": found.step_s, "steps_total": steps,
    }  # fmt: skip
    price, peak = cost_of(total_s, setup.settings), found.peak_bytes
    said = _in_words(setup, found, (total_s, train_s), there, price)
    return known | times | price | {"memory_bytes": peak, "fits": True, "sentence": said}


def _other_stages(setup: RunSetup, evaluation_s: float) -> dict[str, float]:
    if setup.data.gradual is not None:
        setup.note("Timing the encoder")
    encoding: dict[str, float] = {Stage.ENCODING: seconds} if (seconds := encoding_s(setup.data)) else {}
    setup.note("Timing the baselines")
    within_s = allowed_s(setup.config, setup.settings.baselines_within_s)
    later = later_stages(
        setup.task, setup.data, setup.config, setup.settings.cache_folder, evaluation_s, within_s=within_s
    )
    return {Stage.STARTING: STARTING_S, Stage.LOADING_DATA: setup.load_s, **encoding, **later}


def _within_budget(setup: RunSetup, found: Measured, others_s: float) -> tuple[int, float]:
    """Return steps and seconds of training in the budget left by other stages."""
    left_s = training_budget_s(60 * setup.config.time_budget_min, others_s)
    if not left_s or found.total_s <= left_s:
        return found.steps_total, found.total_s
    return max(int(found.steps_total * left_s / found.total_s), 1), left_s


def _outline(setup: RunSetup) -> nn.Module:
    """Return the module as it would be, before it takes any memory."""
    with torch.device("meta"):
        return setup.build()


def _is_short_of_memory(error: RuntimeError | MemoryError) -> bool:
    """Return whether an error comes from failed memory allocation, limits included."""
    return is_out_of_memory(error) or any(words in str(error) for words in _WHEN_LIMITED)


def cost_of(seconds: float, settings: Settings) -> dict[str, Any]:
    """Return the cost as {"cost", "currency", "energy_kwh"}; None without price or power."""
    settings = priced(settings)
    hours = seconds / 3600
    energy = None if settings.device_power_w is None else settings.device_power_w * hours / 1000
    cost = None
    if settings.device_price_per_hour is not None:
        cost = settings.device_price_per_hour * hours
    elif energy is not None and settings.electricity_price_per_kwh is not None:
        cost = settings.electricity_price_per_kwh * energy
    return {"cost": cost, "currency": settings.currency, "energy_kwh": energy}


def _does_not_fit(needed: int | None, sentence: str) -> dict[str, Any]:
    unknown = ("total_s", "train_time_s", "step_s", "steps_total", "cost", "energy_kwh")
    return {"memory_bytes": needed, "fits": False, "currency": "", "sentence": sentence} | dict.fromkeys(unknown)


def _step_too_large(batch_size: int, needed: int | None, there: int) -> str:
    needs = "more" if needed is None else f"about {byte_size(needed)} of memory, more"
    return (
        f"A step of {batch_size} examples needs {needs} than the {byte_size(there)} that are free now. Choose a "
        "smaller batch size or a smaller model, more parts of a step, or close what else uses the memory."
    )


def _in_words(setup: RunSetup, found: Measured, times: tuple[float, float], there: int, price: dict[str, Any]) -> str:
    total_s, train_s = times
    said = f"The run takes about {time_in_words(total_s)}, {time_in_words(train_s)} of it for training"
    if price["cost"] is not None:
        said += f" and costs {price_in_words(price['cost'], price['currency'])}"
    peak = byte_size(found.peak_bytes)
    said += f". The model and its steps need {peak} of memory; {byte_size(there)} is free now."
    if found.peak_bytes > there:
        said += " So each step will be computed in parts, which is slower: a smaller batch size is faster."
    if setup.config.compile:
        said += " Measured without compiling, which takes its own time first and makes steps faster."
    return said + (" Measured beside a run that trains: alone it is faster." if setup.beside_a_run else "")


# --- learning rate ---


def learning_rate(setup: RunSetup) -> dict[str, Any]:
    """Return the losses at rising learning rates and the suggested rate, as JSON.

    {"rates": [...], "losses": [...], "suggestion": float, "sentence": str}
    """
    setup.note("Trying learning rates")
    there = memory_free_bytes(setup.device)
    try:
        found = range_test(
            setup.build_as_a_run_would, setup.task, setup.split("train"), setup.config, setup.device, setup.augment,
            padding_id=setup.data.info.padding_id,
        )  # fmt: skip
    except (RuntimeError, MemoryError) as error:
        if not _is_short_of_memory(error):
            raise
        raise UserError(_step_too_large(setup.config.batch_size, None, there)) from error
    points = [(float(r), float(v)) for r, v in zip(found.rates, found.losses, strict=True) if math.isfinite(v)]
    suggestion = min(max(float(found.suggestion), LOWEST_RATE), HIGHEST_RATE)
    return {
        "rates": [rate for rate, _ in points],
        "losses": [loss for _, loss in points],
        "suggestion": suggestion,
        "sentence": f"The loss falls fastest at a learning rate of about {suggestion:.2g}."
        if found.certain
        else "At no learning rate did the loss fall by more than chance explains, so this one is as good as any.",
    }


# --- words ---


def time_in_words(seconds: float) -> str:
    """Return a time as people say it: "40 seconds", "12 minutes", "3.5 hours"."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} {'second' if seconds < 1.5 else 'seconds'}"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 72 * 3600 else f"{seconds / 86400:.0f} days"


def price_in_words(cost: float, currency: str) -> str:
    """Return a price as people say it: "about 1.20 EUR", "less than 0.01 EUR"."""
    return f"about {cost:.2f} {currency}" if cost >= 0.01 else f"less than 0.01 {currency}"
