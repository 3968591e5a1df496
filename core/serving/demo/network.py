"""This machine's address in the network of its room."""

import ipaddress
import socket

_ELSEWHERE = ("10.255.255.255", 1)  # nothing is sent there: the system only says which way it would go


def room_address() -> str:
    """Return this machine's private IPv4 address in its network; empty without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return ""
        found = ipaddress.ip_address(probe.getsockname()[0])
    return str(found) if found.is_private and not found.is_loopback and not found.is_unspecified else ""


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to one address.

    Raises:
        OSError: Somebody else listens there.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def free_port(first: int, last: int, wanted: int = 0) -> socket.socket:
    """Return a socket on loopback: the wanted port's, else a free one's."""
    for port in [port for port in (wanted, *range(first, last)) if port]:
        try:
            return bound_socket("127.0.0.1", port)
        except OSError:
            continue
    return bound_socket("127.0.0.1", 0)
