from collections.abc import Iterator

import pytest

from tests.data.hub.asking import Ask, start_child
from tests.data.hub.server import HubServer


@pytest.fixture(scope="session")
def hub() -> Iterator[HubServer]:
    server = HubServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def ask(hub: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    child, asks = start_child(hub.address, HF_HOME=str(tmp_path_factory.mktemp("hf")), HF_TOKEN="")
    yield asks
    child.kill()
    child.wait(60)
