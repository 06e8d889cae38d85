"""What a run says in the terminal: progress while it starts, then one line for everything that happens."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.text import Text

from shop_services.contracts.anomaly import AnomalyDetected

COLOURS = {"critical": "red", "warning": "yellow", "info": "cyan"}
SIGNS = {"opened": "▲", "updated": "△", "resolved": "✓", "retracted": "✗"}


class Screen:
    """Writes to a terminal, or plainly to a file."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """A spinner while something starts, then a line with the seconds it took; nothing when it fails."""
        begin = time.monotonic()
        with self.console.status(text):
            yield
        took = f"{time.monotonic() - begin:4.1f} s"
        self.console.print(Text.assemble(("✓ ", "green"), f"{text:<50} ", (took, "dim")))

    def address(self, name: str, url: str) -> None:
        """Where something is to be found."""
        self.console.print(Text.assemble(f"  {name:<9}", (url, "bold")), soft_wrap=True)

    def event(self, at: datetime, text: str, style: str = "") -> None:
        """Something that happened at a shop time."""
        self.console.print(Text.assemble((f"{at:%H:%M} ", "dim"), (text, style)), soft_wrap=True)

    def anomaly(self, at: datetime, data: AnomalyDetected) -> None:
        """One change of an anomaly."""
        colour = COLOURS.get(data.severity, "") if data.status == "opened" else "green"
        head = f"{SIGNS.get(data.status, '?')} {data.status} {data.severity} {data.scenario}: "
        line = Text.assemble((f"{at:%H:%M} ", "dim"), (head, colour), data.summary)
        self.console.print(line, soft_wrap=True)
