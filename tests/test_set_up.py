"""The installer is told where packages come from as pip is; where that cannot be said, pip does the work."""

import runpy
from pathlib import Path

import pytest

told = runpy.run_path(str(Path(__file__).resolve().parents[1] / ".ci" / "install.py"))["told"]
BEST = {"UV_INDEX_STRATEGY": "unsafe-best-match"}


def test_without_a_configuration_packages_come_from_where_they_always_do() -> None:
    assert told("") == BEST


def test_what_pip_is_told_uv_is_told() -> None:
    listing = """:env:.find-links='/own /wheels'
:env:.disable-pip-version-check='1'
global.cert='/etc/ca.crt'
global.extra-index-url='file:///a https://b/simple'
global.find-links='/opt/wheels'
install.index-url='https://mirror/simple'
"""
    assert told(listing) == BEST | {
        "UV_FIND_LINKS": "/own,/wheels",
        "SSL_CERT_FILE": "/etc/ca.crt",
        "UV_INDEX": "file:///a https://b/simple",
        "UV_DEFAULT_INDEX": "https://mirror/simple",
    }


def test_an_index_for_torch_stands_beside_the_others() -> None:
    assert told("", "https://cpu") == BEST | {"UV_INDEX": "https://cpu"}
    assert told("global.extra-index-url='https://a'", "https://cpu") == BEST | {"UV_INDEX": "https://a https://cpu"}


@pytest.mark.parametrize("option", ["proxy", "client-cert", "no-index", "only-binary", "keyring-provider"])
def test_what_cannot_be_said_leaves_the_work_to_pip(option: str) -> None:
    assert told(f"global.{option}='x'") is None
