"""Estimate before a run: time, memory and cost from a few real steps."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from core.errors import TouchstoneError
from core.runs import Preflight, PreflightStatus, Run
from core.services.bootstrap import shared_service
from core.specs import ModelSpec
from core.specs.config import TrainConfig
from pages.components.train.preflight import ask, ask_in_turn, known, watched
from pages.components.train.setting_form import SOURCE
from pages.components.train.weight_source import is_folder
from pages.components.widgets.text import count, duration, money, plain, size

MENTIONED_S = 1.0  # a stage that takes less is not named
HOW = (
    "A few real steps of every stage were timed on this machine: loading, encoding, training, baselines, testing. What "
    "else runs at the same time makes it longer; stopping early makes it shorter."
)


def estimate_panel(model: ModelSpec, config: TrainConfig) -> bool:
    """Show the estimate for a configuration; return whether the run may start.

    Args:
        model: Its model.
        config: The run.
    """
    with st.container(key="estimate", gap="xsmall"):
        st.markdown("**What it will take**", help=HOW)
        try:
            preflight = known("estimate", config)
            if preflight is None and may_download(model, config):
                _offer(config)
                return True
            preflight = preflight or ask_in_turn("estimate", config)
        except TouchstoneError as error:  # what the model needs is not chosen or missing: it cannot be started either
            st.markdown(f":orange[:material/warning:] {plain(str(error))}")
            return False
        watched("estimate", config, preflight, partial(_show, config), "Timing a few real steps")
    return preflight is None or preflight.result.get("fits") is not False


def may_download(model: ModelSpec, config: TrainConfig) -> bool:
    """Return whether measuring would download a hub model, which was not requested yet."""
    source = str(config.params.get(SOURCE) or "")
    return model.fetch is not None and bool(source) and not is_folder(source)


def _offer(config: TrainConfig) -> None:
    """Ask before a model is downloaded."""
    st.caption("To time it, the model has to be on this machine. If it is not here yet, it is downloaded first.")
    if st.button("Download and time it", key="fetch-and-time", icon=":material/cloud_download:"):
        ask("estimate", config)
        st.rerun()


def _show(config: TrainConfig, preflight: Preflight) -> None:
    result = shared_service().preflights.with_folds(preflight.result, config)
    if result.get("fits") is False:
        st.error(plain(str(result.get("sentence") or "It does not fit into the memory.")), icon=":material/memory:")
        return
    for icon, text in facts(result):
        st.markdown(f":gray[:material/{icon}:] {text}")


def folds_note(config: TrainConfig) -> None:
    """Say what judging every row takes, where that has been estimated."""
    preflight = known("estimate", config)
    if preflight is not None and preflight.status is PreflightStatus.DONE:
        service = shared_service()
        st.caption(plain(service.preflights.folds_in_words(service.preflights.with_folds(preflight.result, config))))


def facts(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the estimate as lines of an icon and Markdown."""
    lines = []
    if (seconds := result.get("total_s") or result.get("train_time_s")) is not None:
        device = f" on {plain(str(result['device']))}" if result.get("device") else ""
        lines.append(("schedule", f"About **{duration(seconds)}**{device}{_cost(result)}"))
    if (result.get("folds") or {}).get("is_wanted"):  # what else folds would take stands beside their choice
        lines.append(("rule", plain(shared_service().preflights.folds_in_words(result))))
    if details := " · ".join(filter(None, [_stages(result), _memory(result), _size(result)])):
        lines.append(("info", f":small[:gray[{details}]]"))
    return lines


def _cost(result: Mapping[str, Any]) -> str:
    if (cost := result.get("cost")) is None:
        return ""
    energy = f" ({result['energy_kwh']:.2g} kWh)" if result.get("energy_kwh") else ""
    return f", about **{plain(money(cost, str(result.get('currency') or '')))}**{energy}"


def _memory(result: Mapping[str, Any]) -> str:
    if not (needed := result.get("memory_bytes")):
        return ""
    there = f" of {size(result['memory_there_bytes'])}" if result.get("memory_there_bytes") else ""
    return f"{size(needed)}{there} memory"


def _size(result: Mapping[str, Any]) -> str:
    if not (learnt := result.get("trainable_count")):
        return ""
    total = result.get("parameter_count") or learnt
    of = f" of {count(total)}" if total != learnt else ""
    return f"{count(learnt)}{of} parameters, {result.get('steps_total', 0):,} steps"


def _stages(result: Mapping[str, Any]) -> str:
    """Return which stages take most of the time."""
    stages = sorted((result.get("stages") or {}).items(), key=lambda item: -item[1])
    shown = [f"{name} {duration(seconds)}" for name, seconds in stages if seconds >= MENTIONED_S]
    return ", ".join(shown) if len(shown) > 1 else ""


def expected_and_true(run: Run) -> None:
    """Show the estimate beside the actual values; for older runs, of training only."""
    said = run.estimate
    if not said or not said.get("train_time_s"):
        return
    whole = run.expected_s is not None
    expected, took = (run.expected_s, run.took_s) if whole else (float(said["train_time_s"]), run.train_time_s)
    steps = int(said.get("steps_total") or run.steps_total or 0)
    parts = [f"{'Expected' if whole else 'Training alone: expected'} {duration(expected)}"]
    if not run.status.is_active and took:
        early = f" for {run.steps:,} of {steps:,} steps" if steps and run.steps < steps else ""
        parts.append(f"took {duration(took)}{early}")
    if said.get("cost") is not None:
        parts.append(f"about {money(float(said['cost']), str(said.get('currency') or ''))}")
    st.caption(f":material/schedule: {plain(' · '.join(parts))}")
