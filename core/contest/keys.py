"""Keys of endpoints: read from the environment or Streamlit's secrets when asked, never kept."""

import os
import tomllib
from pathlib import Path

from core.contest.endpoints import Endpoint, EndpointUnusable
from core.settings import PROJECT

HIDDEN = "***"
_SHORTEST = 4  # characters: what is shorter hides nothing


def key_of(endpoint: Endpoint) -> str:
    """Return the key of an endpoint; empty where it asks for none.

    Raises:
        EndpointUnusable: The variable that holds it is not set.
    """
    if not endpoint.key_env:
        return ""
    key = os.environ.get(endpoint.key_env, "").strip() or _secret(endpoint.key_env)
    if not key:
        raise EndpointUnusable(
            f"The key of '{endpoint.name}' is missing: the variable {endpoint.key_env} is not set. Set it before "
            "starting Touchstone, or write it into .streamlit/secrets.toml."
        )
    return key


def without_key(text: str, key: str) -> str:
    """Return what an endpoint said, without the key that some repeat."""
    return text.replace(key, HIDDEN) if len(key) >= _SHORTEST else text


def _secret(name: str) -> str:
    """Return a secret of Streamlit's files: the project's first, then the user's."""
    for folder in (PROJECT, Path.home()):
        try:
            found = tomllib.loads((folder / ".streamlit" / "secrets.toml").read_text(encoding="utf-8")).get(name)
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
            continue
        if isinstance(found, str) and found.strip():
            return found.strip()
    return ""
