"""Writes the curves that rules are tried on, from real runs: `python -m tests.services.advice.record [NAME ...]`."""

import csv
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from core.data.imports.run_import import run_import
from core.services.advice.rules_on_run import line_of
from core.services.bootstrap import open_service
from core.services.curve_cache import curves_of
from core.services.run_service import Service
from core.settings import Settings
from core.specs.dataset_types import ImportOptions
from tests.bench.startup import end
from tests.data.silent import Silent

FOLDER = Path(__file__).parent / "recorded"
KEPT = ("train/loss", "train/accuracy", "train/gradient_norm", "validation/loss", "validation/accuracy")
Case = tuple[str, str, dict[str, Any]]  # data, model, what differs from the quick preset
CASES: dict[str, Case] = {
    "a good run": ("digits", "small-cnn", {"epochs": 12}),
    "learning rate too high": (
        "digits",
        "mlp",
        {"optimizer": "sgd", "learning_rate": 10.0, "gradient_clip": 0.0, "schedule": "constant", "epochs": 6},
    ),
    "learning rate too low": ("digits", "mlp", {"learning_rate": 2e-6, "epochs": 10, "schedule": "constant"}),
    "learnt by heart": (
        "customer-feedback",
        "bag-of-embeddings",
        {"epochs": 60, "learning_rate": 0.02, "dropout": 0.0, "weight_decay": 0.0, "patience": 0},
    ),
    "ended too soon": ("digits", "logistic-regression", {"epochs": 4, "learning_rate": 1e-3, "schedule": "constant"}),
    "nothing more to learn": ("digits", "logistic-regression", {"epochs": 80, "patience": 0}),
    "a gradient that exploded": (
        "digits",
        "mlp",
        {"optimizer": "sgd", "learning_rate": 0.7, "gradient_clip": 0.0, "momentum": 0.95, "epochs": 20},
    ),
    "rare class": ("rare", "bag-of-embeddings", {"epochs": 3, "learning_rate": 1e-3}),
}


def record(service: Service, name: str, case: Case) -> dict[str, Any]:
    """Train, and return what the coach is shown of it."""
    dataset, model, changes = case
    task = service.dataset_service.find(dataset).task
    run = service.start_run(service.make_config(task, dataset, model, "quick", changes))
    while service.run(run.id).status.is_active:
        time.sleep(0.2)
    run = service.run(run.id)
    lines = {key: line_of(curve) for key, curve in curves_of(service).read_whole(run.id, KEPT).items()}
    report = service.report(run.id)
    return {
        "name": name,
        "config": run.config.model_dump(mode="json"),
        "run": {
            "status": str(run.status), "cause": run.cause, "steps": run.steps, "steps_total": run.steps_total,
            "parameter_count": run.parameter_count,
        },
        "report": {key: report[key] for key in ("labels", "confusion", "difference") if key in report},
        "lines": {
            key: [line.steps.tolist(), [float(f"{value:.4g}") for value in line.values]] for key, line in lines.items()
        },
    }  # fmt: skip


def _rare(service: Service, folder: Path) -> None:
    """Bring texts of which 3 in 100 are of a third class."""
    chance, file = random.Random(0), folder / "rare.csv"
    words = {"good": "great fine lovely quick", "bad": "poor slow broken late", "refund": "money back please soon"}
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["text", "label"])
        for number in range(900):
            label = "refund" if number % 33 == 0 else ("good", "bad")[number % 2]
            said = chance.choices(" ".join(words.values()).split(), k=6) + chance.choices(words[label].split(), k=2)
            writer.writerow([" ".join(chance.sample(said, len(said))) + f" {number}", label])
    run_import(service.dataset_service.store, file, ImportOptions(name="rare"), Silent(), folder / "draft")


def main(names: list[str]) -> None:
    """Record these cases, or all."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["TOUCHSTONE_HOME"] = home
        service = open_service(Settings(home=Path(home)))
        _rare(service, Path(home))
        for name in names or CASES:
            document = record(service, name, CASES[name])
            (FOLDER / f"{name.replace(' ', '-')}.json").write_text(json.dumps(document) + "\n", encoding="utf-8")
            print(name, document["run"], document["report"].get("difference"))
        end(service)


if __name__ == "__main__":
    main(sys.argv[1:])
