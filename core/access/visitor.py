"""The guard's word on who asks, as it travels with the request."""

from collections.abc import Mapping

VISITOR = "x-touchstone-visitor"  # set by the guard alone; what a request brings under this name is dropped
OWNER = "owner"


def is_owner(headers: Mapping[str, str]) -> bool:
    """Return whether a request that passed the guard was its owner's, at this machine."""
    return any(name.lower() == VISITOR and said == OWNER for name, said in headers.items())
