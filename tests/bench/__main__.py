"""Runs every section, a table on stderr and one JSON document on stdout: `python -m tests.bench [SECTION ...]`."""

import json
import sys

from tests.bench import dashboard, intake, startup, training

SECTIONS = {
    "training": training.measure,
    "startup": startup.measure,
    "intake": intake.measure,
    "dashboard": dashboard.measure,
}


def main() -> None:
    """Measure the sections named, or all."""
    results = {}
    for name in sys.argv[1:] or SECTIONS:
        results[name] = []
        for row in SECTIONS[name]():
            results[name].append(row)
            print(
                f"{name:10} " + "  ".join(f"{key}={value}" for key, value in row.items()), file=sys.stderr, flush=True
            )
    print(json.dumps(results, indent=1))


main()
