"""The ASGI application: `streamlit run app.py` serves the pages and the JSON routes from one process."""

import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from core.bootstrap import shared_service
from core.errors import TouchstoneError
from core.front_page import FrontPage
from core.routes import routes
from core.upload_routes import upload_routes

log = logging.getLogger("touchstone")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the store, start what works on the queue and what looks at files, and import early what visitors need."""
    try:
        shared_service().worker.ensure()
        shared_service().shelf.warm()
    except TouchstoneError as error:  # the pages show the same sentence
        log.error("%s", error)
    for module in ("pandas", "plotly.graph_objects"):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # what lives as long as the server need not be looked at again by the collector
    yield


def explain(error: Exception) -> bool:
    """Say that something unforeseen went wrong, without a stack trace; that goes to the log."""
    log.error("A page ended unexpectedly.", exc_info=error)
    st.error("Something went wrong, and the fault is ours. Your runs go on. The details are in the server's log.")
    return True


hosts = st.get_option("server.allowedHosts")
app = st.App(
    "pages/frame.py",
    routes=[*routes(shared_service, hosts), *upload_routes(lambda: shared_service().shelf, hosts)],
    middleware=[Middleware(FrontPage)],
    lifespan=lifespan,
    on_script_error=explain,
)
