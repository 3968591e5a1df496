"""Make the example that ships with the project: `python -m tests.example_run` trains a demo and packs the run."""

import tempfile
import time
from pathlib import Path

from core.runs import Run, RunStatus
from core.services.bootstrap import open_service
from core.services.example_run import FILE, pack_example
from core.services.run_service import Service
from core.settings import Settings

TASK = "image-classification"


def train(service: Service) -> Run:
    """Train the task's demo to its end."""
    run = service.start_run(service.demo_config(TASK), "Product photos, small CNN")
    while run.status.is_active:
        time.sleep(1)
        service.watch()
        run = service.run(run.id)
    assert run.status is RunStatus.SUCCEEDED, run.reason
    return run


def main() -> None:
    """Make it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        settings = Settings(home=Path(home), worker_idle_s=60)
        service = open_service(settings)
        run = train(service)
        pack_example(settings, service.database, run.id)
    print(f"{FILE}: {FILE.stat().st_size:,} bytes. {run.verdict}")


if __name__ == "__main__":
    main()
