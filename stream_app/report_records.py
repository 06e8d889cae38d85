"""Reports as records of a scenario's topic: none too large for Kafka, and as few as go."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from models.report import Report, encode
from stream_app.sending import Outgoing
from stream_app.topics import aggregates_topic

MOST_ROWS = 2_000  # facts of one record: below Kafka's default limit of 1 MB a record, whatever the ids' length


def in_pieces(report: Report, seen_until: int) -> Iterator[Report]:
    """A report in pieces that fit into a record; only the last one says how far the source was read.

    `seen_until` is the latest event time that was told of it before, ms.
    """
    facts = report.facts
    if len(facts) <= MOST_ROWS:
        yield report
        return
    whole = range(0, len(facts) - MOST_ROWS, MOST_ROWS)
    for start in whole:
        piece = facts.take(slice(start, start + MOST_ROWS))
        yield replace(report, facts=piece, seen_until=seen_until, caught_up=False)
    yield replace(report, facts=facts.take(slice(len(whole) * MOST_ROWS, None)))


def records(stem: str, reports: Iterable[Report]) -> Iterator[Outgoing]:
    """What tells the second stage of a scenario, in order."""
    for together in _together(reports):
        yield Outgoing(aggregates_topic(stem), together[0].source.encode(), encode(*together), partition=0)


def _together(reports: Iterable[Report]) -> Iterator[list[Report]]:
    """As many at once as fit into a record."""
    some: list[Report] = []
    rows = 0
    for report in reports:
        if some and rows + len(report.facts) > MOST_ROWS:
            yield some
            some, rows = [], 0
        some.append(report)
        rows += len(report.facts)
    if some:
        yield some
