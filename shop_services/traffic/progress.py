"""Tells people how long work is going on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Tell = Callable[[int, float], None]
"""Hears the number of messages so far and the share of the work that is done (0 to 1)."""


@contextmanager
def told(what: str) -> Iterator[Tell]:
    """A line on standard error that grows with the work; quiet where no person looks on."""
    columns = (
        SpinnerColumn(),
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.fields[messages]:,} messages"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=1.0, messages=0)
        yield lambda messages, share: progress.update(task, completed=share, messages=messages)
