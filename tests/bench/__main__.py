"""Runs every section, a table on stderr and one JSON document on stdout: `python -m tests.bench [SECTION ...]`."""

import json
import sys

from tests.bench import dashboard, intake, logging, startup, training

SECTIONS = {
    "training": training.measure,
    "startup": startup.measure,
    "intake": intake.measure,
    "dashboard": dashboard.measure,
    "logging": logging.measure,
}


def main() -> None:
    """Measure the sections named, or all."""
    results = {}
    for name in sys.argv[1:] or SECTIONS:
        results[name] = SECTIONS[name]()
        for row in results[name]:
            print(f"{name:10} " + "  ".join(f"{key}={value}" for key, value in row.items()), file=sys.stderr)
    print(json.dumps(results, indent=1))


main()
