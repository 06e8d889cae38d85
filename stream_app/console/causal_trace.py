"""Which record led to which: evidence grouped by request, causes before what they caused. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shop_services.contracts.anomaly import Evidence


class Step(NamedTuple):
    """A record of a request; `depth` counts the causes above it that are evidence too."""

    depth: int
    evidence: Evidence


class Request(NamedTuple):
    """The records of one request, each after its cause; an empty id when none is known."""

    id: str
    steps: tuple[Step, ...]


def trace(evidence: Iterable[Evidence]) -> list[Request]:
    """Requests in the order of their first record; those without a correlation id stand together at the end."""
    requests: dict[str, dict[str, Evidence]] = {}
    for each in evidence:
        requests.setdefault(each.correlation_id or "", {}).setdefault(each.event_id, each)
    named = [(name, records) for name, records in requests.items() if name]
    unnamed = [("", requests[""])] if "" in requests else []
    return [Request(name, tuple(_steps(records))) for name, records in (*named, *unnamed)]


def _steps(records: dict[str, Evidence]) -> Iterator[Step]:
    """Every record once, whatever its causes say: two that name each other come in their order."""
    done: set[str] = set()
    for each in records.values():
        if each.causation_id not in records:
            yield from _below(each, records, 0, done)
    for each in records.values():
        yield from _below(each, records, 0, done)


def _below(each: Evidence, records: dict[str, Evidence], depth: int, done: set[str]) -> Iterator[Step]:
    waiting = [(each, depth)]
    while waiting:
        one, at = waiting.pop()
        if one.event_id in done:
            continue
        done.add(one.event_id)
        yield Step(at, one)
        caused = [other for other in records.values() if other.causation_id == one.event_id]
        waiting += [(other, at + 1) for other in reversed(caused)]
