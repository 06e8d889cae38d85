"""How a benchmark speaks: progress to the terminal, figures to whoever reads its output."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def tell(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def show(table: str, figures: Mapping[str, Any], path: Path | None) -> None:
    """The table and, last, the figures as JSON; those into a file too, if one is given."""
    print(table)
    print(json.dumps(figures))
    if path:
        path.write_text(json.dumps(figures, indent=1) + "\n")
