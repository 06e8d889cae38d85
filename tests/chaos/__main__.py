"""`python -m tests.chaos`: see the package."""

import sys

from tests.chaos.cli import app

if __name__ == "__main__":
    sys.exit(app())
