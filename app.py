"""The ASGI application: `streamlit run app.py` serves the pages and the JSON routes from one process."""

import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from core.bootstrap import shared_service
from core.errors import TouchstoneError
from core.routes import routes


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the store, make sure that somebody works on the queue, and import early what the first visitor would."""
    try:
        shared_service().worker.ensure()
    except TouchstoneError as error:  # the pages show the same sentence
        logging.getLogger(__name__).error("%s", error)
    for module in ("pandas", "plotly.graph_objects"):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # what lives as long as the server need not be looked at again by the collector
    yield


app = st.App("pages/frame.py", routes=routes(shared_service, st.get_option("server.allowedHosts")), lifespan=lifespan)
