"""`touchstone ui | worker`: the dashboard and the supervisor."""

import os
import socket
import sys
from typing import Annotated

import typer

from core.access.browser import OPEN_BROWSER, has_screen
from core.access.token import NO_TOKEN, find_dashboard
from core.errors import PortBusy, UserError
from core.services.bootstrap import open_database
from core.settings import PROJECT, Settings

HOST, PORT = "127.0.0.1", 8501


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
    try:
        check_port(HOST, port)
    except PortBusy as error:
        running = find_dashboard(settings.home)
        if running is not None and running.url.startswith(f"http://{HOST}:{port}"):
            raise UserError(f"Touchstone runs already: {running.address}") from error
        raise
    if no_token:
        os.environ[NO_TOKEN] = "1"
    if browser and has_screen():
        os.environ[OPEN_BROWSER] = "1"
    os.chdir(PROJECT)  # where .streamlit/config.toml is
    os.environ["TOUCHSTONE_HOME"] = str(settings.home.resolve())
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    os.execv(sys.executable, command)


def check_port(host: str, port: int) -> None:
    """Make sure that something can listen at an address.

    Raises:
        UserError: The machine has no such address.
        PortBusy: Something else listens there.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            raise UserError(f"There is no address '{host}' on this machine. Use {HOST}.") from error
        except OSError as error:
            raise PortBusy(port) from error


def worker() -> None:
    """Run the supervisor in the foreground; the dashboard starts one by itself."""
    from core.worker.__main__ import main

    main()
