"""`python -m core.serving.demo`: serves demo pages until the last one has ended."""

import os
import signal
import threading
import time
from datetime import UTC, datetime

from fastapi import FastAPI

from core.processes.identity import start_time
from core.services.bootstrap import open_service
from core.services.demos.demo_server import ServerState, last_state, write_state
from core.services.demos.demo_store import DemoStore
from core.serving.demo.answers import Answering
from core.serving.demo.app import Door, create_app
from core.serving.demo.bounds import Bounds
from core.serving.demo.listeners import Listener, Room
from core.serving.demo.network import free_port
from core.specs.demo import Demo

FIRST_PORT, LAST_PORT = 8700, 8720
LOOK_EVERY_S = 1.0
LINGERS_S = 60.0  # after the last page, so that its visitors hear that it was withdrawn
LOOPBACK = ("127.0.0.1", "localhost")


def main() -> None:
    """Serve."""
    os.umask(0o077)
    service, ended = open_service(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    store, bounds, answering = (
        DemoStore(service.settings.home),
        Bounds(),
        Answering(service.inference, service.settings.runs_folder),
    )
    before = last_state(service.settings.home)
    listening = free_port(FIRST_PORT, LAST_PORT, before.port if before else 0)
    port = listening.getsockname()[1]

    def app(door: Door) -> FastAPI:
        return create_app(store, answering, door, bounds)

    room = Room(lambda address: app(Door((address,), is_room=True)), port)

    def address_in_room(demo: Demo) -> str:
        return f"http://{room.address}:{port}/d/{demo.token}" if room.address else ""

    own = Listener(app(Door(LOOPBACK, room_address=address_in_room)), listening)
    said, seen_at = None, time.monotonic()
    while not ended.is_set() and time.monotonic() - seen_at < LINGERS_S:
        pages = store.open(datetime.now(UTC))
        seen_at = time.monotonic() if pages else seen_at
        room.follow(is_wanted=any(demo.room for demo in pages))
        state = ServerState(os.getpid(), start_time(os.getpid()) or 0.0, port, room.address, room.problem)
        if state != said:
            write_state(service.settings.home, state)
            said = state
        ended.wait(LOOK_EVERY_S)
    room.close()
    own.close()


if __name__ == "__main__":
    main()
