"""The ASGI application: `streamlit run app.py` serves the pages and the JSON routes from one process."""

import asyncio
import gc
import importlib
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from core.access.browser import OPEN_BROWSER, open_when_ready
from core.access.guard import AccessGuard
from core.access.token import WITHOUT_TOKEN, announce_dashboard, refuse_other_addresses, take_token
from core.errors import TouchstoneError, UserError
from core.services.bootstrap import shared_service
from core.settings import Settings
from core.web.html_head import FrontPage
from core.web.routes import routes, under
from core.web.try_routes import try_routes
from core.web.uploads import upload_routes

os.umask(0o077)  # of all that this process and its children write
WATCH_EVERY_S = 2.0
log = logging.getLogger("touchstone")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the store, start what works on the queue and what looks at files, and import early what visitors need."""
    try:
        shared_service().worker.ensure()
        shared_service().dataset_service.warm()
    except TouchstoneError as error:  # the pages show the same sentence
        log.error("%s", error)
    for module in ("pandas", "plotly.graph_objects"):
        importlib.import_module(module)
    gc.collect()
    _announce()
    watcher = asyncio.create_task(_watch())
    gc.freeze()  # what lives as long as the server need not be looked at again by the collector
    yield
    watcher.cancel()


async def _watch() -> None:
    """See every two seconds that runs which wait or work have a supervisor, whether or not anybody looks at a page."""
    while True:
        try:
            await asyncio.to_thread(shared_service().watch)
        except TouchstoneError as error:
            log.error("%s", error)
        await asyncio.sleep(WATCH_EVERY_S)


def _announce() -> None:
    """Say where the dashboard is: to whoever started it, and in its home to the commands."""
    url = f"http://{st.get_option('server.address') or '127.0.0.1'}:{st.get_option('server.port')}"
    said = announce_dashboard(Settings().home, "/".join([url, base_path.strip("/")]).rstrip("/"), token)
    print(f"Touchstone: {said.address}", file=sys.stderr, flush=True)
    if not token:
        print(WITHOUT_TOKEN, file=sys.stderr, flush=True)
    if os.environ.pop(OPEN_BROWSER, ""):
        threading.Thread(target=open_when_ready, args=(said,), daemon=True).start()


def explain(error: Exception) -> bool:
    """Say that something unforeseen went wrong, without a stack trace; that goes to the log."""
    log.error("A page ended unexpectedly.", exc_info=error)
    st.error("Something went wrong, and the fault is ours. Your runs go on. The details are in the server's log.")
    return True


try:
    refuse_other_addresses(st.get_option("server.address"))
    token = take_token()
except UserError as error:
    sys.exit(str(error))
hosts, base_path = st.get_option("server.allowedHosts"), st.get_option("server.baseUrlPath") or ""
app = st.App(
    "pages/frame.py",
    routes=under(
        base_path,
        [
            *routes(shared_service, hosts),
            *upload_routes(lambda: shared_service().dataset_service, hosts),
            *try_routes(shared_service, hosts),
        ],
    ),
    middleware=[
        Middleware(AccessGuard, token=token, base_path=base_path),
        Middleware(FrontPage, base_path=base_path),
    ],
    lifespan=lifespan,
    on_script_error=explain,
)
