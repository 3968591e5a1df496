"""`python -m core.serving.server`: the server that a dashboard starts on demand."""

import asyncio
import json
import os
import sys
from pathlib import Path

import uvicorn

from core.processes.limits import machine_memory
from core.services.bootstrap import open_service
from core.services.inference_process import REQUEST, ServerStart, announce
from core.serving.server.app import create_app
from core.serving.server.guard import token_check
from core.serving.server.lifetime import Clients, Lifetime
from core.serving.server.registry import SHARE_OF_MEMORY, ServiceRegistry


async def main() -> None:
    """Serve until nobody is left."""
    start = ServerStart(**json.loads(os.environ.pop(REQUEST)))
    service = open_service()
    clients = Clients(start.client, start.idle_s)
    most_bytes = int(machine_memory() * SHARE_OF_MEMORY)
    app = create_app(ServiceRegistry(service), token_check(start.token), most_bytes=most_bytes)
    app.add_middleware(Lifetime, clients=clients)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="warning", access_log=False, timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    port = listening.getsockname()[1]
    ending = asyncio.create_task(clients.wait_until_gone(lambda: setattr(server, "should_exit", True)))
    announced = asyncio.create_task(_announce(server, service.settings.home, f"http://127.0.0.1:{port}", start))
    await server.serve([listening])
    ending.cancel()
    announced.cancel()


async def _announce(server: uvicorn.Server, home: Path, url: str, start: ServerStart) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    announce(home, url, start)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
