"""The fork server, or a spare inspector: `python -m core.processes.inspection server|spare SOCKET MODULE [spawn]`."""

import signal
import socket
import sys

from core.processes.inspection.server import Server, be_spare


def main(kind: str, descriptor: str, module: str, *how: str) -> int:
    """Run the requested process until no longer needed; return the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the dashboard's; we end with it
    line = socket.socket(fileno=int(descriptor))
    if kind == "spare":
        be_spare(line, module)
    else:
        Server(line, module, forks="spawn" not in how).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
