"""A pair's minute in words and figures."""

from typing import NamedTuple

from models.conformance.linking import FEATURES
from models.conformance.pairs import Pair
from models.finding import Contribution, Evidence, Finding, Impact

Record = tuple[str, int, str]  # source, offset, event id


class Seen(NamedTuple):
    """What explains a row."""

    pair: Pair
    minutes: int  # length of the window that tells most
    unanswered: int
    asked: int
    share: float  # usually unanswered
    upper: float  # so many would say nothing
    allowance: int  # ms
    values: tuple[float, ...]  # as in FEATURES
    records: tuple[Record, ...]


def finding(seen: Seen) -> Finding:
    """Names the command, the answer that does not come, and how many wait for it."""
    usual = seen.share * seen.asked
    return Finding(
        summary=_sentence(seen),
        direction="high",
        expected=round(usual, 3),
        actual=float(seen.unanswered),
        lower=0.0,
        upper=round(seen.upper, 3),
        contributions=_contributions(seen),
        impact=Impact("commands_unanswered", float(seen.unanswered), "commands"),
        evidence=tuple(_evidence(record) for record in seen.records),
    )


def _sentence(seen: Seen) -> str:
    answers = " or ".join(seen.pair.answers)
    return (
        f"{seen.unanswered:,} of {seen.asked:,} {seen.pair.command} of {seen.minutes} minutes were not followed by "
        f"{answers} within {seen.allowance / 1000:.0f} s; usually {seen.share:.1%} are not."
    )


def _contributions(seen: Seen) -> tuple[Contribution, ...]:
    typical = (0.0, seen.values[1], 0.0, seen.values[3], seen.share, 0.0)
    weight = (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    rows = zip(FEATURES, seen.values, typical, weight, strict=True)
    return tuple(sorted((Contribution(*row) for row in rows), key=lambda part: -part.contribution))


def _evidence(record: Record) -> Evidence:
    topic, _, partition = record[0].rpartition("/")
    return Evidence(topic, int(partition), record[1], record[2])
