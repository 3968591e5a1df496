"""From nothing to something: imports, and from the click to the first point of the curve."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.services.bootstrap import open_service
from core.services.run_service import Service
from core.settings import Settings

LIMIT_S = 120.0


def measure() -> list[dict[str, object]]:
    """Return the seconds of importing the service, over those of Streamlit alone; and of first points."""
    service_s, streamlit_s = _import_s("core.services.run_service, core.services.bootstrap"), _import_s("streamlit")
    rows: list[dict[str, object]] = [
        {
            "case": "import core.services.run_service",
            "seconds": round(service_s, 2),
            "over_streamlit": round(service_s / streamlit_s, 2),
        }
    ]
    with tempfile.TemporaryDirectory() as home:
        os.environ["TOUCHSTONE_HOME"] = home
        service = open_service(Settings(home=Path(home)))
        cold_s = first_point_s(service)
        warm_s = statistics.median(first_point_s(service) for _ in range(5))
        end(service)
    rows.append({"case": "click to first point, cold", "seconds": round(cold_s, 2)})
    rows.append(
        {"case": "click to first point, warm", "seconds": round(warm_s, 2), "over_cold": round(warm_s / cold_s, 2)}
    )
    return rows


def _import_s(modules: str) -> float:
    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {modules}"], check=True)
        return time.perf_counter() - began

    once()
    return statistics.median(once() for _ in range(5))


def first_point_s(service: Service, dataset: str = "digits", model: str = "small-cnn", seed: int = 0) -> float:
    """Return the seconds from asking for a run to its first point in the store; the run is ended then."""
    task = service.dataset_service.find(dataset).task
    config = service.make_config(task, dataset, model, "quick", {"epochs": 2, "seed": seed})
    began = time.perf_counter()
    run = service.start_run(config)
    while not service.metrics(run.id):
        if time.perf_counter() - began > LIMIT_S:
            raise TimeoutError(service.log(run.id))
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    if service.run(run.id).status.is_active:
        service.stop_run(run.id)
    while service.run(run.id).status.is_active:
        time.sleep(0.1)
    time.sleep(0.5)
    return seconds


def end(service: Service) -> None:
    """End the supervisor, which would outlive us."""
    if (pid := service.worker.info().pid) is not None:
        os.kill(pid, signal.SIGTERM)
