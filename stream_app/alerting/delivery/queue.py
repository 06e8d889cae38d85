"""Which waiting message an endpoint gets next: in order within an incident, incidents side by side. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

DIGEST = "digest"


class Waiting(NamedTuple):
    """A message that waits; the order is that of `number`. `due` and `leased` are wall time in ms."""

    number: int
    incident: str
    kind: str
    due: int
    leased: int = 0  # until when somebody else may be sending it


def next_due(rows: Iterable[Waiting], now: int) -> Waiting | None:
    """The first message whose turn it is; None when all wait.

    A message that is tried again holds back what follows it of the same incident. A digest speaks of many incidents: it
    waits for all before it, and all after it wait for it.

    >>> first, second = Waiting(1, "a", "opened", 500), Waiting(2, "a", "resolved", 0)
    >>> next_due([first, second], now=100) is None, next_due([first, second], now=500) == first
    (True, True)
    """
    passed: set[str] = set()
    for row in sorted(rows):
        if row.kind == DIGEST and passed:
            return None
        if row.incident not in passed and row.due <= now and row.leased <= now:
            return row
        if row.kind == DIGEST:
            return None
        passed.add(row.incident)
    return None
