"""`touchstone ui | worker | doctor`: the dashboard, the supervisor, and how this machine is."""

import os
import shutil
import socket
import sys
from importlib import metadata
from typing import Annotated, Any

import typer

from core.access.browser import OPEN_BROWSER, has_screen
from core.access.token import NO_TOKEN, find_dashboard
from core.bootstrap import open_database, open_service
from core.cli.output import AsJson, print_json, print_table
from core.errors import PortBusy, TouchstoneError, UserError
from core.settings import PROJECT, Settings

HOST, PORT = "127.0.0.1", 8501
LIBRARIES = ("streamlit", "torch", "transformers", "scikit-learn", "plotly", "sqlalchemy")


def ui(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where to serve it.")] = PORT,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Let every account and program of this machine in.")
    ] = False,
    browser: Annotated[bool, typer.Option(help="Open it in the browser, where there is a screen.")] = True,
) -> None:
    """Serve the dashboard on this machine, and say its address with the token of this start."""
    settings = Settings()
    open_database(settings).dispose()  # what is wrong with folder or database is said here, not on a page
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            running = find_dashboard(settings.home)
            if running is not None and running.url.startswith(f"http://{HOST}:{port}"):
                raise UserError(f"Touchstone runs already: {running.address}") from error
            raise PortBusy(port) from error
    if no_token:
        os.environ[NO_TOKEN] = "1"
    if browser and has_screen():
        os.environ[OPEN_BROWSER] = "1"
    os.chdir(PROJECT)  # where .streamlit/config.toml is
    os.environ["TOUCHSTONE_HOME"] = str(settings.home.resolve())
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    os.execv(sys.executable, command)


def worker() -> None:
    """Run the supervisor in the foreground; the dashboard starts one by itself."""
    from core.worker.__main__ import main

    main()


def doctor(as_json: AsJson = False) -> int:
    """Say how this machine is: device, versions, disk, database, cached models."""
    service = open_service()
    settings, worker_info = service.settings, service.worker.info()
    free = shutil.disk_usage(settings.home).free
    report: dict[str, Any] = {
        "device": _device(),
        "versions": {"python": sys.version.split()[0], **{name: metadata.version(name) for name in LIBRARIES}},
        "home": str(settings.home.resolve()),
        "disk_free_bytes": free,
        "database": {"url": service.database.shown_url, "schema": service.database.revision()},
        "worker": {"alive": worker_info.alive, "pid": worker_info.pid, "warm": worker_info.warm},
        "models": {"all-MiniLM-L6-v2": _encoder()},
    }
    problems = [] if free > 2**30 else ["Less than 1 GB of disk is free: runs may not be saved. Free some space."]
    if (encoder := report["models"]["all-MiniLM-L6-v2"]) != "ready":
        problems.append(encoder)
    report["problems"] = problems
    if as_json:
        print_json(report)
    else:
        print_table(("", ""), [(key, value) for key, value in report.items() if key != "problems"])
        print("\n".join(problems) or "All is well.")
    return 1 if problems else 0


def _device() -> str:
    from core.training.device import choose_device, describe_device

    return describe_device(choose_device("auto"))


def _encoder() -> str:
    from core.preprocessing.sentence_encoder import check_weights, encoder_folder

    try:
        check_weights(encoder_folder())
    except TouchstoneError as error:
        return str(error)
    return "ready"
