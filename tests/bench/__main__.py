"""Runs every section, a table on stderr and one JSON document on stdout: `python -m tests.bench [SECTION ...]`."""

import json
import sys

from tests.bench import (
    checkpoint,
    contenders,
    contest,
    coverage,
    crossfit,
    dashboard,
    hostile,
    intake,
    kills,
    labels_curve,
    logging,
    optimizers,
    recipes,
    serving,
    startup,
    training,
)

SECTIONS = {
    "training": training.measure,
    "startup": startup.measure,
    "intake": intake.measure,
    "dashboard": dashboard.measure,
    "logging": logging.measure,
    "recipes": recipes.measure,
    "checkpoint": checkpoint.measure,
    "optimizers": optimizers.measure,
    "contenders": contenders.measure,
    "contest": contest.measure,
    "coverage": coverage.measure,
    "crossfit": crossfit.measure,
    "hostile": hostile.measure,
    "kills": kills.measure,
    "labels-curve": labels_curve.measure,
    "serving": serving.measure,
}


def main() -> None:
    """Measure the sections named, or all."""
    results: dict[str, list[dict[str, object]]] = {}
    for name in sys.argv[1:] or SECTIONS:
        results[name] = []
        for row in SECTIONS[name]():
            results[name].append(row)
            said = "  ".join(f"{key}={value}" for key, value in row.items())
            print(f"{name:10} {said}", file=sys.stderr, flush=True)
    print(json.dumps(results, indent=1))


main()
