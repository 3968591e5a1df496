"""`touchstone serve`: finished runs answer over HTTP."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from core.access.api_token import make_api_token, stored_api_token
from core.access.token import LOOPBACK, take_token
from core.cli.machine import HOST, check_port
from core.errors import RunNotFound, RunNotReady, TouchstoneError, UserError
from core.processes.limits import GIB, machine_memory
from core.runs import Run
from core.services.bootstrap import open_service
from core.services.dataset_service import columns_in
from core.serving.server.served_runs import ServedRun

if TYPE_CHECKING:
    from core.services.run_service import Service

PORT = 8600
SHARE_OF_MEMORY = 0.25  # of the machine, for models that are kept warm
SHOWN = 10  # runs that are listed at the start


class ServiceRegistry:
    """The finished runs of a home.

    Args:
        service: Knows the runs.
        only: The ids of those that are served; empty is all.
    """

    def __init__(self, service: "Service", only: Sequence[str] = ()) -> None:
        self._service, self._only = service, frozenset(only)

    def find(self, name: str) -> ServedRun:
        """Return a run by its id, else the newest of this name that has a model.

        Raises:
            RunNotFound: There is none, or it is not served.
            RunNotReady: It has no model yet.
        """
        try:
            run = self._service.run(name)
        except RunNotFound:
            named = [run for run in self._service.runs() if run.name == name.strip()]
            if not named:
                raise
            run = next((run for run in named if self._has_model(run)), named[0])
        if self._only and run.id not in self._only:
            raise RunNotFound(name)
        return self._served(run)

    def served(self) -> list[ServedRun]:
        """Return all runs that may be asked, the newest first."""
        runs = [run for run in self._service.runs() if not self._only or run.id in self._only]
        return [self._served(run) for run in runs if self._has_model(run)]

    def _has_model(self, run: Run) -> bool:
        try:
            self._service.finished_folder(run.id)
        except RunNotReady:
            return False
        return True

    def _served(self, run: Run) -> ServedRun:
        folder, facts = self._service.finished_folder(run.id), self._facts(run)
        texts = tuple(str(column["name"]) for column in columns_in(facts, "text"))
        return ServedRun(run.id, run.name, run.task, folder, run.created_at, texts, bool(facts.get("conversations")))

    def _facts(self, run: Run) -> Mapping[str, object]:
        try:
            return self._service.dataset_service.facts(run.config.dataset, run.dataset_fingerprint)
        except TouchstoneError:  # the data set is gone; the model is not
            return {}


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
