"""`touchstone serve`: finished runs answer over HTTP."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from core.access.api_token import make_api_token, stored_api_token
from core.access.token import LOOPBACK, take_token
from core.cli.machine import HOST, check_port
from core.errors import UserError
from core.processes.limits import GIB, machine_memory
from core.services.bootstrap import open_service
from core.serving.server.registry import SHARE_OF_MEMORY, ServiceRegistry
from core.serving.server.served_runs import ServedRun

if TYPE_CHECKING:
    from core.services.run_service import Service

PORT = 8600
SHOWN = 10  # runs that are listed at the start


def serve(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="Serve these alone, loaded at once; else every run.")
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where to serve.")] = PORT,
    host: Annotated[
        str, typer.Option(help="Where to listen; elsewhere than on this machine it needs a --new-token.")
    ] = HOST,
    memory_gb: Annotated[
        float | None, typer.Option(min=0.1, help="Memory for warm models; else a quarter of this machine's.")
    ] = None,
    timeout_s: Annotated[float, typer.Option(min=1, help="When an answer is given up.")] = 120.0,
    new_token: Annotated[
        bool, typer.Option("--new-token", help="Make a token that outlives this start, print it once, and end.")
    ] = False,
) -> None:
    """Let finished runs answer over HTTP, in the formats of OpenAI and of Hugging Face."""
    service = open_service()
    if new_token:
        token = make_api_token(service.settings.home)
        print(f"Kept as a hash alone, so this is the only time that it is shown: {token}")
        return
    is_token, shown = _token(service, host)
    chosen = [service.run(run).id for run in runs or ()]
    registry = ServiceRegistry(service, chosen)
    for run in chosen:
        registry.find(run)  # a run without a model is said here
    check_port(host, port)
    _say(registry.served(), f"http://{host}:{port}", shown)
    most_bytes = int(memory_gb * GIB if memory_gb else machine_memory() * SHARE_OF_MEMORY)
    _listen(registry, chosen, (host, port), most_bytes, timeout_s, is_token)


def _token(service: "Service", host: str) -> tuple[Callable[[str], bool], str]:
    """Return what knows the right tokens, and the token to print; empty where a stored one is asked for alone.

    Raises:
        UserError: Others could reach the server, and there is no token for them.
    """
    from core.serving.server.guard import token_check

    given, stored = take_token(), stored_api_token(service.settings.home)
    if host not in LOOPBACK:
        if not stored:
            raise UserError(
                f"On {host} other machines could ask the models. Make a token for them first: "
                "touchstone serve --new-token"
            )
        return token_check(token_sha256=stored), ""
    if not given:
        raise UserError("The server always asks for a token. Take TOUCHSTONE_NO_TOKEN out of the environment.")
    is_given, is_stored = token_check(given), token_check(token_sha256=stored)
    return lambda token: is_given(token) or (bool(stored) and is_stored(token)), given


def _say(runs: Sequence[ServedRun], url: str, token: str) -> None:
    """Print where the server is, how to get in, and one request that works."""
    print(f"Touchstone answers at {url} (what it understands: {url}/docs)")
    print(
        f"Token: {token}" if token else "Token: the one that 'touchstone serve --new-token' showed; unencrypted here."
    )
    for run in runs[:SHOWN]:
        print(f"  {run.id}  {run.task}  {run.name}")
    if len(runs) > SHOWN:
        print(f"  and {len(runs) - SHOWN:,} more: GET {url}/v1/models")
    if not runs:
        print("No run has a model yet. Train one; it is served as soon as it has one.")
        return
    print(f"Try: {_example(runs[0], url)}", flush=True)


def _example(run: ServedRun, url: str) -> str:
    command = f'curl {url}/models/{run.id} -H "Authorization: Bearer $TOKEN"'
    if run.task.startswith("image"):
        return f"{command} --data-binary @PHOTO.png -H 'Content-Type: image/png'"
    if run.task.startswith("tabular"):
        return f"{command} --data-binary @ROWS.csv -H 'Content-Type: text/csv'"
    return f"{command} -H 'Content-Type: application/json' -d '{{\"inputs\": \"a text\"}}'"


def _listen(
    registry: ServiceRegistry,
    preload: Sequence[str],
    address: tuple[str, int],
    most_bytes: int,
    timeout_s: float,
    is_token: Callable[[str], bool],
) -> None:
    import uvicorn

    from core.serving.server.app import create_app
    from core.serving.server.guard import Limits

    app = create_app(registry, is_token, most_bytes=most_bytes, limits=Limits(timeout_s=timeout_s), preload=preload)
    uvicorn.run(app, host=address[0], port=address[1], log_level="warning", access_log=False)
