"""`python -m core.notifying RUN`: tells that a run has ended."""

import sys

from core.notifying.telling import main

if __name__ == "__main__":
    main(sys.argv[1])
