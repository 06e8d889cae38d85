"""`python -m tests.evaluation`: see the package."""

import sys

from tests.evaluation.cli import app

if __name__ == "__main__":
    sys.exit(app())
