"""Work for a client ends when the client has left."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

T = TypeVar("T")
SOON_S = 0.05  # most answers are there by then: watching for who leaves costs as much as they do


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what work returns; it is cancelled when the client leaves.

    Args:
        request: Whose body has been read.
        work: What is computed for it.

    Raises:
        ClientLeft: The client has left.
    """
    asking = asyncio.current_task()
    assert asking is not None
    watching: list[asyncio.Task[None]] = []
    later = asyncio.get_running_loop().call_later(SOON_S, lambda: watching.append(_watch(request, asking)))
    try:
        return await work
    except asyncio.CancelledError:
        if watching and watching[0].done() and not watching[0].cancelled():  # it was not the time limit
            asking.uncancel()
            raise ClientLeft from None
        raise
    finally:
        later.cancel()
        for task in watching:
            task.cancel()


def _watch(request: Request, asking: "asyncio.Task[Any]") -> "asyncio.Task[None]":
    """Return what cancels a task once its client leaves."""

    async def left() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        asking.cancel()

    return asyncio.create_task(left())
