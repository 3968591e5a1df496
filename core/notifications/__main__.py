"""`python -m core.notifications RUN`: tells that a run has ended."""

import sys

from core.notifications.notify import main

if __name__ == "__main__":
    main(sys.argv[1])
