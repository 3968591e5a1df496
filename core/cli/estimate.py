"""`touchstone estimate | learning-rate`: what can be found out before a run is started."""

import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from core.cli.output import AsJson, print_json, print_table
from core.cli.train import chosen_config, settings_from
from core.runs import Preflight, PreflightKind, PreflightStatus
from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.specs.config import TrainConfig

POLL_S = 0.2
Dataset = Annotated[str, typer.Option(help="The data set's name; see: touchstone data list")]
Recipe = Annotated[str, typer.Option(help="A named configuration; see: touchstone recipes")]
Task = Annotated[str, typer.Option(help="The task's name; taken from the data set if not given.")]
Model = Annotated[str, typer.Option(help="The model's name; the recommended one if not given.")]
Preset = Annotated[str, typer.Option(help="quick, balanced or best.")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting; may be repeated.")
]


def estimate(
    dataset: Dataset = "",
    recipe: Recipe = "",
    task: Task = "",
    model: Model = "",
    preset: Preset = "",
    changes: Changes = None,
    as_json: AsJson = False,
) -> int:
    """Say how long a run would take, what memory it needs and what that costs, from a few real steps."""
    service = open_service()
    config = chosen_config(service, recipe, dataset, task, model, preset, settings_from(changes or []))
    preflight = _follow(service, "estimate", config)
    if as_json:
        print_json(_document(preflight, config))
    elif preflight.status is PreflightStatus.DONE:
        print(preflight.result["sentence"])
        if said := service.preflights.folds_in_words(preflight.result):
            print(said)
        print_table(("", ""), [(label, shown) for label, shown in _lines(preflight.result) if shown])
    return _end(preflight)


def learning_rate(
    dataset: Dataset = "",
    recipe: Recipe = "",
    task: Task = "",
    model: Model = "",
    preset: Preset = "",
    changes: Changes = None,
    as_json: AsJson = False,
) -> int:
    """Say which learning rate suits, from a short test in which it rises until learning breaks down."""
    service = open_service()
    config = chosen_config(service, recipe, dataset, task, model, preset, settings_from(changes or []))
    preflight = _follow(service, "learning-rate", config)
    if as_json:
        print_json(_document(preflight, config))
    elif preflight.status is PreflightStatus.DONE:
        print(preflight.result["sentence"])
        print(f"Use it with: touchstone train ... --set learning_rate={preflight.result['suggestion']:.3g}")
    return _end(preflight)


def _follow(service: Service, kind: PreflightKind, config: TrainConfig) -> Preflight:
    """Show what the trial does until it ends; whoever stops watching no longer waits for it."""
    preflight = service.preflights.request(kind, config)
    say = Console(stderr=True, highlight=False)
    with say.status("Waiting") as spinner:
        while preflight.status.is_active:
            spinner.update(Text(_doing(preflight)))
            time.sleep(POLL_S)
            preflight = service.preflights.find(kind, config) or service.preflights.request(kind, config)
    return preflight


def _doing(preflight: Preflight) -> str:
    if preflight.ahead:
        return f"Waiting for {preflight.ahead} {'other' if preflight.ahead == 1 else 'others'}"
    return preflight.note or "Waiting for a process to work"


def _end(preflight: Preflight) -> int:
    if preflight.status is PreflightStatus.DONE:
        return 0
    Console(stderr=True, highlight=False).print(preflight.reason, markup=False)
    return 1


def _lines(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what people want to know of an estimate; empty where it is not known."""
    cost, energy = result["cost"], result["energy_kwh"]
    return [
        ("Device", result["device"]),
        ("Steps", f"{result['steps_total']:,}" if result["steps_total"] else ""),
        ("Time for a step", f"{result['step_s'] * 1000:,.1f} ms" if result["step_s"] else ""),
        ("Trainable parameters", f"{result['trainable_count']:,} of {result['parameter_count']:,}"),
        ("Electricity", "" if energy is None else f"{energy:.3g} kWh"),
        ("Cost", "" if cost is None else f"{cost:.4g} {result['currency']}"),
    ]


def _document(preflight: Preflight, config: TrainConfig) -> dict[str, Any]:
    """Return everything known of a trial (the contract of `--json`)."""
    return {
        "id": preflight.id, "kind": preflight.kind, "status": preflight.status, "reason": preflight.reason,
        "config": config.model_dump(mode="json"), "result": dict(preflight.result),
    }  # fmt: skip
